import type { DType, HostScalar } from "../core/dtype.ts";
import {
  paddedScientificDigits,
  positionalDigits,
  positionalParts,
  scientificDigits,
  scientificParts,
  type FloatKind,
} from "./decimal-digits.ts";

/** Digits after the point at most (NumPy's `precision`). */
const PRECISION = 8;

/** Turns one element into text; all elements of one array get the same width. */
export type ElementFormat = (element: HostScalar) => string;

/** Chooses, from all the elements that will be shown, how each of them is written. */
export function elementFormat(dtype: DType, shown: readonly HostScalar[], isScalar: boolean): ElementFormat {
  if (dtype === "bool") return (element) => boolText(Boolean(element), isScalar);
  if (dtype === "float32" || dtype === "float64") return floatFormat(dtype, shown.map(Number));
  const width = widest(shown.map(String));
  return (element) => String(element).padStart(width);
}

function boolText(value: boolean, isScalar: boolean): string {
  if (!value) return "False";
  return isScalar ? "True" : " True";
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}

function floatFormat(kind: FloatKind, shown: readonly number[]): ElementFormat {
  const finite = shown.filter(Number.isFinite);
  const layout = needsExponent(kind, finite)
    ? scientificLayout(kind, finite)
    : positionalLayout(kind, finite);
  const { right } = layout;
  const left = shown.reduce(
    (pad, value) => (Number.isFinite(value) ? pad : Math.max(pad, nonFiniteText(value).length - right - 1)),
    layout.left,
  );
  return (element) => {
    const value = Number(element);
    return Number.isFinite(value)
      ? layout.write(value, left)
      : nonFiniteText(value).padStart(left + right + 1);
  };
}

export function nonFiniteText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

/** One array in exponent form: a large element, a tiny one, or a wide range, judged in the element's type. */
function needsExponent(kind: FloatKind, finite: readonly number[]): boolean {
  const round = kind === "float32" ? Math.fround : (x: number) => x;
  let largest = 0;
  let smallest = Infinity;
  for (const value of finite) {
    const magnitude = Math.abs(value);
    if (magnitude === 0) continue;
    largest = Math.max(largest, magnitude);
    smallest = Math.min(smallest, magnitude);
  }
  if (largest === 0) return false;
  return largest >= 1e8 || smallest < round(1e-4) || round(largest / smallest) > 1000;
}

interface FloatLayout {
  /** Columns before and after the point. */
  readonly left: number;
  readonly right: number;
  write(value: number, left: number): string;
}

function positionalLayout(kind: FloatKind, finite: readonly number[]): FloatLayout {
  const parts = (value: number) => positionalParts(positionalDigits(value, kind, PRECISION));
  const all = finite.map(parts);
  const right = widest(all.map((p) => p.fraction));
  return {
    left: widest(all.map((p) => p.integer)),
    right,
    write(value, left) {
      const { integer, fraction } = parts(value);
      return `${integer.padStart(left)}.${fraction.padEnd(right)}`;
    },
  };
}

function scientificLayout(kind: FloatKind, finite: readonly number[]): FloatLayout {
  const all = finite.map((value) => scientificParts(scientificDigits(value, kind, PRECISION), 2));
  const exponentDigits = widest(all.map((p) => p.exponent)) - 1;
  const precision = widest(all.map((p) => p.fraction));
  return {
    left: widest(all.map((p) => p.integer)),
    right: exponentDigits + 2 + precision,
    write(value, left) {
      const digits = paddedScientificDigits(value, kind, precision);
      const { integer, fraction, exponent } = scientificParts(digits, exponentDigits);
      return `${integer.padStart(left)}.${fraction.padEnd(precision, "0")}e${exponent}`;
    },
  };
}
