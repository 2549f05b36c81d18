import type { Shape } from "../../core/aval.ts";
import type { DType } from "../../core/dtype.ts";
import type { Params, Primitive } from "../../core/primitive.ts";

/** One operand: its type and where its elements lie. "float" stands for float32 and float64. */
export interface RowOperand {
  readonly shape: Shape;
  readonly dtype: DType | "float";
  readonly low: number;
  readonly high: number;
  /** The elements themselves, where their place matters. */
  readonly values?: readonly number[];
}

/** Operands and parameters to run a primitive with. */
export interface RowCase {
  readonly operands: readonly RowOperand[];
  readonly params?: (float: DType) => Params;
  /** Not to be run on WebGPU: its kernel would be another case's again, or its result is the device's to choose. */
  readonly cpuOnly?: boolean;
}

/** What a primitive is checked with. A new primitive needs one of these. */
export interface PrimitiveRow {
  readonly primitive: Primitive;
  readonly cases: readonly RowCase[];
  /** How far WebGPU may be from the CPU, in units in the last place of a float32; 0 unless said. */
  readonly ulp?: number;
  /** Units of the result's largest element, for results that are sums. */
  readonly ofLargest?: boolean;
}

export const f = (shape: Shape, low = -2, high = 2): RowOperand => ({ shape, dtype: "float", low, high });
export const i = (shape: Shape, low = -9, high = 9): RowOperand => ({ shape, dtype: "int32", low, high });
export const u = (shape: Shape): RowOperand => ({ shape, dtype: "uint32", low: 0, high: 4294967295 });
export const b = (shape: Shape): RowOperand => ({ shape, dtype: "bool", low: 0, high: 1 });
export const at = (shape: Shape, values: readonly number[]): RowOperand => ({ ...i(shape), values });

/** 0-d, ranked, with axes of size 1 and 0, and above one workgroup. */
export const unaryShapes: readonly Shape[] = [[], [5], [1, 4], [0, 3], [3, 257]];
export const isMiddling = (shape: Shape): boolean =>
  shape.length > 0 && shape.every((extent) => extent > 0 && extent < 9);
export const binaryShapes: readonly (readonly [Shape, Shape])[] = [
  ...unaryShapes.map((shape): readonly [Shape, Shape] => [shape, shape]),
  [[], [2, 3]],
  [[2, 3], []],
];

/** Elements in no order, far enough apart for differences. */
export function spaced(shape: Shape): RowOperand {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length: size }, (_, k) => ((k * 389) % size) / 100 - 3);
  return { ...f(shape), values };
}

export type MakeOperand = (shape: Shape) => RowOperand;

/** A function of one operand. */
export function unary(primitive: Primitive, make: readonly MakeOperand[], ulp = 0): PrimitiveRow {
  return {
    primitive,
    ulp,
    cases: make.flatMap((of) =>
      unaryShapes.map((shape) => ({ operands: [of(shape)], cpuOnly: isMiddling(shape) })),
    ),
  };
}

/** A function of two operands of the same type. */
export function binary(
  primitive: Primitive,
  make: readonly [MakeOperand, MakeOperand?][],
  ulp = 0,
): PrimitiveRow {
  return {
    primitive,
    ulp,
    cases: make.flatMap(([left, right]) =>
      binaryShapes.map(([x, y]) => ({
        operands: [left(x), (right ?? left)(y)],
        cpuOnly: x.length === y.length && isMiddling(x),
      })),
    ),
  };
}

/** The same operands with each of several parameters. */
export function withParams(
  primitive: Primitive,
  cases: readonly (readonly [readonly RowOperand[], Params])[],
  tolerance: { readonly ulp?: number; readonly ofLargest?: boolean } = {},
): PrimitiveRow {
  return {
    primitive,
    cases: cases.map(([operands, params]) => ({ operands, params: () => params })),
    ...tolerance,
  };
}
