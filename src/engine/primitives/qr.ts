import { NotImplementedError } from "../core/errors.ts";
import { avalOf, bind, bind1, type Value } from "../core/tracer.ts";
import { apply } from "./apply.ts";
import { add, sub } from "./arithmetic.ts";
import { factorization } from "./factorization.ts";
import { beside, block, matmul, transposed, tril } from "./matrix-algebra.ts";
import { triangular_solve } from "./triangular-solve.ts";
import { instantiateZeros } from "./zeros.ts";

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
    if (params["full_matrices"] === true && m > n) {
      throw new NotImplementedError("Unimplemented case of QR decomposition derivative");
    }
    const change = instantiateZeros(t!);
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
