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
