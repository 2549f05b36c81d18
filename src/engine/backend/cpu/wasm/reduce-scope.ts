import { sizeOf } from "../../../core/aval.ts";
import type { ArgumentLayout } from "./argument-layout.ts";
import { load, type FunctionBuilder, type Local, type ModuleBuilder } from "./assembler.ts";
import { laneCount } from "./lanes.ts";
import type { ReducePlan, ReduceSpec } from "./reduce-plan.ts";
import { VectorBody } from "./vector-body.ts";

/** A function under construction, and where it finds its arguments. */
export interface ReduceScope {
  readonly spec: ReduceSpec;
  readonly module: ModuleBuilder;
  readonly f: FunctionBuilder;
  readonly args: Local;
  readonly layout: ArgumentLayout;
}

/** Kept points that lie side by side: how many, and how far apart in the outputs. */
export interface KeptLanes {
  readonly axis: number;
  readonly extent: number;
  readonly stride: number;
}

export function keptLanes({ shape }: ReduceSpec, { mode, vectorAxis, extent }: ReducePlan): KeptLanes {
  if (mode === "rows" || vectorAxis < 0) return { axis: -1, extent: 1, stride: 1 };
  return { axis: vectorAxis, extent, stride: sizeOf(shape.slice(vectorAxis + 1)) };
}

/** Address of the scratch memory. */
export function scratchOf({ f, args, layout, spec }: ReduceScope): Local {
  return f.let(load("i32.load", args, layout.output(spec.outputs.length)));
}

/** The values that are folded, evaluated along the plan's vector axis. */
export function foldBody({ spec, module, f, args, layout }: ReduceScope, plan: ReducePlan): VectorBody {
  return new VectorBody({
    ...spec,
    module,
    f,
    args,
    layout,
    roots: spec.reductions.map((reduction) => reduction.value),
    vectorAxis: plan.vectorAxis,
    ...(plan.vectorAxis >= 0 && plan.extent < laneCount && { narrowExtent: plan.extent }),
  });
}

/** Coordinates along kept and reduced axes together. */
export const merged = (
  a: ReadonlyMap<number, Local>,
  b: ReadonlyMap<number, Local>,
): ReadonlyMap<number, Local> => new Map([...a, ...b]);
