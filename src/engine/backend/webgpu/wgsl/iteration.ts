import { sizeOf } from "../../../core/aval.ts";
import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import type { AxisValue } from "./body.ts";
import { isRowMajor, laneAxis, uniformAxis } from "./lane-index.ts";
import type { Lanes, Shader } from "./shader.ts";

/** The loop variables of a row-major iteration space, from a position in it. */
export interface AxisValues {
  readonly lines: readonly string[];
  readonly axes: readonly AxisValue[];
}

/** Loop variables of one element at `position` (i32 text). */
export function axesOfElement(shader: Shader, shape: readonly number[], position: string): AxisValues {
  return shape.length === 0 ? { lines: [], axes: [] } : unflatten(shader, shape, position, 1);
}

/** Loop variables of the block of four elements that starts at `position` (i32 text, a multiple of four). */
export function axesOfBlock(shader: Shader, shape: readonly number[], position: string): AxisValues {
  if (shape.length === 0) return { lines: [], axes: [] };
  const last = shape.length - 1;
  // Along a last axis of whole blocks, or in a flat space, the four elements follow a line.
  if (sizeOf(shape.slice(0, -1)) === 1 || shape[last]! % 4 === 0) {
    const { lines, axes } = unflatten(shader, shape, position, 1);
    return {
      lines,
      axes: axes.map((axis, k) => (k === last ? { ...axis, facts: laneAxis } : axis)),
    };
  }
  return unflatten(shader, shape, `(vec4<i32>(${position}) + vec4<i32>(0, 1, 2, 3))`, 4);
}

/** Recognises a load at the element's own position of the iteration space. */
export function ownPosition(shape: readonly number[]): (index: ScalarExpr) => boolean {
  return (index) => isRowMajor(index, shape);
}

function unflatten(shader: Shader, shape: readonly number[], position: string, lanes: Lanes): AxisValues {
  const type = lanes === 4 ? "vec4<i32>" : "i32";
  const lines: string[] = [];
  const texts: string[] = [];
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const extent = `${type}(${shape[axis]!})`;
    if (sizeOf(shape.slice(0, axis)) === 1) {
      // Nothing is left to carry over: this axis takes the rest, and its extent stays out of the text.
      texts.unshift(...shape.slice(0, axis).map(() => `${type}(0)`), rest);
      break;
    }
    const quotient = shader.name("q");
    const remainder = shader.name("i");
    lines.push(
      `let ${quotient} = ${rest} / ${extent};`,
      `let ${remainder} = ${rest} - ${quotient} * ${extent};`,
    );
    texts.unshift(remainder);
    rest = quotient;
  }
  const axes = texts.map((text): AxisValue => {
    if (lanes === 1) return { first: text, facts: uniformAxis };
    return { first: `${text}.x`, facts: undefined, all: text };
  });
  return { lines, axes };
}
