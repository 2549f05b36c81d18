import { formatShape } from "../core/aval.ts";
import type { DType, HostScalar } from "../core/dtype.ts";
import { arrayToString, LINE_WIDTH } from "./array-to-string.ts";
import { shortestDigits, positionalParts, scientificParts, type FloatKind } from "./decimal-digits.ts";
import { sizeOf } from "../core/aval.ts";
import { nonFiniteText } from "./element-format.ts";
import type { PrintableArray } from "./printable-array.ts";

/** JAX's repr: `Array([ 1. ,  3.2, -1.5], dtype=float32)`. */
export function reprArray(array: PrintableArray): string {
  const prefix = "Array(";
  const dtype = `dtype=${array.dtype}${array.weakType ? ", weak_type=True" : ""})`;
  const text =
    sizeOf(array.shape) === 0
      ? `[], shape=${formatShape(array.shape)}`
      : arrayToString(array, { prefix, suffix: ",", separator: ", " });
  // JAX leaves the dtype on the last line even where it is too long for it, behind a wider gap.
  const lastLine = text.length - (text.lastIndexOf("\n") + 1);
  const gap = lastLine + 2 + dtype.length + 1 > LINE_WIDTH ? " ".repeat(prefix.length) : " ";
  return `${prefix}${text},${gap}${dtype}`;
}

/** What `print(x)` shows: `[ 1.   3.2 -1.5]`; a 0-d array prints as its scalar. */
export function strArray(array: PrintableArray): string {
  if (array.shape.length === 0) return scalarText(array.at(0), array.dtype);
  return arrayToString(array, { prefix: "", suffix: "", separator: " " });
}

/** NumPy's own repr: `array([0. , 0.5, 1. ])`; the dtype is left out where it is NumPy's default. */
export function reprNumpyArray(array: PrintableArray): string {
  const prefix = "array(";
  const size = sizeOf(array.shape);
  const isDefault = array.dtype === "bool" || array.dtype === "int64" || array.dtype === "float64";
  const isPlainEmpty = array.shape.length === 1;
  const body =
    size > 0 || isPlainEmpty
      ? arrayToString(array, { prefix, suffix: ")", separator: ", " })
      : `[], shape=${formatShape(array.shape)}`;
  const text = prefix + body;
  if (isDefault && size > 0) return `${text})`;
  const dtype = `dtype=${array.dtype})`;
  const lastLine = text.length + 1 - (text.lastIndexOf("\n") + 1);
  const gap = lastLine + dtype.length + 1 > LINE_WIDTH ? `\n${" ".repeat(prefix.length)}` : " ";
  return `${text},${gap}${dtype}`;
}

/** What an f-string shows: a 0-d float is first widened to a Python float, the rest is `str`. */
export function formatArray(array: PrintableArray): string {
  if (array.shape.length > 0) return strArray(array);
  return scalarText(array.at(0), array.dtype === "float32" ? "float64" : array.dtype);
}

function scalarText(value: HostScalar, dtype: DType): string {
  if (dtype === "bool") return value ? "True" : "False";
  if (dtype === "float32" || dtype === "float64") return floatText(Number(value), dtype);
  return String(value);
}

function floatText(value: number, kind: FloatKind): string {
  if (!Number.isFinite(value)) return nonFiniteText(value);
  const decimal = shortestDigits(value, kind);
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e16)) {
    const { integer, fraction } = positionalParts(decimal);
    return `${integer}.${fraction === "" ? "0" : fraction}`;
  }
  const { integer, fraction, exponent } = scientificParts(decimal, 2);
  return `${integer}${fraction === "" ? "" : `.${fraction}`}e${exponent}`;
}
