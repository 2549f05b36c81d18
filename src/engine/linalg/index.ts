/** jax.numpy.linalg: the functions a cell imports with `import * as linalg from "jax/numpy/linalg"`. */
export { cholesky, eigh, eigvalsh, qr, svd, svdvals } from "./decompositions.ts";
export { det, slogdet } from "./determinant.ts";
export { cond, lstsq, matrix_rank, pinv } from "./least-squares.ts";
export { matrix_norm, norm, vector_norm } from "./norms.ts";
export {
  cross,
  diagonal,
  matmul,
  matrix_power,
  matrix_transpose,
  multi_dot,
  outer,
  tensordot,
  trace,
  vecdot,
} from "./products.ts";
export { inv, solve, tensorinv, tensorsolve } from "./solve.ts";
