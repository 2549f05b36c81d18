import type { ArrayBase } from "../core/array-base.ts";
import type { DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toShape } from "./creation.ts";
import { toDType, type DTypeLike } from "./dtype-like.ts";
import { arrayArgument, type ArrayLike } from "./promote.ts";
import { moveaxis } from "./shape.ts";

export interface DiagonalOption {
  readonly k?: number;
}

function offsetOf(name: string, k: number | DiagonalOption | undefined): number {
  return callArguments<DiagonalOption>(name, ["k"], [k]).k ?? 0;
}

/** Elements with column - row = offset, over two axes, as a new last axis. Throws ValueError below two axes. */
export function diagonal(a: ArrayLike, offset = 0, axis1 = 0, axis2 = 1): ArrayBase {
  const array = arrayArgument("diagonal", a);
  return diagonalJit(array, offset, axis1, axis2);
}

const diagonalJit = jit(
  (x: ArrayBase, offset: number, axis1: number, axis2: number) => {
    const moved = moveaxis(x, [axis1, axis2], [-2, -1]);
    const [rows, columns] = [moved.shape.at(-2)!, moved.shape.at(-1)!];
    const length = Math.max(
      0,
      offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns),
    );
    const outer = moved.ndim - 2;
    const step = lax.iota("int32", length);
    const row = lax.add(step, Math.max(0, -offset));
    const column = lax.add(step, Math.max(0, offset));
    const positions = lax.concatenate([lax.expand_dims(row, [1]), lax.expand_dims(column, [1])], 1);
    return lax.gather(
      moved,
      positions,
      {
        offset_dims: Array.from({ length: outer }, (_, axis) => axis),
        collapsed_slice_dims: [outer, outer + 1],
        start_index_map: [outer, outer + 1],
      },
      [...moved.shape.slice(0, -2), 1, 1],
      "clip",
    );
  },
  { name: "diagonal", static_argnums: [1, 2, 3] },
);

/** A matrix with the vector `v` on its k-th diagonal, or the k-th diagonal of a matrix. */
export function diag(v: ArrayLike, k?: number | DiagonalOption): ArrayBase {
  const array = arrayArgument("diag", v);
  const offset = offsetOf("diag", k);
  if (array.ndim === 2) return diagonal(array, offset);
  if (array.ndim !== 1) throw new ValueError("diag input must be 1d or 2d");
  return diagJit(array, offset);
}

const diagJit = jit(
  (v: ArrayBase, k: number) => {
    const length = v.shape[0]!;
    const n = length + Math.abs(k);
    const padded = lax.pad(v, 0, [[Math.max(0, k), Math.max(0, -k), 0]]);
    // Along each column the element of that column, or of the column k further left, stands on the diagonal.
    const values = lax.broadcast_in_dim(padded, [n, n], [1]);
    return lax.select(isOnDiagonal([n, n], k), values, 0);
  },
  { name: "diag", static_argnums: 1 },
);

/** `diag` of the flattened argument. */
export function diagflat(v: ArrayLike, k?: number | DiagonalOption): ArrayBase {
  const array = arrayArgument("diagflat", v);
  return diag(lax.reshape(array, [array.size]), k);
}

function distance(shape: readonly number[]): ArrayBase {
  const ndim = shape.length;
  const rows = lax.broadcasted_iota("int32", shape, ndim - 2);
  return lax.sub(lax.broadcasted_iota("int32", shape, ndim - 1), rows);
}

function isOnDiagonal(shape: readonly number[], k: number): ArrayBase {
  return lax.eq(distance(shape), k);
}

export interface TriOptions {
  readonly M?: number | null;
  readonly k?: number;
  readonly dtype?: DTypeLike | null;
}

/** Ones at and below the k-th diagonal, zeros above it. */
export function tri(
  N: number,
  M?: number | null | TriOptions,
  k?: number | TriOptions,
  dtype?: DTypeLike | null | TriOptions,
): ArrayBase {
  const given = callArguments<TriOptions>("tri", ["M", "k", "dtype"], [M, k, dtype]);
  const target = given.dtype === undefined || given.dtype === null ? "float32" : toDType(given.dtype);
  return triJit(toShape([N, given.M ?? N]), given.k ?? 0, target);
}

const triJit = jit(
  (shape: readonly number[], k: number, dtype: DType) =>
    lax.convert_element_type(lax.le(distance(shape), k), dtype),
  { name: "tri", static_argnums: [0, 1, 2] },
);

function triangle(name: "tril" | "triu"): (m: ArrayLike, k?: number | DiagonalOption) => ArrayBase {
  const keep = name === "tril" ? lax.le : lax.ge;
  const compiled = jit(
    (m: ArrayBase, k: number) => lax.select(keep(distance(m.shape), k), m, m.dtype === "bool" ? false : 0),
    { name, static_argnums: 1 },
  );
  return (m, k) => {
    const array = arrayArgument(name, m);
    if (array.ndim < 2) throw new ValueError(`Argument to jax.numpy.${name} must be at least 2D`);
    return compiled(array, offsetOf(name, k));
  };
}

/** The array with zeros above its k-th diagonal. */
export const tril = triangle("tril");
/** The array with zeros below its k-th diagonal. */
export const triu = triangle("triu");
