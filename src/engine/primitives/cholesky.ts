import { formatShape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { apply, like } from "./apply.ts";
import { add, div } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { factorization } from "./factorization.ts";
import { identityLike, matmul, mirrored, tril } from "./matrix-algebra.ts";
import { triangular_solve } from "./triangular-solve.ts";
import { instantiateZeros } from "./zeros.ts";

/** L with zeros above the diagonal, of a = L L^T; reads the lower triangle. All NaN unless positive definite. */
export const cholesky = factorization({
  name: "cholesky",
  results: (shape) => {
    if (shape[0] === shape[1]) return [shape];
    throw new ValueError(`The input to cholesky must be a square matrix. Got shape ${formatShape(shape)}.`);
  },
  operation: () => ({ op: "cholesky" }),
  // L' = L phi(L^-1 a' L^-T), phi the lower triangle with half the diagonal (I. Murray, arXiv:1602.07527).
  jvp: ([a], [t]) => {
    const l = bind1(cholesky, [a!]);
    const params = { lower: true, conjugate_a: false, unit_diagonal: false };
    const right = bind1(triangular_solve, [l, mirrored(instantiateZeros(t!), true)], {
      ...params,
      left_side: false,
      transpose_a: true,
    });
    const both = bind1(triangular_solve, [l, right], { ...params, left_side: true, transpose_a: false });
    return { primals: [l], tangents: [matmul(l, halfDiagonal(both))] };
  },
});

function halfDiagonal(x: Value): Value {
  const ones = broadcastTo(like(x, 1), avalOf(x).shape);
  return apply(div, tril(x), apply(add, identityLike(x), ones));
}
