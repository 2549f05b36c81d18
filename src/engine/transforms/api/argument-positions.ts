import { ValueError } from "../../core/errors.ts";
import { pythonTypeName } from "../../core/python-type-name.ts";

/** One position, or several: their results come as a list then. */
export type Positions = number | readonly number[];

/** Positions counted from 0. Throws as JAX does when there are not that many arguments. */
export function argumentPositions(argnums: Positions, count: number): readonly number[] {
  const positions = typeof argnums === "number" ? [argnums] : argnums;
  if (!Array.isArray(positions) || positions.some((position) => !Number.isInteger(position))) {
    throw new TypeError(
      `argnums must be an int or a tuple of ints, got <class '${pythonTypeName(argnums)}'>`,
    );
  }
  const largest = Math.max(...(positions as readonly number[]));
  if (largest >= count) {
    const text = typeof argnums === "number" ? String(argnums) : `(${argnums.join(", ")})`;
    throw new TypeError(
      `differentiating with respect to argnums=${text} requires at least ${String(largest + 1)} positional ` +
        `arguments to be passed by the caller, but got only ${String(count)} positional arguments.`,
    );
  }
  return (positions as readonly number[]).map((position) => {
    if (position < -count) {
      throw new ValueError(
        `Positional argument indices, e.g. for \`static_argnums\`, must have value greater than or equal to ` +
          `-len(args) and less than len(args), but got value ${String(position)} for len(args) == ${String(count)}.`,
      );
    }
    return position < 0 ? position + count : position;
  });
}

/** `f` as a function of the arguments at `positions` only. */
export function withFixedOthers(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  positions: readonly number[],
): (...values: unknown[]) => unknown {
  return (...values) => {
    const all = [...args];
    positions.forEach((position, k) => {
      all[position] = values[k];
    });
    return f(...(all as never[]));
  };
}
