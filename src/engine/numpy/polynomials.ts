import type { ArrayBase } from "../core/array-base.ts";
import { ValueError } from "../core/errors.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { add, multiply } from "./arithmetic.ts";
import { arrayArgument, inexact, numeric, promote, stretch, type ArrayLike } from "./promote.ts";
import { searchsorted } from "./sorting.ts";

/** The polynomial with coefficients `p`, highest power first, at x: Horner's rule. */
export function polyval(p: ArrayLike, x: ArrayLike): ArrayBase {
  const [coefficients, points] = promote("polyval", numeric, [p, x]) as [Value, Value];
  return polyvalJit(lax.asarray(coefficients), lax.asarray(points));
}

const polyvalJit = jit(
  (p: ArrayBase, x: ArrayBase) => {
    let result = lax.full(x.shape, 0, x.dtype);
    for (let k = 0; k < p.shape[0]!; k++) {
      const coefficient = lax.reshape(lax.slice_in_dim(p, k, k + 1), []);
      result = add(multiply(result, x), coefficient);
    }
    return result;
  },
  { name: "polyval" },
);

/** Discrete convolution of two vectors: all overlaps, as many as the longer has, or complete ones only. */
export function convolve(a: ArrayLike, v: ArrayLike, mode: "full" | "same" | "valid" = "full"): ArrayBase {
  const [x, y] = promote("convolve", numeric, [a, v]).map(lax.asarray) as [ArrayBase, ArrayBase];
  if (x.ndim !== 1 || y.ndim !== 1) throw new ValueError("convolve() only support 1-dimensional inputs.");
  if (x.size === 0 || y.size === 0) throw new ValueError("convolve: inputs cannot be empty, got shapes.");
  return x.size < y.size ? convolveJit(y, x, mode) : convolveJit(x, y, mode);
}

const convolveJit = jit(
  (x: ArrayBase, y: ArrayBase, mode: "full" | "same" | "valid") => {
    const [n, m] = [x.size, y.size];
    const padded = lax.pad(x, 0, [[m - 1, m - 1, 0]]);
    // Row k holds the elements that meet y reversed at overlap k.
    const rows = lax.broadcasted_iota("int32", [n + m - 1, m], 0);
    const positions = lax.add(rows, lax.broadcasted_iota("int32", [n + m - 1, m], 1));
    const windows = lax.gather(
      padded,
      lax.expand_dims(positions, [2]),
      { offset_dims: [], collapsed_slice_dims: [0], start_index_map: [0] },
      [1],
      "clip",
    );
    const full = lax.dot_general(windows, lax.rev(y, [0]), [
      [[1], [0]],
      [[], []],
    ]);
    if (mode === "full") return full;
    const length = mode === "same" ? n : n - m + 1;
    const start = mode === "same" ? Math.floor((m - 1) / 2) : m - 1;
    return lax.slice_in_dim(full, start, start + length);
  },
  { name: "convolve", static_argnums: 2 },
);

export interface InterpOptions {
  readonly left?: ArrayLike | null;
  readonly right?: ArrayLike | null;
}

/** The piecewise linear function through the points (xp, fp), xp increasing, at x; constant outside. */
export function interp(x: ArrayLike, xp: ArrayLike, fp: ArrayLike, options: InterpOptions = {}): ArrayBase {
  const [points, nodes] = promote("interp", inexact, [x, xp]) as [Value, Value];
  const values = promote("interp", inexact, [fp])[0]!;
  const shape = avalOf(nodes).shape;
  if (shape.length !== 1 || avalOf(values).ndim !== 1 || shape[0] !== avalOf(values).shape[0]) {
    throw new ValueError("xp and fp must be one-dimensional arrays of equal size");
  }
  return interpJit(
    arrayArgument("interp", points),
    arrayArgument("interp", nodes),
    arrayArgument("interp", values),
    options.left ?? null,
    options.right ?? null,
  );
}

const interpJit = jit(
  (x: ArrayBase, xp: ArrayBase, fpOwn: ArrayBase, left: Value | null, right: Value | null) => {
    const fp = lax.convert_element_type(fpOwn, xp.dtype);
    const n = xp.size;
    const at = (source: ArrayBase, positions: ArrayBase): ArrayBase =>
      lax.gather(
        source,
        lax.expand_dims(positions, [positions.ndim]),
        { offset_dims: [], collapsed_slice_dims: [0], start_index_map: [0] },
        [1],
        "clip",
      );
    const above = lax.min(lax.max(searchsorted(xp, x, "right"), 1), Math.max(n - 1, 1));
    const below = lax.sub(above, 1);
    const run = lax.sub(at(xp, above), at(xp, below));
    const rise = lax.sub(at(fp, above), at(fp, below));
    const fraction = lax.div(lax.sub(x, at(xp, below)), lax.select(lax.eq(run, 0), 1, run));
    const inside = lax.add(at(fp, below), lax.mul(fraction, rise));
    const edge = (position: number): ArrayBase =>
      lax.reshape(lax.slice_in_dim(fp, position, position + 1), []);
    const end = (source: ArrayBase, position: number): ArrayBase =>
      lax.reshape(lax.slice_in_dim(source, position, position + 1), []);
    const low = left === null ? edge(0) : lax.convert_element_type(left, fp.dtype);
    const high = right === null ? edge(n - 1) : lax.convert_element_type(right, fp.dtype);
    const scalar = (value: ArrayBase): Value => (x.ndim === 0 ? value : stretch(value, x.shape));
    const result = lax.select(lax.lt(x, end(xp, 0)), scalar(low), inside);
    return lax.select(lax.gt(x, end(xp, n - 1)), scalar(high), result);
  },
  { name: "interp" },
);
