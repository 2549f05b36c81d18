import { float as F } from "../../core/scalar.ts";
import * as jnp from "../index.ts";
import { V, I, X, Q, type JaxCase } from "./arrays.ts";

/** Python as JAX ran it, the same in JavaScript, and what a comparison must know about it. */
export const selectionCases: readonly JaxCase[] = [
  ["jnp.take(V,1)", () => jnp.take(V, 1)],
  ["jnp.take(V,7)", () => jnp.take(V, 7)],
  ["jnp.take(I,7)", () => jnp.take(I, 7)],
  ["jnp.take(X,jnp.array([0,2]),axis=1)", () => jnp.take(X, jnp.array([0, 2]), 1)],
  [
    "jnp.take(X,jnp.array([[0,1],[2,-1]]),axis=1)",
    () =>
      jnp.take(
        X,
        jnp.array([
          [0, 1],
          [2, -1],
        ]),
        1,
      ),
  ],
  ["jnp.take(V,jnp.array([5,-7]),mode='wrap')", () => jnp.take(V, jnp.array([5, -7]), { mode: "wrap" })],
  ["jnp.take(V,jnp.array([5,-7]),mode='clip')", () => jnp.take(V, jnp.array([5, -7]), { mode: "clip" })],
  ["jnp.take_along_axis(X,jnp.array([[0],[1]]),1)", () => jnp.take_along_axis(X, jnp.array([[0], [1]]), 1)],
  ["jnp.take_along_axis(X,jnp.argsort(X,axis=1),1)", () => jnp.take_along_axis(X, jnp.argsort(X, 1), 1)],
  ["jnp.sort(Q)", () => jnp.sort(Q)],
  ["jnp.sort(X,0)", () => jnp.sort(X, 0)],
  ["jnp.sort(V,descending=True)", () => jnp.sort(V, { descending: true })],
  ["jnp.sort(X,axis=None)", () => jnp.sort(X, { axis: null })],
  ["jnp.argsort(Q)", () => jnp.argsort(Q)],
  [
    "jnp.argsort(jnp.array([2,1,2,1]),descending=True)",
    () => jnp.argsort(jnp.array([2, 1, 2, 1]), { descending: true }),
  ],
  ["jnp.argsort(X,0)", () => jnp.argsort(X, 0)],
  ["jnp.lexsort([I,jnp.array([1,0,1])])", () => jnp.lexsort([I, jnp.array([1, 0, 1])])],
  [
    "jnp.searchsorted(jnp.array([1,3,5]),jnp.array([0,1,3,6]))",
    () => jnp.searchsorted(jnp.array([1, 3, 5]), jnp.array([0, 1, 3, 6])),
  ],
  [
    "jnp.searchsorted(jnp.array([1,3,5]),jnp.array([0,1,3,6]),side='right')",
    () => jnp.searchsorted(jnp.array([1, 3, 5]), jnp.array([0, 1, 3, 6]), { side: "right" }),
  ],
  ["jnp.searchsorted(jnp.array([1.,3,5]),2)", () => jnp.searchsorted(jnp.array([F(1), 3, 5]), 2)],
  ["jnp.digitize(V,jnp.array([0,1]))", () => jnp.digitize(V, jnp.array([0, 1]))],
  ["jnp.unique(jnp.array([3,1,1]))", () => jnp.unique(jnp.array([3, 1, 1])), "reads"],
  ["jnp.unique(Q)", () => jnp.unique(Q), "reads"],
  ["jnp.nonzero(X)", () => jnp.nonzero(X), "reads"],
  ["jnp.flatnonzero(X)", () => jnp.flatnonzero(X), "reads"],
  ["jnp.argwhere(X)", () => jnp.argwhere(X), "reads"],
  ["jnp.bincount(jnp.array([1,1,3]))", () => jnp.bincount(jnp.array([1, 1, 3])), "reads"],
  ["jnp.interp(0.5,V*0+jnp.arange(3),V)", () => jnp.interp(0.5, jnp.arange(3), V)],
  [
    "jnp.interp(jnp.array([-1.,.5,9.]),jnp.arange(3),V)",
    () => jnp.interp(jnp.array([-1, 0.5, 9]), jnp.arange(3), V),
  ],
  ["jnp.polyval(jnp.array([1,2,3]),V)", () => jnp.polyval(jnp.array([1, 2, 3]), V)],
  ["jnp.convolve(V,I)", () => jnp.convolve(V, I)],
  ["jnp.convolve(V,jnp.ones(2),mode='same')", () => jnp.convolve(V, jnp.ones(2), "same")],
  ["jnp.convolve(V,jnp.ones(2),mode='valid')", () => jnp.convolve(V, jnp.ones(2), "valid")],
];
