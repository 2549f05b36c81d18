/** A finite value's magnitude as decimal digits: d0.d1d2... times ten to the `exponent`. */
interface DecimalDigits {
  readonly negative: boolean;
  /** At least one digit; no trailing zeros unless the value is zero. */
  readonly digits: string;
  readonly exponent: number;
}

export type FloatKind = "float32" | "float64";

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

function fromExponential(text: string, negative: boolean): DecimalDigits {
  const [mantissa = "0", exponent = "0"] = text.split("e");
  const digits = mantissa.replace(".", "").replace(/0+$/, "");
  return { negative, digits: digits === "" ? "0" : digits, exponent: Number(exponent) };
}

/**
 * The fewest digits that read back as the same value of the element's own type; of those the nearest.
 * `value` is a double that holds the element exactly.
 */
export function shortestDigits(value: number, kind: FloatKind): DecimalDigits {
  const negative = isNegative(value);
  const magnitude = Math.abs(value);
  if (kind === "float64" || magnitude === 0) return fromExponential(magnitude.toExponential(), negative);
  for (let fraction = 0; fraction < 9; fraction++) {
    const nearest = magnitude.toExponential(fraction);
    if (Math.fround(Number(nearest)) === magnitude) return evenOfTie(value, nearest, fraction + 1);
    // Just above a power of two the spacing doubles, so the decimal above may read back
    // although the nearest one, below, does not.
    const above = nextDecimal(nearest);
    if (Math.fround(above) === magnitude) return fromExponential(above.toExponential(fraction), negative);
  }
  return fromExponential(magnitude.toExponential(), negative);
}

/** `toExponential` takes the larger of two equally near decimals; NumPy takes the even one. */
function evenOfTie(value: number, nearest: string, count: number): DecimalDigits {
  const even = roundedDigits(value, count);
  const readsBack = Math.fround(Number(`${even.digits}e${String(even.exponent + 1 - even.digits.length)}`));
  return readsBack === Math.abs(value) ? even : fromExponential(nearest, even.negative);
}

function nextDecimal(exponential: string): number {
  const [mantissa = "0", exponent = "0"] = exponential.split("e");
  const fraction = mantissa.split(".")[1] ?? "";
  const digits = BigInt(mantissa.replace(".", "")) + 1n;
  return Number(`${String(digits)}e${String(Number(exponent) - fraction.length)}`);
}

/**
 * The exact value rounded half to even to `count` significant digits (count may be zero or negative:
 * then the value is below half a unit of the last place, or rounds up to one).
 */
function roundedDigits(value: number, count: number): DecimalDigits {
  const exact = fromExponential(Math.abs(value).toExponential(100), isNegative(value));
  const places = Math.max(count, 0);
  const kept = count < 0 ? "" : exact.digits.slice(0, places).padEnd(places, "0");
  const rest = count < 0 ? "0" : exact.digits.slice(places);
  const last = Number(kept.at(-1) ?? "0");
  const half = rest.startsWith("5") && /^50*$/.test(rest);
  const up = half ? last % 2 === 1 : rest !== "" && rest.charAt(0) >= "5";
  const whole = BigInt(kept === "" ? "0" : kept) + (up ? 1n : 0n);
  if (whole === 0n) return { negative: exact.negative, digits: "0", exponent: 0 };
  const text = String(whole);
  const digits = text.replace(/0+$/, "");
  return { negative: exact.negative, digits, exponent: exact.exponent - places + text.length };
}

function fractionLength(decimal: DecimalDigits): number {
  return Math.max(0, decimal.digits.length - 1 - decimal.exponent);
}

/** Shortest digits, cut to at most `precision` places after the point of positional notation. */
export function positionalDigits(value: number, kind: FloatKind, precision: number): DecimalDigits {
  const shortest = shortestDigits(value, kind);
  if (fractionLength(shortest) <= precision) return shortest;
  const exactExponent = fromExponential(Math.abs(value).toExponential(100), false).exponent;
  return roundedDigits(value, exactExponent + 1 + precision);
}

/** Shortest digits, cut to at most `precision` places after the point of scientific notation. */
export function scientificDigits(value: number, kind: FloatKind, precision: number): DecimalDigits {
  const shortest = shortestDigits(value, kind);
  return shortest.digits.length - 1 <= precision ? shortest : roundedDigits(value, precision + 1);
}

/**
 * Digits to exactly `precision` places of scientific notation. Where the shortest digits are fewer, NumPy goes on
 * with the digits of the exact value, not with zeros: float32 9.034702e-09 at seven places is 9.0347019e-09.
 */
export function paddedScientificDigits(value: number, kind: FloatKind, precision: number): DecimalDigits {
  const shortest = shortestDigits(value, kind);
  return shortest.digits.length - 1 === precision ? shortest : roundedDigits(value, precision + 1);
}

/** Integer and fraction part as positional text; the sign belongs to the integer part. */
export function positionalParts(decimal: DecimalDigits): { integer: string; fraction: string } {
  const sign = decimal.negative ? "-" : "";
  const { digits, exponent } = decimal;
  if (exponent < 0) {
    const fraction = digits === "0" ? "" : "0".repeat(-exponent - 1) + digits;
    return { integer: `${sign}0`, fraction };
  }
  const integer = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return { integer: sign + integer, fraction: digits.slice(exponent + 1) };
}

/** Leading digit, fraction and exponent as scientific text: sign and at least `exponentDigits` digits. */
export function scientificParts(
  decimal: DecimalDigits,
  exponentDigits: number,
): { integer: string; fraction: string; exponent: string } {
  const { digits, exponent, negative } = decimal;
  return {
    integer: (negative ? "-" : "") + digits.charAt(0),
    fraction: digits.slice(1),
    exponent: (exponent < 0 ? "-" : "+") + String(Math.abs(exponent)).padStart(exponentDigits, "0"),
  };
}
