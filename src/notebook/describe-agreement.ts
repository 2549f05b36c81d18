import type { Agreement } from "./agreement.ts";
import { readNumbers } from "./printed-number.ts";

/** Significant decimal digits an element type keeps. */
const DIGITS_KEPT: Readonly<Record<string, number>> = { float32: 7, float64: 16 };

/** The agreement as a sentence. */
export function describeAgreement(agreement: Agreement): string {
  const { kind, digits, dtypes } = agreement;
  switch (kind) {
    case "same":
      return hasNumbers(agreement) ? "the same to the last digit" : "the same";
    case "same-numbers":
      return dtypes.length === 0 ? "the same numbers" : `the same numbers, here as ${dtypes.join(" and ")}`;
    case "digits": {
      const [kept] = dtypes.flatMap((dtype) => DIGITS_KEPT[dtype] ?? []);
      const agrees = `agrees to ${digits} digits`;
      return kept === undefined ? agrees : `${agrees}; ${dtypes[0] ?? ""} keeps about ${kept}`;
    }
    case "different":
      return "different";
  }
}

function hasNumbers({ here }: Agreement): boolean {
  return here.some(({ text }) => readNumbers(text).length > 0);
}

/** How our time compares with the lecture's, in words. */
export function compareDurations(hereMs: number, lectureMs: number): string {
  const ratio = hereMs / lectureMs;
  if (ratio > 1.05) return `${formatRatio(ratio)} times as long here`;
  return ratio < 0.95 ? `${formatRatio(1 / ratio)} times as fast here` : "as fast here";
}

function formatRatio(ratio: number): string {
  if (ratio >= 999.5) return Math.round(ratio).toLocaleString("en");
  return ratio < 9.95 ? ratio.toFixed(1) : ratio.toFixed(0);
}
