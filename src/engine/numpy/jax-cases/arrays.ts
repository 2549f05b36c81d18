import * as jnp from "../index.ts";
import type { ArrayBase } from "../../core/array-base.ts";

/**
 * An expression in Python, the same in JavaScript, and what a comparison must know about it: "rounded" where the last
 * digits may differ, "reads" where the shape of the result depends on data that is read synchronously.
 */
export type JaxCase = readonly [python: string, run: () => unknown, note?: "rounded" | "reads"];

/** The arrays that the expressions are about; made anew by `makeArrays` for a device or dtype width. */
export let V: ArrayBase;
export let I: ArrayBase;
export let N: ArrayBase;
export let B: ArrayBase;
export let X: ArrayBase;
export let Q: ArrayBase;

export function makeArrays(): void {
  V = jnp.asarray([1, 3.2, -1.5]);
  I = jnp.arange(3);
  N = jnp.array([-7, -1, 0, 5]);
  B = jnp.array([true, false, true]);
  X = jnp.array([
    [0.5, -1.25, 2],
    [3.75, 0, 1.1],
  ]);
  Q = jnp.array([1, -2, NaN, Infinity, -Infinity]);
}
