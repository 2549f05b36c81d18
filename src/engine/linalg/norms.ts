import type { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import { ValueError } from "../core/errors.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { power } from "../numpy/arithmetic.ts";
import { canonicalizeAxes, canonicalizeAxis } from "../numpy/axis.ts";
import { moveaxis } from "../numpy/shape.ts";
import type { ArrayLike } from "../numpy/promote.ts";
import { svdvals } from "./decompositions.ts";
import { floatArray } from "./matrix-arguments.ts";

/** Which norm: a power, ±Infinity, 0, or "fro" and "nuc" of matrices; null for the usual one. */
export type NormOrder = number | string | null;

export interface NormOptions {
  readonly ord?: NormOrder;
  readonly axis?: number | readonly number[] | null;
  readonly keepdims?: boolean;
}

/**
 * Norms of vectors (along one axis) or matrices (along two); of the flattened array when neither `ord` nor `axis` is
 * given. Throws ValueError for an order that there is not, or other numbers of axes.
 */
export function norm(
  x: ArrayLike,
  ord?: NormOrder | NormOptions,
  axis?: NormOptions["axis"] | NormOptions,
  keepdims?: boolean | NormOptions,
): ArrayBase {
  const options = callArguments<NormOptions>("norm", ["ord", "axis", "keepdims"], [ord, axis, keepdims]);
  const array = floatArray("norm", x);
  const order = options.ord ?? null;
  const given = options.axis ?? null;
  const axes =
    given === null
      ? array.shape.map((_, k) => k)
      : (typeof given === "number" ? [given] : given).map((each) => canonicalizeAxis(each, array.ndim));
  const keep = options.keepdims ?? false;
  if (given === null && order === null) return finish(euclideanJit(array, axes), axes, keep);
  if (axes.length === 1) return vectorNorm(array, order, axes, keep);
  if (axes.length === 2) return finish(matrixJit(array, matrixOrder(order), axes), axes, keep);
  throw new ValueError(
    `Improper number of axes for norm: axis=${formatShape(axes)}. Pass one axis to compute a vector-norm, or two axes ` +
      `to compute a matrix-norm.`,
  );
}

/** Puts reduced axes back with extent 1 on request. */
function finish(x: ArrayBase, axes: readonly number[], keepdims: boolean): ArrayBase {
  return keepdims
    ? lax.expand_dims(
        x,
        [...axes].sort((a, b) => a - b),
      )
    : x;
}

const euclideanJit = jit(
  (x: ArrayBase, axes: readonly number[]) => lax.sqrt(lax.reduce_sum(lax.mul(x, x), axes)),
  { name: "norm", static_argnums: 1 },
);

function matrixOrder(order: NormOrder): number | "fro" | "nuc" {
  if (order === null || order === "f" || order === "fro") return "fro";
  if (order === "nuc" || (typeof order === "number" && [1, -1, 2, -2].includes(order))) return order;
  if (typeof order === "number" && Math.abs(order) === Infinity) return order;
  throw new ValueError(`Invalid order '${String(order)}' for matrix norm.`);
}

const matrixJit = jit(
  (x: ArrayBase, order: number | "fro" | "nuc", axes: readonly number[]) => {
    const [row, column] = axes as [number, number];
    if (order === "fro") return lax.sqrt(lax.reduce_sum(lax.mul(x, x), axes));
    if (order === "nuc" || Math.abs(order) === 2) {
      const s = svdvals(moveaxis(x, [row, column], [-2, -1]));
      const last = s.ndim - 1;
      if (order === "nuc") return lax.reduce_sum(s, [last]);
      return order > 0 ? largest(s, last) : lax.reduce_min(s, [last]);
    }
    const [inner, outer] = Math.abs(order) === 1 ? [row, column] : [column, row];
    const sums = lax.reduce_sum(lax.abs(x), [inner]);
    const rest = outer > inner ? outer - 1 : outer;
    return order > 0 ? largest(sums, rest) : lax.reduce_min(sums, [rest]);
  },
  { name: "norm", static_argnums: [1, 2] },
);

/** The largest of numbers that are not negative: 0 where there is none. */
function largest(x: ArrayBase, axis: number): ArrayBase {
  return x.shape[axis] === 0
    ? lax.full(
        x.shape.filter((_, k) => k !== axis),
        0,
        x.dtype,
      )
    : lax.reduce_max(x, [axis]);
}

function vectorNorm(x: ArrayBase, order: NormOrder, axes: readonly number[], keepdims: boolean): ArrayBase {
  if (typeof order === "string") {
    const hint =
      order === "inf" || order === "-inf" ? `Use '${order.replace("inf", "jax.numpy.inf")}' instead.` : "";
    throw new ValueError(`Invalid order '${order}' for vector norm.${hint}`);
  }
  return finish(vectorJit(x, order ?? 2, axes), axes, keepdims);
}

const vectorJit = jit(
  (x: ArrayBase, order: number, axes: readonly number[]) => {
    if (order === 2) return lax.sqrt(lax.reduce_sum(lax.mul(x, x), axes));
    const sizes = lax.abs(x);
    if (order === Infinity) return x.size === 0 ? lax.reduce_sum(sizes, axes) : lax.reduce_max(sizes, axes);
    if (order === -Infinity) return lax.reduce_min(sizes, axes);
    if (order === 0) return lax.reduce_sum(lax.convert_element_type(lax.ne(x, 0), x.dtype), axes);
    if (order === 1) return lax.reduce_sum(sizes, axes);
    return power(lax.reduce_sum(power(sizes, order), axes), 1 / order);
  },
  { name: "norm", static_argnums: [1, 2] },
);

/** Norms of the vectors along `axis` (all elements as one vector when null), 2-norms unless said. */
export function vector_norm(x: ArrayLike, options: NormOptions = {}): ArrayBase {
  const given = callArguments<NormOptions>("vector_norm", ["axis", "keepdims", "ord"], [options]);
  const array = floatArray("vector_norm", x);
  const axes = canonicalizeAxes(given.axis ?? null, array.ndim);
  return vectorNorm(array, given.ord ?? 2, axes, given.keepdims ?? false);
}

/** Norms of the matrices in the last two axes, Frobenius norms unless said. */
export function matrix_norm(x: ArrayLike, options: Omit<NormOptions, "axis"> = {}): ArrayBase {
  const given = callArguments<NormOptions>("matrix_norm", ["keepdims", "ord"], [options]);
  return norm(x, { ord: given.ord ?? "fro", keepdims: given.keepdims ?? false, axis: [-2, -1] });
}
