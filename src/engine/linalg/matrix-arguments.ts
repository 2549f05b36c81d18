import type { ArrayBase } from "../core/array-base.ts";
import { sameShape, type Shape } from "../core/aval.ts";
import * as lax from "../lax/lax.ts";
import { inexact, promote, strong, type ArrayLike } from "../numpy/promote.ts";

/** Arguments as arrays of one floating dtype. Throws TypeError for an argument that is no array or scalar. */
export function floatArrays(functionName: string, args: readonly unknown[]): ArrayBase[] {
  return promote(`jnp.linalg.${functionName}`, inexact, args).map((arg: ArrayLike) =>
    strong(lax.asarray(arg)),
  );
}

export function floatArray(functionName: string, arg: unknown): ArrayBase {
  return floatArrays(functionName, [arg])[0]!;
}

export function isSquare(x: ArrayBase): boolean {
  return x.ndim >= 2 && x.shape.at(-1) === x.shape.at(-2);
}

/** Unit matrices like x: (n, n) repeated over the leading axes. */
export function identities(x: ArrayBase): ArrayBase {
  const { shape } = x;
  const row = lax.broadcasted_iota("int32", shape, shape.length - 2);
  const column = lax.broadcasted_iota("int32", shape, shape.length - 1);
  return lax.convert_element_type(lax.eq(row, column), x.dtype);
}

/** The elements (i, j) of all matrices. */
export function entry(x: ArrayBase, i: number, j: number): ArrayBase {
  const before = x.shape.slice(0, -2);
  const zeros = before.map(() => 0);
  const part = lax.slice(x, [...zeros, i, j], [...before, i + 1, j + 1]);
  return lax.reshape(part, before);
}

/** The elements at `position` of all vectors in the last axis. */
export function component(x: ArrayBase, position: number): ArrayBase {
  const last = x.ndim - 1;
  return lax.squeeze(lax.slice_in_dim(x, position, position + 1, 1, last), [last]);
}

/** A vector as the last axis of `shape`, repeated along the axis before: v[..., None, :]. */
export function asRows(v: ArrayBase, shape: Shape): ArrayBase {
  const wide = lax.expand_dims(v, [v.ndim - 1]);
  const target = [...shape.slice(0, -2), shape.at(-2)!, v.shape.at(-1)!];
  return sameShape(wide.shape, target) ? wide : stretched(wide, target);
}

function stretched(x: ArrayBase, shape: Shape): ArrayBase {
  return lax.broadcast_in_dim(
    x,
    shape,
    x.shape.map((_, axis) => axis),
  );
}
