import { ShapedArray } from "../core/aval.ts";
import { Zero } from "../core/tangent.ts";
import { avalOf, bind, bind1, type Value } from "../core/tracer.ts";
import { apply, like } from "./apply.ts";
import { add } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { factorization } from "./factorization.ts";
import { gather } from "./gather.ts";
import type { GatherDimensionNumbers } from "./gather-numbers.ts";
import { block, identityLike, matmul, tril, triu } from "./matrix-algebra.ts";
import { pad } from "./slicing.ts";
import { triangular_solve } from "./triangular-solve.ts";
import { zerosOf, instantiateZeros } from "./zeros.ts";

/**
 * L and U of a[permutation] = L U in one matrix, with partial pivoting; int32 pivots (row k was exchanged with row
 * pivots[k]) and the int32 permutation.
 */
export const lu = factorization({
  name: "lu",
  results: (shape) => [shape, [Math.min(shape[0]!, shape[1]!)], [shape[0]!]],
  operation: () => ({ op: "lu" }),
  firstInteger: 1,
  // L^-1 L' + U' U^-1 = L^-1 a' U^-1: the strict lower triangle is the first, the rest the second
  // (F. R. de Hoog, R. S. Anderssen, M. A. Lukas, "Differentiation of matrix functionals using triangular factorization").
  jvp: ([a], [t]) => {
    const primals = bind(lu, [a!]);
    const [packed, pivots, permutation] = primals as [Value, Value, Value];
    const { l, u } = squareFactors(packed);
    const params = { transpose_a: false, conjugate_a: false };
    const moved = takeRows(instantiateZeros(t!), permutation);
    const left = bind1(triangular_solve, [l, moved], {
      ...params,
      left_side: true,
      lower: true,
      unit_diagonal: true,
    });
    const both = bind1(triangular_solve, [u, left], {
      ...params,
      left_side: false,
      lower: false,
      unit_diagonal: false,
    });
    const change = apply(add, matmul(l, tril(both, -1)), matmul(triu(both), u));
    return { primals, tangents: [change, new Zero(avalOf(pivots)), new Zero(avalOf(permutation))] };
  },
});

/** L (m, m) and U (n, n), filled up with ones on the diagonal. */
function squareFactors(packed: Value): { l: Value; u: Value } {
  const { shape, dtype } = avalOf(packed);
  const before = shape.slice(0, -2);
  const [m, n] = shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  const lower = padded(tril(block(packed, [0, m], [0, k]), -1), [0, 0], [0, m - k]);
  const upper = padded(triu(block(packed, [0, k], [0, n])), [0, n - k], [0, 0]);
  const unit = (size: number): Value =>
    identityLike(zerosOf(new ShapedArray([...before, size, size], dtype)));
  const rest = padded(unit(n - k), [k, 0], [k, 0]);
  return { l: apply(add, lower, unit(m)), u: apply(add, upper, rest) };
}

function padded(x: Value, rows: readonly [number, number], columns: readonly [number, number]): Value {
  const before = avalOf(x)
    .shape.slice(0, -2)
    .map(() => [0, 0, 0]);
  return bind1(pad, [x, like(x, 0)], { padding_config: [...before, [...rows, 0], [...columns, 0]] });
}

/** x[..., permutation, :], matrix by matrix. */
export function takeRows(x: Value, permutation: Value): Value {
  const { shape } = avalOf(x);
  const { shape: order } = avalOf(permutation);
  const count = order.length - 1;
  const before = order.slice(0, -1).map((_, axis) => axis);
  const numbers: GatherDimensionNumbers = {
    offset_dims: [order.length],
    collapsed_slice_dims: [count],
    start_index_map: [count],
    operand_batching_dims: before,
    start_indices_batching_dims: before,
  };
  const indices = broadcastTo(
    permutation,
    [...order, 1],
    order.map((_, axis) => axis),
  );
  const sizes = [...before.map(() => 1), 1, shape[shape.length - 1]!];
  return bind1(gather, [x, indices], { dimension_numbers: numbers, slice_sizes: sizes, mode: "clip" });
}
