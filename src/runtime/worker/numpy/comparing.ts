import { asarray, jointDType, operandOf, type ArrayLike } from "./as-array.ts";
import { broadcastShapes, stretchLayout } from "./broadcast.ts";
import { toElement } from "./dtype.ts";
import { equal, maximum, minimum } from "./elementwise.ts";
import { NdArray, scalarIfRank0 } from "./ndarray.ts";
import { apply, inFloat } from "./ufunc.ts";

/** `x` where the condition holds, `y` elsewhere; with the condition alone, the positions where it holds. */
export function where(condition: ArrayLike, x?: ArrayLike, y?: ArrayLike): NdArray | readonly NdArray[] {
  if (x === undefined || y === undefined) return nonzero(condition);
  const mask = asarray(condition);
  const [yes, no] = [operandOf(x), operandOf(y)];
  const dtype = jointDType([yes, no]);
  const shape = broadcastShapes([mask.shape, yes.array.shape, no.array.shape]);
  const [chosen, left, right] = [mask, yes.array, no.array].map((each) =>
    each.view(stretchLayout(each, shape)).elements(),
  );
  const result = NdArray.zeros(dtype, shape);
  for (let i = 0; i < result.size; i++) {
    const isChosen = chosen![i] !== 0 && chosen![i] !== 0n;
    result.memory[i] = toElement(isChosen ? left![i]! : right![i]!, dtype);
  }
  return scalarIfRank0(result);
}

/** The positions of the elements that are not zero, one array an axis. */
export function nonzero(a: ArrayLike): readonly NdArray[] {
  const array = asarray(a);
  const elements = array.elements();
  const found: number[] = [];
  for (let i = 0; i < elements.length; i++) if (elements[i] !== 0 && elements[i] !== 0n) found.push(i);
  let step = 1;
  const steps = [...array.shape]
    .reverse()
    .map((extent) => (step *= extent) / extent)
    .reverse();
  const axes = array.shape.map((extent, axis) => {
    const result = NdArray.zeros("int64", [found.length]);
    found.forEach((position, i) => (result.memory[i] = BigInt(Math.floor(position / steps[axis]!) % extent)));
    return result;
  });
  // A tuple: a list that cannot change.
  return Object.freeze(axes);
}

/** Keyword arguments of `isclose` and `allclose`. */
export interface CloseOptions {
  readonly rtol?: number;
  readonly atol?: number;
  readonly equal_nan?: boolean;
}

/** Whether |a - b| <= atol + rtol * |b|, element by element. */
export function isclose(a: ArrayLike, b: ArrayLike, options: CloseOptions = {}): NdArray {
  const { rtol = 1e-5, atol = 1e-8, equal_nan = false } = options;
  const close = (x: number, y: number): number => {
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(equal_nan && Number.isNaN(x) && Number.isNaN(y));
    return Number(x === y || (Number.isFinite(y) && Math.abs(x - y) <= atol + rtol * Math.abs(y)));
  };
  return apply({ name: "isclose", compute: inFloat, result: "bool", onNumbers: close }, [a, b]);
}

export function allclose(a: ArrayLike, b: ArrayLike, options: CloseOptions = {}): boolean {
  const elements = isclose(a, b, options).elements() as unknown as Uint8Array;
  return elements.every(Boolean);
}

/** Whether two arrays have the same shape and elements. */
export function array_equal(a: ArrayLike, b: ArrayLike): boolean {
  const [x, y] = [asarray(a), asarray(b)];
  if (x.shape.join() !== y.shape.join()) return false;
  return (equal(x, y).elements() as unknown as Uint8Array).every(Boolean);
}

/** The elements brought between two bounds; null stands for a bound left out. */
export function clip(a: ArrayLike, min: ArrayLike | null = null, max: ArrayLike | null = null): NdArray {
  const lower = min === null ? asarray(a) : maximum(a, min);
  return max === null ? lower : minimum(lower, max);
}
