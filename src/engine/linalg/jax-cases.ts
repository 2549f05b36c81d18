import type { ArrayBase } from "../core/array-base.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import * as laxLinalg from "../lax/linalg.ts";
import * as jnp from "../numpy/index.ts";
import { grad } from "../transforms/api/grad.ts";
import { jacrev } from "../transforms/api/jacobian.ts";
import { jvp } from "../transforms/api/jvp.ts";
import { vmap } from "../transforms/api/vmap.ts";
import * as linalg from "./index.ts";

/** Python as JAX ran it, and the same in JavaScript. */
export type LinalgCase = readonly [python: string, run: () => unknown];

/** The matrices the cases are about; made anew for every device and width. */
let M: Record<"A" | "G" | "T" | "W" | "K" | "S" | "V" | "F", ArrayBase>;

export function makeMatrices(): void {
  M = {
    /** Symmetric positive definite. */
    A: jnp.array([
      [4, 1, 2],
      [1, 3, 0.5],
      [2, 0.5, 5],
    ]),
    G: jnp.array([
      [0.5, -1.25, 2],
      [3.75, 0.25, 1.1],
      [-2, 1.5, 0.75],
    ]),
    T: jnp.array([
      [1, 2],
      [3, -1],
      [0.5, 2.5],
      [-1, 4],
    ]),
    W: jnp.array([
      [1, 3, 0.5, -1],
      [2, -1, 2.5, 4],
    ]),
    /** A batch. */
    K: jnp.array(
      [
        [
          [2, 1],
          [1, 3],
        ],
        [
          [5, -2],
          [-2, 4],
        ],
      ],
      jnp.float_,
    ),
    /** Singular. */
    S: jnp.array(
      [
        [1, 2],
        [2, 4],
      ],
      jnp.float_,
    ),
    V: jnp.array([1, -2, 0.5]),
    F: jnp.array(
      [
        [2, 1, 0, 3],
        [1, 5, -1, 2],
        [0, 2, 4, 1],
        [1, 0, 2, 3],
      ],
      jnp.float_,
    ),
  };
}

const sizes = (x: ArrayBase): ArrayBase => jnp.abs(x);
/** Sines spread numbers over matrices of any size. */
const spread = (n: number): ArrayBase => jnp.reshape(jnp.sin(jnp.multiply(jnp.arange(n * n), 1.7)), [n, n]);
const first = (x: Iterable<unknown>): ArrayBase => [...x][0] as ArrayBase;
const inf = Infinity;

export const linalgCases: readonly LinalgCase[] = [
  ["linalg.inv(G)", () => linalg.inv(M.G)],
  ["linalg.inv(K)", () => linalg.inv(M.K)],
  ["linalg.inv(S)", () => linalg.inv(M.S)],
  ["linalg.inv(jnp.zeros((2,2)))", () => linalg.inv(jnp.zeros([2, 2]))],
  [
    "linalg.inv(jnp.array([[2,1],[1,1]]))",
    () =>
      linalg.inv(
        jnp.array([
          [2, 1],
          [1, 1],
        ]),
      ),
  ],
  ["linalg.inv(jnp.ones((0,0)))", () => linalg.inv(jnp.ones([0, 0]))],
  [
    "linalg.inv(spread(40)+10*jnp.eye(40))",
    () => linalg.inv(jnp.add(spread(40), jnp.multiply(jnp.eye(40), 10))),
  ],
  ["linalg.solve(G,V)", () => linalg.solve(M.G, M.V)],
  ["linalg.solve(G,A)", () => linalg.solve(M.G, M.A)],
  ["linalg.solve(K,S)", () => linalg.solve(M.K, M.S)],
  ["linalg.solve(S+jnp.eye(2),K)", () => linalg.solve(jnp.add(M.S, jnp.eye(2)), M.K)],
  ["linalg.solve(K,jnp.array([1.,2.]))", () => linalg.solve(M.K, jnp.array([1, 2], jnp.float_))],
  ["linalg.det(G)", () => linalg.det(M.G)],
  ["linalg.det(K)", () => linalg.det(M.K)],
  ["linalg.det(F)", () => linalg.det(M.F)],
  ["linalg.det(jnp.array([[3.]]))", () => linalg.det(jnp.array([[3]], jnp.float_))],
  ["linalg.slogdet(G)", () => linalg.slogdet(M.G)],
  ["linalg.slogdet(-K)", () => linalg.slogdet(jnp.negative(M.K))],
  [
    "linalg.slogdet(F[jnp.array([1,0,2,3])])",
    () => linalg.slogdet(jnp.take(M.F, jnp.array([1, 0, 2, 3]), 0)),
  ],
  ["linalg.slogdet(jnp.zeros((3,3)))", () => linalg.slogdet(jnp.zeros([3, 3]))],
  ["linalg.cholesky(A)", () => linalg.cholesky(M.A)],
  ["linalg.cholesky(A,upper=True)", () => linalg.cholesky(M.A, { upper: true })],
  ["linalg.cholesky(K)", () => linalg.cholesky(M.K)],
  ["linalg.cholesky(-A)", () => linalg.cholesky(jnp.negative(M.A))],
  [
    "linalg.cholesky(G@G.T,symmetrize_input=False)",
    () => linalg.cholesky(jnp.matmul(M.G, M.G.T), { symmetrize_input: false }),
  ],
  ["linalg.qr(G)", () => linalg.qr(M.G)],
  ["linalg.qr(T)", () => linalg.qr(M.T)],
  ["linalg.qr(T,mode='complete')", () => linalg.qr(M.T, { mode: "complete" })],
  ["linalg.qr(W)", () => linalg.qr(M.W)],
  ["linalg.qr(K,mode='r')", () => linalg.qr(M.K, "r")],
  ["linalg.eigh(A).eigenvalues", () => linalg.eigh(M.A).eigenvalues],
  ["jnp.abs(linalg.eigh(A).eigenvectors)", () => sizes(linalg.eigh(M.A).eigenvectors)],
  ["linalg.eigh(jnp.eye(2))", () => linalg.eigh(jnp.eye(2))],
  ["linalg.eigvalsh(K)", () => linalg.eigvalsh(M.K)],
  [
    "linalg.eigvalsh(G,UPLO='U',symmetrize_input=False)",
    () => linalg.eigvalsh(M.G, { UPLO: "U", symmetrize_input: false }),
  ],
  ["linalg.eigvalsh(G)", () => linalg.eigvalsh(M.G)],
  ["linalg.eigvalsh(spread(40)+spread(40).T)", () => linalg.eigvalsh(jnp.add(spread(40), spread(40).T))],
  ["linalg.svd(G).S", () => linalg.svd(M.G).S],
  ["jnp.abs(linalg.svd(T)[0][:,:2])", () => jnp.take(sizes(linalg.svd(M.T).U), jnp.arange(2), 1)],
  ["jnp.abs(linalg.svd(W,full_matrices=False)[2])", () => sizes(linalg.svd(M.W, false).Vh)],
  ["jnp.abs(linalg.svd(A,hermitian=True)[0])", () => sizes(linalg.svd(M.A, { hermitian: true }).U)],
  [
    "linalg.svd(-A,hermitian=True,compute_uv=False)",
    () => linalg.svd(jnp.negative(M.A), { hermitian: true, compute_uv: false }),
  ],
  ["linalg.svdvals(K)", () => linalg.svdvals(M.K)],
  ["linalg.svdvals(spread(30)[:,:20])", () => linalg.svdvals(jnp.take(spread(30), jnp.arange(20), 1))],
  ["linalg.pinv(T)", () => linalg.pinv(M.T)],
  ["linalg.pinv(W)", () => linalg.pinv(M.W)],
  ["linalg.pinv(S)", () => linalg.pinv(M.S)],
  ["linalg.pinv(A,hermitian=True)", () => linalg.pinv(M.A, { hermitian: true })],
  ["linalg.pinv(K,rtol=0.9)", () => linalg.pinv(M.K, { rtol: 0.9 })],
  ["linalg.matrix_rank(S)", () => linalg.matrix_rank(M.S)],
  ["linalg.matrix_rank(K)", () => linalg.matrix_rank(M.K)],
  ["linalg.matrix_rank(K,rtol=3.)", () => linalg.matrix_rank(M.K, { rtol: 3 })],
  ["linalg.matrix_rank(V)", () => linalg.matrix_rank(M.V)],
  ["linalg.cond(G)", () => linalg.cond(M.G)],
  ["linalg.cond(K,p=-2)", () => linalg.cond(M.K, { p: -2 })],
  ["linalg.cond(G,p=1)", () => linalg.cond(M.G, 1)],
  ["linalg.cond(K,p='fro')", () => linalg.cond(M.K, "fro")],
  ["linalg.lstsq(T,jnp.arange(4.))", () => linalg.lstsq(M.T, jnp.arange(4, { dtype: jnp.float_ }))],
  ["linalg.lstsq(T,F)", () => linalg.lstsq(M.T, M.F)],
  ["linalg.lstsq(S,jnp.array([1.,1.]))", () => linalg.lstsq(M.S, jnp.array([1, 1], jnp.float_))],
  [
    "linalg.lstsq(W,jnp.array([1.,2.]),rcond=0.9)",
    () => linalg.lstsq(M.W, jnp.array([1, 2], jnp.float_), { rcond: 0.9 }),
  ],
  ["linalg.norm(G)", () => linalg.norm(M.G)],
  ["linalg.norm(V)", () => linalg.norm(M.V)],
  ["linalg.norm(K)", () => linalg.norm(M.K)],
  ...[1, -1, 2, -2].map((ord): LinalgCase => [`linalg.norm(G,${ord})`, () => linalg.norm(M.G, ord)]),
  ["linalg.norm(G,jnp.inf)", () => linalg.norm(M.G, inf)],
  ["linalg.norm(G,-jnp.inf)", () => linalg.norm(M.G, -inf)],
  ["linalg.norm(G,'fro')", () => linalg.norm(M.G, "fro")],
  ["linalg.norm(G,'nuc')", () => linalg.norm(M.G, "nuc")],
  ...[0, 1, 2, 3, 0.5, -1].map((ord): LinalgCase => [`linalg.norm(V,${ord})`, () => linalg.norm(M.V, ord)]),
  ["linalg.norm(V,jnp.inf)", () => linalg.norm(M.V, inf)],
  ["linalg.norm(V,-jnp.inf)", () => linalg.norm(M.V, -inf)],
  ["linalg.norm(G,axis=0)", () => linalg.norm(M.G, { axis: 0 })],
  ["linalg.norm(G,3,axis=1,keepdims=True)", () => linalg.norm(M.G, 3, 1, true)],
  ["linalg.norm(K,1,axis=(0,2))", () => linalg.norm(M.K, 1, [0, 2])],
  ["linalg.norm(K,-1,axis=(2,0))", () => linalg.norm(M.K, -1, [2, 0])],
  ["linalg.norm(K,'nuc',axis=(0,2),keepdims=True)", () => linalg.norm(M.K, "nuc", [0, 2], true)],
  ["linalg.norm(jnp.arange(3))", () => linalg.norm(jnp.arange(3))],
  ["linalg.matrix_norm(K)", () => linalg.matrix_norm(M.K)],
  ["linalg.matrix_norm(K,ord=2,keepdims=True)", () => linalg.matrix_norm(M.K, { ord: 2, keepdims: true })],
  ["linalg.vector_norm(K)", () => linalg.vector_norm(M.K)],
  ["linalg.vector_norm(K,axis=(0,1),ord=jnp.inf)", () => linalg.vector_norm(M.K, { axis: [0, 1], ord: inf })],
  ["linalg.matrix_power(G,0)", () => linalg.matrix_power(M.G, 0)],
  ["linalg.matrix_power(G,5)", () => linalg.matrix_power(M.G, 5)],
  ["linalg.matrix_power(K,-2)", () => linalg.matrix_power(M.K, -2)],
  [
    "linalg.matrix_power(jnp.array([[1,1],[1,0]]),10)",
    () =>
      linalg.matrix_power(
        jnp.array([
          [1, 1],
          [1, 0],
        ]),
        10,
      ),
  ],
  ["linalg.multi_dot([V,G,A,V])", () => linalg.multi_dot([M.V, M.G, M.A, M.V])],
  ["linalg.multi_dot([W,T,W])", () => linalg.multi_dot([M.W, M.T, M.W])],
  ["linalg.cross(V,G)", () => linalg.cross(M.V, M.G)],
  ["linalg.outer(V,jnp.arange(2))", () => linalg.outer(M.V, jnp.arange(2))],
  ["linalg.vecdot(G,V)", () => linalg.vecdot(M.G, M.V)],
  ["linalg.vecdot(G,A,axis=0)", () => linalg.vecdot(M.G, M.A, { axis: 0 })],
  ["linalg.matrix_transpose(K)", () => linalg.matrix_transpose(M.K)],
  ["linalg.diagonal(G,offset=1)", () => linalg.diagonal(M.G, { offset: 1 })],
  ["linalg.trace(K)", () => linalg.trace(M.K)],
  ["linalg.tensorinv(F.reshape(2,2,4))", () => linalg.tensorinv(jnp.reshape(M.F, [2, 2, 4]))],
  ["linalg.tensorsolve(F.reshape(2,2,4),S)", () => linalg.tensorsolve(jnp.reshape(M.F, [2, 2, 4]), M.S)],
  ["laxl.lu(G)", () => laxLinalg.lu(M.G)],
  ["laxl.lu(T)", () => laxLinalg.lu(M.T)],
  ["laxl.lu(W)", () => laxLinalg.lu(M.W)],
  ["laxl.triangular_solve(A,G)", () => laxLinalg.triangular_solve(M.A, M.G)],
  [
    "laxl.triangular_solve(A,V,left_side=True,lower=True,unit_diagonal=True)",
    () => laxLinalg.triangular_solve(M.A, M.V, { left_side: true, lower: true, unit_diagonal: true }),
  ],
  [
    "laxl.triangular_solve(G,A,left_side=True,lower=True,transpose_a=True)",
    () => laxLinalg.triangular_solve(M.G, M.A, { left_side: true, lower: true, transpose_a: true }),
  ],
  ["grad(lambda a: linalg.inv(a).sum())(G)", () => grad((a: ArrayBase) => linalg.inv(a).sum())(M.G)],
  ["grad(lambda a: linalg.det(a))(F)", () => grad((a: ArrayBase) => linalg.det(a))(M.F)],
  [
    "grad(lambda a: linalg.det(a))(jnp.diag(jnp.array([1.,2.,3.,0.])))",
    () => grad((a: ArrayBase) => linalg.det(a))(jnp.diag(jnp.array([1, 2, 3, 0], jnp.float_))),
  ],
  ["grad(lambda a: linalg.slogdet(a)[1])(F)", () => grad((a: ArrayBase) => linalg.slogdet(a).logabsdet)(M.F)],
  [
    "grad(lambda a: linalg.slogdet(a)[1])(S+jnp.eye(2))",
    () => grad((a: ArrayBase) => linalg.slogdet(a).logabsdet)(jnp.add(M.S, jnp.eye(2))),
  ],
  [
    "grad(lambda a: linalg.cholesky(a).sum())(A)",
    () => grad((a: ArrayBase) => linalg.cholesky(a).sum())(M.A),
  ],
  ["grad(lambda a: linalg.qr(a)[1].sum())(T)", () => grad((a: ArrayBase) => linalg.qr(a).R.sum())(M.T)],
  [
    "grad(lambda a: (linalg.qr(a,'complete')[0]**3).sum())(T)",
    () => grad((a: ArrayBase) => jnp.power(linalg.qr(a, "complete").Q, 3).sum())(M.T),
  ],
  [
    "grad(lambda a: linalg.eigh(a)[0][0])(A)",
    () => grad((a: ArrayBase) => jnp.take(linalg.eigh(a).eigenvalues, jnp.array(0)))(M.A),
  ],
  [
    "grad(lambda a: (linalg.eigh(a)[1]**4).sum())(A)",
    () => grad((a: ArrayBase) => jnp.power(linalg.eigh(a).eigenvectors, 4).sum())(M.A),
  ],
  [
    "grad(lambda a: (linalg.svd(a,full_matrices=False)[0]**4).sum())(T)",
    () => grad((a: ArrayBase) => jnp.power(linalg.svd(a, false).U, 4).sum())(M.T),
  ],
  [
    "grad(lambda a: (linalg.svd(a,full_matrices=False)[2]**4).sum())(W)",
    () => grad((a: ArrayBase) => jnp.power(linalg.svd(a, false).Vh, 4).sum())(M.W),
  ],
  ["grad(lambda a: linalg.norm(a,'nuc'))(G)", () => grad((a: ArrayBase) => linalg.norm(a, "nuc"))(M.G)],
  [
    "grad(lambda a: (linalg.pinv(a)**2).sum())(T)",
    () => grad((a: ArrayBase) => jnp.power(linalg.pinv(a), 2).sum())(M.T),
  ],
  [
    "grad(lambda a: (linalg.pinv(a)**2).sum())(W)",
    () => grad((a: ArrayBase) => jnp.power(linalg.pinv(a), 2).sum())(M.W),
  ],
  [
    "grad(lambda a: linalg.solve(a,V).sum())(G)",
    () => grad((a: ArrayBase) => linalg.solve(a, M.V).sum())(M.G),
  ],
  [
    "grad(lambda b: linalg.solve(G,b).sum())(V)",
    () => grad((b: ArrayBase) => linalg.solve(M.G, b).sum())(M.V),
  ],
  [
    "grad(lambda a: linalg.lstsq(a,jnp.arange(4.))[0].sum())(T)",
    () => grad((a: ArrayBase) => linalg.lstsq(a, jnp.arange(4, { dtype: jnp.float_ }))[0].sum())(M.T),
  ],
  ["grad(lambda a: laxl.lu(a)[0].sum())(G)", () => grad((a: ArrayBase) => laxLinalg.lu(a)[0].sum())(M.G)],
  [
    "grad(grad(lambda x: linalg.inv(A*x)[0,1]))(1.5)",
    () =>
      grad(grad((x: ArrayBase) => jnp.take(jnp.ravel(linalg.inv(jnp.multiply(M.A, x))), jnp.array(1))))(1.5),
  ],
  [
    "grad(grad(lambda x: linalg.det(F+x*jnp.eye(4))))(0.5)",
    () => grad(grad((x: ArrayBase) => linalg.det(jnp.add(M.F, jnp.multiply(jnp.eye(4), x)))))(0.5),
  ],
  [
    "grad(grad(lambda x: linalg.cholesky(A+x*jnp.eye(3)).sum()))(0.5)",
    () => grad(grad((x: ArrayBase) => linalg.cholesky(jnp.add(M.A, jnp.multiply(jnp.eye(3), x))).sum()))(0.5),
  ],
  [
    "jacrev(lambda a: linalg.eigvalsh(a))(S+jnp.eye(2))",
    () => jacrev((a: ArrayBase) => linalg.eigvalsh(a))(jnp.add(M.S, jnp.eye(2))),
  ],
  ["jax.jvp(linalg.slogdet,(G,),(A,))[1]", () => jvp(linalg.slogdet as never, [M.G], [M.A])[1]],
  ["vmap(linalg.eigvalsh)(K)", () => vmap((a: ArrayBase) => linalg.eigvalsh(a))(M.K)],
  [
    "vmap(linalg.solve,in_axes=(None,0))(G,A)",
    () => vmap((a: ArrayBase, b: ArrayBase) => linalg.solve(a, b), { in_axes: [null, 0] })(M.G, M.A),
  ],
  [
    "vmap(linalg.inv,in_axes=2,out_axes=1)(jnp.moveaxis(K,0,2))",
    () => vmap((a: ArrayBase) => linalg.inv(a), { in_axes: 2, out_axes: 1 })(jnp.moveaxis(M.K, 0, 2)),
  ],
  [
    "vmap(grad(lambda a: linalg.slogdet(a)[1]))(K)",
    () => vmap(grad((a: ArrayBase) => linalg.slogdet(a).logabsdet))(M.K),
  ],
  ["jax.jit(lambda a: linalg.eigh(a)[0])(A)", () => jit((a: ArrayBase) => first(linalg.eigh(a)))(M.A)],
  [
    "jax.jit(lambda a: linalg.slogdet(2*a))(K)",
    () => jit((a: ArrayBase) => linalg.slogdet(lax.mul(a, 2)))(M.K),
  ],
];

/** Python that JAX refuses, and the same in JavaScript. */
export const linalgErrors: readonly LinalgCase[] = [
  ["linalg.inv(jnp.ones((2,3)))", () => linalg.inv(jnp.ones([2, 3]))],
  ["linalg.inv(V)", () => linalg.inv(M.V)],
  ["linalg.inv([[1.]])", () => linalg.inv([[1]] as never)],
  ["linalg.cholesky(jnp.ones((2,3)))", () => linalg.cholesky(jnp.ones([2, 3]))],
  [
    "laxl.cholesky(jnp.ones((2,3)),symmetrize_input=False)",
    () => laxLinalg.cholesky(jnp.ones([2, 3]), { symmetrize_input: false }),
  ],
  [
    "laxl.eigh(jnp.ones((2,3)),symmetrize_input=False)",
    () => laxLinalg.eigh(jnp.ones([2, 3]), { symmetrize_input: false }),
  ],
  ["linalg.eigh(A,UPLO='X')", () => linalg.eigh(M.A, { UPLO: "X" })],
  ["linalg.svd(V)", () => linalg.svd(M.V)],
  ["linalg.qr(V)", () => linalg.qr(M.V)],
  ["linalg.qr(A,mode='x')", () => linalg.qr(M.A, { mode: "x" })],
  ["linalg.solve(jnp.eye(2),V)", () => linalg.solve(jnp.eye(2), M.V)],
  ["linalg.solve(V,V)", () => linalg.solve(M.V, M.V)],
  ["linalg.solve(jnp.ones((2,3)),V)", () => linalg.solve(jnp.ones([2, 3]), M.V)],
  [
    "linalg.solve(jnp.ones((2,3,3)),jnp.ones((2,3)))",
    () => linalg.solve(jnp.ones([2, 3, 3]), jnp.ones([2, 3])),
  ],
  ["linalg.det(jnp.ones((2,3)))", () => linalg.det(jnp.ones([2, 3]))],
  ["linalg.slogdet(jnp.ones((2,3)))", () => linalg.slogdet(jnp.ones([2, 3]))],
  ["linalg.matrix_power(jnp.ones((2,3)),2)", () => linalg.matrix_power(jnp.ones([2, 3]), 2)],
  ["linalg.matrix_power(V,2)", () => linalg.matrix_power(M.V, 2)],
  ["linalg.matrix_power(A,1.5)", () => linalg.matrix_power(M.A, 1.5)],
  ["linalg.norm(K,ord=2)", () => linalg.norm(M.K, 2)],
  ["linalg.norm(A,ord='x')", () => linalg.norm(M.A, "x")],
  ["linalg.norm(A,ord=3)", () => linalg.norm(M.A, 3)],
  ["linalg.norm(V,ord='x')", () => linalg.norm(M.V, "x")],
  ["linalg.norm(V,ord='inf')", () => linalg.norm(M.V, "inf")],
  ["linalg.lstsq(T,V)", () => linalg.lstsq(M.T, M.V)],
  ["linalg.lstsq(K,jnp.ones(2))", () => linalg.lstsq(M.K, jnp.ones(2))],
  ["linalg.cond(V)", () => linalg.cond(M.V)],
  ["linalg.cond(T,p=1)", () => linalg.cond(M.T, 1)],
  ["linalg.cond(jnp.ones((0,2)))", () => linalg.cond(jnp.ones([0, 2]))],
  ["linalg.cross(jnp.ones(2),jnp.ones(2))", () => linalg.cross(jnp.ones(2), jnp.ones(2))],
  ["linalg.outer(A,V)", () => linalg.outer(M.A, M.V)],
  ["linalg.multi_dot([A,T])", () => linalg.multi_dot([M.A, M.T])],
  ["linalg.multi_dot([A,V,A])", () => linalg.multi_dot([M.A, M.V, M.A])],
  ["linalg.matrix_transpose(V)", () => linalg.matrix_transpose(M.V)],
  ["linalg.pinv(A,rtol=1,rcond=1)", () => linalg.pinv(M.A, { rtol: 1, rcond: 1 })],
  ["linalg.matrix_rank(A,rtol=1,tol=1)", () => linalg.matrix_rank(M.A, { rtol: 1, tol: 1 })],
  ["linalg.tensorinv(T)", () => linalg.tensorinv(M.T)],
  ["linalg.tensorinv(A,ind=0)", () => linalg.tensorinv(M.A, { ind: 0 })],
  ["linalg.tensorsolve(A,jnp.ones(2))", () => linalg.tensorsolve(M.A, jnp.ones(2))],
  [
    "laxl.triangular_solve(S,T,left_side=True)",
    () => laxLinalg.triangular_solve(M.S, M.T, { left_side: true }),
  ],
  [
    "laxl.triangular_solve(T,T,left_side=True)",
    () => laxLinalg.triangular_solve(M.T, M.T, { left_side: true }),
  ],
  ["grad(lambda a: linalg.svd(a)[0].sum())(T)", () => grad((a: ArrayBase) => linalg.svd(a).U.sum())(M.T)],
];
