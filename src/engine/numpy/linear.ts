import { avalOf } from "../core/tracer.ts";
import type { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxis } from "./axis.ts";
import { broadcast_shapes } from "./broadcast-shapes.ts";
import { multiply, subtract } from "./arithmetic.ts";
import { truth } from "./logic.ts";
import { checkArraylike, joined, promote, stretch, strong, type ArrayLike } from "./promote.ts";
import { moveaxis } from "./shape.ts";
import { diagonal } from "./diagonals.ts";
import { sum } from "./reductions.ts";

type Dimensions = readonly [
  readonly [readonly number[], readonly number[]],
  readonly [readonly number[], readonly number[]],
];

/** Both arguments as arrays of one dtype. */
function operands(name: string, a: ArrayLike, b: ArrayLike): [ArrayBase, ArrayBase] {
  const [x, y] = promote(name, joined, [a, b]);
  return [lax.asarray(x!), lax.asarray(y!)];
}

/** dot_general; booleans multiply as and, add as or. */
export function contract(x: ArrayBase, y: ArrayBase, dimensions: Dimensions): ArrayBase {
  if (x.dtype !== "bool") return lax.dot_general(x, y, dimensions);
  const count = lax.dot_general(
    lax.convert_element_type(x, "int32"),
    lax.convert_element_type(y, "int32"),
    dimensions,
  );
  return lax.asarray(truth(count));
}

/** Last axis of `a` against the second to last of `b` (its only one when a vector); a product when one is a scalar. */
export function dot(a: ArrayLike, b: ArrayLike): ArrayBase {
  const [x, y] = operands("dot", a, b);
  if (x.ndim === 0 || y.ndim === 0) return multiply(x, y);
  const contracting = y.ndim === 1 ? 0 : y.ndim - 2;
  return contract(x, y, [
    [[x.ndim - 1], [contracting]],
    [[], []],
  ]);
}

/** Matrix product over the last two axes, the axes before them broadcast. Throws ValueError for scalars. */
export function matmul(a: ArrayLike, b: ArrayLike): ArrayBase {
  checkArraylike("matmul", [a, b]);
  [a, b].forEach((operand, position) => {
    if (avalOf(operand).ndim > 0) return;
    throw new ValueError(
      `matmul input operand ${String(position)} must have ndim at least 1, but it has ndim 0`,
    );
  });
  const [x, y] = operands("matmul", a, b);
  if (x.ndim <= 2 && y.ndim <= 2) return dot(x, y);
  return matmulJit(x, y);
}

const matmulJit = jit(batchedMatmul, { name: "matmul" });

function batchedMatmul(a: ArrayBase, b: ArrayBase): ArrayBase {
  const x = a.ndim === 1 ? lax.expand_dims(a, [0]) : a;
  const y = b.ndim === 1 ? lax.expand_dims(b, [1]) : b;
  const batch = broadcast_shapes(x.shape.slice(0, -2), y.shape.slice(0, -2));
  const left = lax.asarray(stretch(x, [...batch, ...x.shape.slice(-2)]));
  const right = lax.asarray(stretch(y, [...batch, ...y.shape.slice(-2)]));
  const axes = batch.map((_, axis) => axis);
  const result = contract(left, right, [
    [[batch.length + 1], [batch.length]],
    [axes, axes],
  ]);
  const dropped = [...(a.ndim === 1 ? [batch.length] : []), ...(b.ndim === 1 ? [batch.length + 1] : [])];
  return dropped.length === 0 ? result : lax.squeeze(result, dropped);
}

/** Sum of the products of all elements, both flattened. */
export function vdot(a: ArrayLike, b: ArrayLike): ArrayBase {
  return vdotJit(...operands("vdot", a, b));
}

const vdotJit = jit((x: ArrayBase, y: ArrayBase) => dot(lax.reshape(x, [x.size]), lax.reshape(y, [y.size])), {
  name: "vdot",
});

/** Last axis against last axis. */
export function inner(a: ArrayLike, b: ArrayLike): ArrayBase {
  const [x, y] = operands("inner", a, b);
  if (x.ndim === 0 || y.ndim === 0) return multiply(x, y);
  return contract(x, y, [
    [[x.ndim - 1], [y.ndim - 1]],
    [[], []],
  ]);
}

/** Products of all pairs of elements, both flattened: a matrix. */
export function outer(a: ArrayLike, b: ArrayLike): ArrayBase {
  return outerJit(...operands("outer", a, b));
}

const outerJit = jit(
  (x: ArrayBase, y: ArrayBase) => multiply(lax.reshape(x, [x.size, 1]), lax.reshape(y, [1, y.size])),
  { name: "outer" },
);

/** Which axes `tensordot` sums over: how many at the end and start, or lists of them. */
export type TensordotAxes = number | readonly [number | readonly number[], number | readonly number[]];

/** Sums of products over the given axes; the axes left over of `a`, then of `b`. */
export function tensordot(
  a: ArrayLike,
  b: ArrayLike,
  axes: TensordotAxes | { readonly axes?: TensordotAxes } = 2,
): ArrayBase {
  const [x, y] = operands("tensordot", a, b);
  const given =
    typeof axes === "number" || Array.isArray(axes) ? axes : (axes as { axes?: TensordotAxes }).axes;
  const [left, right] = contractedAxes(x, y, (given ?? 2) as TensordotAxes);
  return contract(x, y, [
    [left, right],
    [[], []],
  ]);
}

function contractedAxes(x: ArrayBase, y: ArrayBase, axes: TensordotAxes): [number[], number[]] {
  if (typeof axes === "number") {
    if (axes > Math.min(x.ndim, y.ndim)) {
      throw new TypeError(
        `tensordot requires axes_dims to be less than or equal to the number of dimensions, got ` +
          `${String(axes)} for shapes ${formatShape(x.shape)} and ${formatShape(y.shape)}`,
      );
    }
    const count = Array.from({ length: axes }, (_, i) => i);
    return [count.map((i) => x.ndim - axes + i), count];
  }
  const list = (given: number | readonly number[], ndim: number): number[] =>
    (typeof given === "number" ? [given] : given).map((axis) => canonicalizeAxis(axis, ndim));
  return [list(axes[0], x.ndim), list(axes[1], y.ndim)];
}

/** Sum of the k-th diagonal of the first two axes. */
export function trace(a: ArrayLike, offset = 0, axis1 = 0, axis2 = 1): ArrayBase {
  return sum(diagonal(a, offset, axis1, axis2), -1);
}

/** Vector products of the vectors (of 2 or 3 components) along an axis (the last). */
export function cross(a: ArrayLike, b: ArrayLike, axis = -1): ArrayBase {
  const [x, y] = operands("cross", a, b);
  const left = moveaxis(x, axis, -1);
  const right = moveaxis(y, axis, -1);
  const extents = [left.shape.at(-1)!, right.shape.at(-1)!];
  if (!extents.every((extent) => extent === 2 || extent === 3)) {
    throw new ValueError("Dimension must be either 2 or 3 for cross product");
  }
  const result = strong(crossJit(left, right));
  return extents.includes(3) ? moveaxis(result, -1, axis) : result;
}

const crossJit = jit(
  (x: ArrayBase, y: ArrayBase) => {
    const part = (v: ArrayBase, k: number): ArrayBase => {
      const last = v.ndim - 1;
      if (k >= v.shape[last]!) return lax.full(v.shape.slice(0, -1), 0, v.dtype);
      return lax.squeeze(lax.slice_in_dim(v, k, k + 1, 1, last), [last]);
    };
    const component = (i: number, j: number): ArrayBase =>
      subtract(multiply(part(x, i), part(y, j)), multiply(part(x, j), part(y, i)));
    if (x.shape.at(-1) === 2 && y.shape.at(-1) === 2) return component(0, 1);
    const parts = [component(1, 2), component(2, 0), component(0, 1)];
    const last = parts[0]!.ndim;
    return lax.concatenate(
      parts.map((each) => lax.expand_dims(each, [last])),
      last,
    );
  },
  { name: "cross" },
);

/** Kronecker product: every element of `a` times the whole of `b`. */
export function kron(a: ArrayLike, b: ArrayLike): ArrayBase {
  return kronJit(...operands("kron", a, b));
}

const kronJit = jit(
  (x: ArrayBase, y: ArrayBase) => {
    const ndim = Math.max(x.ndim, y.ndim);
    const padded = (v: ArrayBase): number[] => [
      ...Array.from({ length: ndim - v.ndim }, () => 1),
      ...v.shape,
    ];
    const [left, right] = [padded(x), padded(y)];
    const product = multiply(
      lax.reshape(
        x,
        left.flatMap((extent) => [extent, 1]),
      ),
      lax.reshape(
        y,
        right.flatMap((extent) => [1, extent]),
      ),
    );
    return lax.reshape(
      product,
      left.map((extent, axis) => extent * right[axis]!),
    );
  },
  { name: "kron" },
);
