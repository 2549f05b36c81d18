import { getItem as get } from "../at.ts";
import * as jnp from "../index.ts";
import { V, I, X, type JaxCase } from "./arrays.ts";

/** Python as JAX ran it, the same in JavaScript, and what a comparison must know about it. */
export const indexingCases: readonly JaxCase[] = [
  ["X.astype('int32')", () => X.astype("int32")],
  ["X.mean(0)", () => X.mean(0)],
  ["X.max(axis=(0,1),keepdims=True)", () => X.max({ axis: [0, 1], keepdims: true })],
  ["X.reshape(3,2)", () => X.reshape(3, 2)],
  ["X.reshape((3,2))", () => X.reshape([3, 2])],
  ["X.flatten()", () => X.flatten()],
  ["V.sort()", () => V.sort()],
  ["X.argmax(1)", () => X.argmax(1)],
  ["X.T.shape", () => X.T.shape],
  ["V.round(0)", () => V.round(0)],
  ["V.clip(0,1)", () => V.clip(0, 1)],
  ["V.dot(V)", () => V.dot(V)],
  ["X.var()", () => X.var()],
  ["V[::-1]", () => get(V, "::-1")],
  ["X[:,1]", () => get(X, ":, 1")],
  ["X[:,None].shape", () => get(X, ":,None").shape],
  ["X[jnp.array([0,1]),:,None].shape", () => get(X, [jnp.array([0, 1]), ":", null]).shape],
  ["X[jnp.array([0,1]),jnp.array([0,2])]", () => get(X, [jnp.array([0, 1]), jnp.array([0, 2])])],
  [
    "X[:,jnp.array([[0,1],[1,2]])]",
    () =>
      get(X, [
        ":",
        jnp.array([
          [0, 1],
          [1, 2],
        ]),
      ]),
  ],
  ["V[V>0]", () => get(V, jnp.greater(V, 0)), "reads"],
  ["X[X>1]", () => get(X, jnp.greater(X, 1)), "reads"],
  ["V[jnp.array(-1)]", () => get(V, jnp.array(-1))],
  [
    "jnp.ones((3,4,5))[jnp.array([0,1]),:,jnp.array([0,1])].shape",
    () => get(jnp.ones([3, 4, 5]), [jnp.array([0, 1]), ":", jnp.array([0, 1])]).shape,
  ],
  [
    "jnp.ones((3,4,5))[:,jnp.array([0,1]),jnp.array([0,1])].shape",
    () => get(jnp.ones([3, 4, 5]), [":", jnp.array([0, 1]), jnp.array([0, 1])]).shape,
  ],
  [
    "jnp.ones((3,4,5))[0,:,jnp.array([0,1])].shape",
    () => get(jnp.ones([3, 4, 5]), [0, ":", jnp.array([0, 1])]).shape,
  ],
  ["V.at[0].set(1)", () => get(V.at, 0).set(1)],
  ["V.at[-1].add(1)", () => get(V.at, -1).add(1)],
  ["X.at[:,1].set(0)", () => get(X.at, ":,1").set(0)],
  ["X.at[0].multiply(2)", () => get(X.at, 0).multiply(2)],
  ["I.at[0].set(1.7)", () => get(I.at, 0).set(1.7)],
  ["X.at[::2,jnp.array([0,2])].add(1)", () => get(X.at, ["::2", jnp.array([0, 2])]).add(1)],
  ["V.at[jnp.array([0,0])].add(1)", () => get(V.at, jnp.array([0, 0])).add(1)],
  ["V.at[V<0].set(0)", () => get(V.at, jnp.less(V, 0)).set(0)],
  ["V.at[1].min(-5)", () => get(V.at, 1).min(-5)],
  ["V.at[9].set(0)", () => get(V.at, 9).set(0)],
  ["V.at[0].divide(4)", () => get(V.at, 0).divide(4)],
  ["V.at[1].power(2)", () => get(V.at, 1).power(2)],
  ["V.at[1].apply(jnp.sin)", () => get(V.at, 1).apply(jnp.sin)],
  ["V.at[9].get(mode='fill',fill_value=7)", () => get(V.at, 9).get({ mode: "fill", fill_value: 7 })],
];
