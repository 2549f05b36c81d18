import { formatShape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import { avalOf, bind, bind1, type Value } from "../core/tracer.ts";
import { apply } from "./apply.ts";
import { add, integer_pow, mul, sub } from "./arithmetic.ts";
import { factorization } from "./factorization.ts";
import {
  asColumns,
  asRows,
  diagonalOf,
  identityLike,
  matmul,
  mirrored,
  transposed,
} from "./matrix-algebra.ts";
import { instantiateZeros } from "./zeros.ts";

/** eigh[lower]: eigenvectors, in columns, and ascending eigenvalues of symmetric matrices; reads one triangle. */
export const eigh = factorization({
  name: "eigh",
  results: (shape) => {
    const [m, n] = shape as [number, number];
    if (m === n) return [shape, [n]];
    throw new ValueError(
      `Argument to symmetric eigendecomposition must have shape [..., n, n], got shape ${formatShape(shape)}`,
    );
  },
  operation: () => ({ op: "eigh" }),
  triangle: (params) => (params["lower"] === true ? "lower" : "upper"),
  // With C = V^T a' V: w' is the diagonal of C, V' = V (F * C), F[i, j] = 1 / (w[j] - w[i]) off the diagonal.
  jvp: ([a], [t], params) => {
    const primals = bind(eigh, [a!], params);
    const [v, w] = primals as [Value, Value];
    const unit = identityLike(v);
    const { shape } = avalOf(v);
    const gaps = apply(sub, apply(add, unit, asRows(w, shape)), asColumns(w, shape));
    const factors = apply(sub, bind1(integer_pow, [gaps], { y: -1 }), unit);
    const change = mirrored(instantiateZeros(t!), params["lower"] === true);
    const c = matmul(matmul(transposed(v), change), v);
    return { primals, tangents: [matmul(v, apply(mul, factors, c)), diagonalOf(c)] };
  },
});
