import { NotImplementedError } from "../core/errors.ts";
import { avalOf, bind, type Value } from "../core/tracer.ts";
import { apply, like } from "./apply.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { factorization } from "./factorization.ts";
import { asColumns, asRows, diagonalOf, identityLike, matmul, transposed } from "./matrix-algebra.ts";
import { instantiateZeros } from "./zeros.ts";

/** svd[full_matrices, compute_uv]: singular values, descending, then U and V^T. */
export const svd = factorization({
  name: "svd",
  results: (shape, params) => {
    const [m, n] = shape as [number, number];
    const k = Math.min(m, n);
    if (params["compute_uv"] !== true) return [[k]];
    return params["full_matrices"] === true ? [[k], [m, m], [n, n]] : [[k], [m, k], [k, n]];
  },
  operation: (params) => ({
    op: "svd",
    full: params["full_matrices"] === true,
    vectors: params["compute_uv"] === true,
  }),
  jvp: ([a], [tangent], params) => {
    const [m, n] = avalOf(a!).shape.slice(-2) as [number, number];
    const vectors = params["compute_uv"] === true;
    if (vectors && params["full_matrices"] === true && m !== n) {
      throw new NotImplementedError("Singular value decomposition JVP not implemented for full matrices");
    }
    const [s, u, vt] = bind(svd, [a!], { ...params, full_matrices: false, compute_uv: true }) as [
      Value,
      Value,
      Value,
    ];
    const t = instantiateZeros(tangent!);
    const c = matmul(matmul(transposed(u), t), transposed(vt));
    if (!vectors) return { primals: [s], tangents: [diagonalOf(c)] };
    const { du, dv } = vectorTangents({ s, u, vt, c });
    const left = m > n ? apply(add, du, outside(matmul(t, transposed(vt)), u, s)) : du;
    const right = n > m ? apply(add, dv, outside(matmul(transposed(t), u), transposed(vt), s)) : dv;
    return { primals: [s, u, vt], tangents: [diagonalOf(c), left, transposed(right)] };
  },
});

/** U (F * (C S + S C^T)) and V (F * (S C + C^T S)), F[i, j] = 1 / (s[j]^2 - s[i]^2) and zero where they are equal. */
function vectorTangents({ s, u, vt, c }: Record<"s" | "u" | "vt" | "c", Value>): { du: Value; dv: Value } {
  const { shape } = avalOf(c);
  const [rows, columns] = [asRows(s, shape), asColumns(s, shape)];
  const gaps = apply(mul, apply(add, rows, columns), apply(sub, rows, columns));
  const unit = identityLike(c);
  const factors = apply(sub, apply(div, like(c, 1), apply(add, gaps, unit)), unit);
  const cs = apply(mul, rows, c);
  const sc = apply(mul, columns, c);
  const du = matmul(u, apply(mul, factors, apply(add, cs, transposed(cs))));
  const dv = matmul(transposed(vt), apply(mul, factors, apply(add, sc, transposed(sc))));
  return { du, dv };
}

/** The part of x S^-1 that is orthogonal to the columns of `basis`. */
function outside(x: Value, basis: Value, s: Value): Value {
  const inside = matmul(basis, matmul(transposed(basis), x));
  return apply(div, apply(sub, x, inside), asRows(s, avalOf(x).shape));
}
