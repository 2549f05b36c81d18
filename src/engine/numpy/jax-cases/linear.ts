import * as jnp from "../index.ts";
import { V, I, X, type JaxCase } from "./arrays.ts";

/** Python as JAX ran it, the same in JavaScript, and what a comparison must know about it. */
export const linearCases: readonly JaxCase[] = [
  ["jnp.dot(V,V)", () => jnp.dot(V, V)],
  ["jnp.dot(X,V)", () => jnp.dot(X, V)],
  ["jnp.dot(V,2)", () => jnp.dot(V, 2)],
  ["jnp.matmul(X,X.T)", () => jnp.matmul(X, X.T)],
  ["jnp.matmul(V,X.T)", () => jnp.matmul(V, X.T)],
  ["jnp.matmul(jnp.ones((2,2,3)),X.T)", () => jnp.matmul(jnp.ones([2, 2, 3]), X.T)],
  ["jnp.vdot(X,X)", () => jnp.vdot(X, X), "rounded"],
  ["jnp.inner(X,V)", () => jnp.inner(X, V)],
  ["jnp.outer(V,I)", () => jnp.outer(V, I)],
  ["jnp.tensordot(X,X)", () => jnp.tensordot(X, X), "rounded"],
  ["jnp.tensordot(X,X,axes=([0],[0]))", () => jnp.tensordot(X, X, [[0], [0]])],
  ["jnp.einsum('ij,kj->ik',X,X)", () => jnp.einsum("ij,kj->ik", X, X)],
  ["jnp.einsum('ij->j',X)", () => jnp.einsum("ij->j", X)],
  ["jnp.einsum('ii',X@X.T)", () => jnp.einsum("ii", jnp.matmul(X, X.T))],
  ["jnp.einsum('ii->i',X@X.T)", () => jnp.einsum("ii->i", jnp.matmul(X, X.T))],
  ["jnp.einsum('...j,j->...',X,V)", () => jnp.einsum("...j,j->...", X, V)],
  ["jnp.einsum('ij,j,i',X,V,jnp.ones(2))", () => jnp.einsum("ij,j,i", X, V, jnp.ones(2))],
  ["jnp.einsum('i,j',V,I)", () => jnp.einsum("i,j", V, I), "rounded"],
  ["jnp.einsum('ij,jk->ki',X,X.T)", () => jnp.einsum("ij,jk->ki", X, X.T)],
  [
    "jnp.einsum('bij,bjk->bik',jnp.ones((2,2,3)),jnp.ones((2,3,1)))",
    () => jnp.einsum("bij,bjk->bik", jnp.ones([2, 2, 3]), jnp.ones([2, 3, 1])),
  ],
  ["jnp.trace(X)", () => jnp.trace(X)],
  ["jnp.cross(V,I)", () => jnp.cross(V, I)],
  ["jnp.kron(X,I)", () => jnp.kron(X, I)],
];
