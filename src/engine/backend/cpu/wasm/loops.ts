import { sizeOf } from "../../../core/aval.ts";
import { i32, op, select, type Expr, type FunctionBuilder, type Local } from "./assembler.ts";
import { laneCount } from "./lanes.ts";

/** Loops over the units of task `index`. */
export function eachUnit(
  f: FunctionBuilder,
  index: Local,
  { perTask, units }: { readonly perTask: number; readonly units: number },
  body: (unit: Local) => void,
): void {
  const unit = f.let(op("i32.mul", index, i32(perTask)));
  const end = f.let(op("i32.add", unit, i32(perTask)));
  f.if(op("i32.gt_s", end, i32(units)), () => {
    f.set(end, i32(units));
  });
  f.for(unit, end, 1, () => {
    body(unit);
  });
}

/** Quotient and remainder of a unit's number. */
export function divided(f: FunctionBuilder, number: Local, by: number): [Local, Local] {
  if (by === 1) return [number, f.let(i32(0))];
  return [f.let(op("i32.div_u", number, i32(by))), f.let(op("i32.rem_u", number, i32(by)))];
}

/** Where a vector step along an axis begins: the last one early enough to be whole. */
export function stepStart(step: Expr, extent: number): Expr {
  if (extent <= laneCount) return i32(0);
  const start = op("i32.shl", step, i32(2));
  if (extent % laneCount === 0) return start;
  const last = i32(extent - laneCount);
  return select(op("i32.lt_s", start, last), start, last);
}

/** Coordinates of row number `row` along all axes but one, and the row-major position of its first point. */
export function enterAxes(
  f: FunctionBuilder,
  shape: readonly number[],
  vectorAxis: number,
  row: Local,
): { axes: Map<number, Local>; first: Local } {
  const axes = new Map<number, Local>();
  const first = f.let(i32(0));
  let rest = row;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axis === vectorAxis) continue;
    const extent = shape[axis]!;
    const isOutermost = shape.slice(0, axis).every((outer, k) => outer === 1 || k === vectorAxis);
    const coordinate = isOutermost ? rest : f.let(op("i32.rem_u", rest, i32(extent)));
    if (!isOutermost) rest = f.let(op("i32.div_u", rest, i32(extent)));
    else if (axis > 0) rest = f.let(i32(0));
    axes.set(axis, coordinate);
    const stride = sizeOf(shape.slice(axis + 1));
    f.set(first, op("i32.add", first, op("i32.mul", coordinate, i32(stride))));
  }
  return { axes, first };
}
