import type { OutputItem } from "./output.ts";

/** How what a cell printed compares with what the lecture printed. */
export type Agreement =
  | { readonly kind: "same" }
  /** Every number is the same; the element type is not. */
  | { readonly kind: "same-numbers"; readonly dtypes: readonly string[] }
  /** The numbers agree to this many significant digits. */
  | { readonly kind: "digits"; readonly digits: number }
  | { readonly kind: "different" };

const DTYPE = /,?\s*dtype=(\w+)/g;
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;

/** Compares a cell's printed outputs with the lecture's; `undefined` while the cell has printed nothing. */
export function compareWithLecture(outputs: readonly OutputItem[], lecture: string): Agreement | undefined {
  const printed = outputs
    .flatMap((item) => (item.kind === "value" || item.kind === "text" ? [item.text] : []))
    .join("\n");
  if (printed.trim() === "") return undefined;
  if (collapse(printed) === collapse(lecture)) return { kind: "same" };
  if (collapse(withoutDtype(printed)) === collapse(withoutDtype(lecture))) {
    const dtypes = [...printed.matchAll(DTYPE)].map((match) => match[1] ?? "");
    return { kind: "same-numbers", dtypes: [...new Set(dtypes)] };
  }
  const digits = sharedDigits(numbersIn(printed), numbersIn(lecture));
  return digits >= 3 ? { kind: "digits", digits } : { kind: "different" };
}

/** White space aside, and a tuple's parentheses aside: TypeScript has brackets for both. */
function collapse(text: string): string {
  const tight = text.replace(/\s+/g, "");
  return /^\(.*\)$/.test(tight) ? `[${tight.slice(1, -1)}]` : tight;
}

function withoutDtype(text: string): string {
  return text.replace(DTYPE, "");
}

function numbersIn(text: string): readonly number[] {
  return (withoutDtype(text).match(NUMBER) ?? []).map(Number);
}

/** The significant digits all pairs share: they differ by less than one unit of the last. 0 when nothing pairs. */
function sharedDigits(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length === 0 || ours.length !== theirs.length) return 0;
  const digits = ours.map((value, index) => {
    const other = theirs[index] ?? NaN;
    if (value === other) return Infinity;
    const unitOfFirstDigit = 10 ** Math.floor(Math.log10(Math.abs(other)));
    return 1 + Math.floor(-Math.log10(Math.abs(value - other) / unitOfFirstDigit));
  });
  const fewest = Math.min(...digits);
  return Number.isFinite(fewest) ? Math.max(0, fewest) : 0;
}
