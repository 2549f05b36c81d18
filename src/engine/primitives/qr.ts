import { avalOf, bind, bind1, type Value } from "../core/tracer.ts";
import { apply } from "./apply.ts";
import { add, sub } from "./arithmetic.ts";
import { factorization } from "./factorization.ts";
import { iota } from "./iota.ts";
import { lu, takeRows } from "./lu.ts";
import { above, beside, block, identityLike, matmul, transposed, tril } from "./matrix-algebra.ts";
import { sort } from "./sort.ts";
import { triangular_solve } from "./triangular-solve.ts";
import { instantiateZeros, zerosOf } from "./zeros.ts";

/** qr[full_matrices]: Q with orthonormal columns and upper triangular R of a = Q R, by reflections as LAPACK's. */
export const qr = factorization({
  name: "qr",
  results: (shape, params) => {
    const [m, n] = shape as [number, number];
    const k = params["full_matrices"] === true ? m : Math.min(m, n);
    return [
      [m, k],
      [k, n],
    ];
  },
  operation: (params) => ({ op: "qr", full: params["full_matrices"] === true }),
  jvp: ([a], [t], params) => {
    const primals = bind(qr, [a!], params);
    const [q, r] = primals as [Value, Value];
    const [m, n] = avalOf(a!).shape.slice(-2) as [number, number];
    const change = instantiateZeros(t!);
    if (params["full_matrices"] === true && m > n) return { primals, tangents: fullTangents(q, r, change) };
    if (m >= n) return { primals, tangents: thinTangents(q, r, change) };
    // The square part as above; the rest of R is Q^T times the rest of the matrix.
    const left = block(change, [0, m], [0, m]);
    const [dq, dr] = thinTangents(q, block(r, [0, m], [0, m]), left);
    const rest = apply(
      add,
      matmul(transposed(dq), block(a!, [0, m], [m, n])),
      matmul(transposed(q), block(change, [0, m], [m, n])),
    );
    return { primals, tangents: [dq, beside(dr, rest)] };
  },
});

/**
 * Q' and R' for (m, n), m > n, with all of Q. For Q = [Q1 Q2] made of n reflections, with Z = Q1b (Q1a - 1)^-1 for the
 * upper and lower part of Q1: Q2' = Q1' Z^T - (Q1 + Q2 Z) (Q1b' - Z Q1a')^T (arXiv:2409.13374).
 */
function fullTangents(q: Value, r: Value, t: Value): [Value, Value] {
  const [m, n] = avalOf(t).shape.slice(-2) as [number, number];
  const first = block(q, [0, m], [0, n]);
  const [d1, dr] = thinTangents(first, block(r, [0, n], [0, n]), t);
  const upper = (x: Value): Value => block(x, [0, n], [0, n]);
  const lower = (x: Value): Value => block(x, [n, m], [0, n]);
  const zt = solveTransposed(apply(sub, upper(first), identityLike(upper(first))), transposed(lower(first)));
  const z = transposed(zt);
  const outer = apply(add, first, matmul(block(q, [0, m], [n, m]), z));
  const inner = transposed(apply(sub, lower(d1), matmul(z, upper(d1))));
  const d2 = apply(sub, matmul(d1, zt), matmul(outer, inner));
  const rest = zerosOf(avalOf(lower(t)));
  return [beside(d1, d2), above(dr, rest)];
}

/** x of a^T x = b, by LU: with P a = L U, a^T = U^T L^T P. */
function solveTransposed(a: Value, b: Value): Value {
  const [packed, , permutation] = bind(lu, [a]) as [Value, Value, Value];
  const params = { left_side: true, transpose_a: true, conjugate_a: false };
  const upper = bind1(triangular_solve, [packed, b], { ...params, lower: false, unit_diagonal: false });
  const x = bind1(triangular_solve, [packed, upper], { ...params, lower: true, unit_diagonal: true });
  const { shape } = avalOf(permutation);
  const own = bind1(iota, [], { dtype: "int32", shape, dimension: shape.length - 1 });
  return takeRows(x, bind(sort, [permutation, own])[1]!);
}

/** Q' and R' for m >= n: with C = Q^T a' R^-1, Q' = Q (W - C) + a' R^-1 and R' = (C - W) R, W skew with C's lower part. */
function thinTangents(q: Value, r: Value, t: Value): [Value, Value] {
  const params = { transpose_a: false, conjugate_a: false, unit_diagonal: false };
  const solved = bind1(triangular_solve, [r, t], { ...params, left_side: false, lower: false });
  const c = matmul(transposed(q), solved);
  const lower = tril(c, -1);
  const skew = apply(sub, lower, transposed(lower));
  const dq = apply(add, matmul(q, apply(sub, skew, c)), solved);
  return [dq, matmul(apply(sub, c, skew), r)];
}
