import { formatShape } from "../core/aval.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { shiftAxes, view } from "./view.ts";

function checkPermutation(permutation: readonly number[], ndim: number): void {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.length !== ndim || sorted.some((axis, position) => axis !== position)) {
    throw new TypeError(
      `transpose permutation isn't a permutation of operand dimensions, got permutation ` +
        `${formatShape(permutation)} for operand with ${String(ndim)} dimensions.`,
    );
  }
}

/** transpose[permutation]: output axis k is operand axis permutation[k]. */
export const transpose = view({
  name: "transpose",
  shape: ([operand], params) => {
    const permutation = params["permutation"] as readonly number[];
    checkPermutation(permutation, operand!.ndim);
    return permutation.map((axis) => operand!.shape[axis]!);
  },
  element: (_, index, [operand], params) => {
    const permutation = params["permutation"] as readonly number[];
    const source: ScalarExpr[] = [];
    permutation.forEach((axis, position) => {
      source[axis] = index[position]!;
    });
    return operand!.read(source);
  },
  transpose: (cotangent, operand, params) => {
    const permutation = params["permutation"] as readonly number[];
    const inverse = operand.shape.map((_, axis) => permutation.indexOf(axis));
    return bind1(transpose, [cotangent], { permutation: inverse });
  },
  batch: (params, dim) => ({
    params: { permutation: [dim, ...shiftAxes(params["permutation"] as readonly number[], dim)] },
    dim: 0,
  }),
});

/** The value with one axis moved elsewhere, the others in their order. */
export function moveAxis(x: Value, from: number, to: number): Value {
  if (from === to) return x;
  const rest = avalOf(x)
    .shape.map((_, axis) => axis)
    .filter((axis) => axis !== from);
  return bind1(transpose, [x], { permutation: [...rest.slice(0, to), from, ...rest.slice(to)] });
}
