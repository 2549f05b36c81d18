import { argumentLayout } from "./argument-layout.ts";
import { i32, ModuleBuilder, op, type Local } from "./assembler.ts";
import type { KernelModule } from "./kernel-module.ts";
import { laneCount } from "./lanes.ts";
import { divided, eachUnit, stepStart, enterAxes } from "./loops.ts";
import { ColumnFold } from "./reduce-columns.ts";
import { ReduceEpilogue } from "./reduce-epilogue.ts";
import { planReduce, type ReducePlan, type ReduceSpec } from "./reduce-plan.ts";
import { RowFold } from "./reduce-rows.ts";
import { keptLanes, scratchOf, type ReduceScope } from "./reduce-scope.ts";
import { combineInPairs } from "./reduce-state.ts";

/**
 * Folds the trailing axes in one pass, then evaluates the outputs. Long reductions are cut into segments whose states,
 * four lanes each, are kept in scratch memory and combined in pairs by a second function; how they are cut depends on the
 * kernel alone, so that results do not depend on who runs which task.
 */
export function reduceModule(spec: ReduceSpec): KernelModule {
  const plan = planReduce(spec);
  const { segments, kept, blockSteps, inMemory, group } = plan;
  const isSplit = segments.count > 1;
  const tasks = Math.ceil((kept * segments.count) / plan.perTask);
  const states = isSplit ? kept * segments.count * blockSteps : inMemory ? tasks * blockSteps : 0;
  const scratchBytes = states * group * 16;
  const layout = argumentLayout({
    ...spec,
    outputs: scratchBytes > 0 ? [...spec.outputs, "scratch"] : spec.outputs,
  });
  const module = new ModuleBuilder();
  const define = (name: string, emit: (scope: ReduceScope, index: Local) => void): void => {
    const task = module.function(["i32", "i32"], [], (f, args, index) => {
      emit({ spec, module, f, args: args, layout }, index);
      return [];
    });
    module.export(name, task);
  };
  define("task", (scope, index) => {
    if (plan.mode === "rows") new RowFold(scope, plan).emit(index);
    else new ColumnFold(scope, plan).emit(index);
  });
  const later: number[] = [];
  if (isSplit) {
    const results = kept * blockSteps;
    const perTask = Math.max(1, Math.floor(4096 / segments.count));
    later.push(Math.ceil(results / perTask));
    define("task1", (scope, index) => {
      emitCombine(scope, plan, { index, results, perTask });
    });
  }
  return { module, params: spec.params, hidden: [], tasks, later, scratchBytes };
}

/** Combines the segments' states and evaluates the outputs. */
function emitCombine(
  scope: ReduceScope,
  plan: ReducePlan,
  { index, results, perTask }: { readonly index: Local; readonly results: number; readonly perTask: number },
): void {
  const { f, spec } = scope;
  const { segments, blockSteps, blocks, group, folds, vectorAxis, extent, mode } = plan;
  const lanes = keptLanes(spec, plan);
  const epilogue = new ReduceEpilogue(scope, lanes);
  const scratch = scratchOf(scope);
  const stateBytes = group * 16;
  const steps = Math.ceil(extent / laneCount);
  eachUnit(f, index, { perTask, units: results }, (unit) => {
    const [column, inBlock] = divided(f, unit, blockSteps);
    const [outer, block] = divided(f, column, blocks);
    const step = f.let(op("i32.add", op("i32.mul", block, i32(blockSteps)), inBlock));
    f.if(mode === "rows" ? i32(1) : op("i32.lt_s", step, i32(steps)), () => {
      const before = op("i32.mul", column, i32(segments.count * blockSteps));
      const offset = op("i32.mul", op("i32.add", before, inBlock), i32(stateBytes));
      const base = f.let(op("i32.add", scratch, offset));
      const state = combineInPairs(f, folds, segments.count, (k) =>
        op("i32.add", base, op("i32.mul", k, i32(blockSteps * stateBytes))),
      );
      const { axes, first } = enterAxes(f, spec.shape, mode === "rows" ? -1 : vectorAxis, outer);
      if (mode === "rows") state.across(f);
      const start = f.let(mode === "rows" ? i32(0) : stepStart(step, extent));
      epilogue.emit(state, axes, start, op("i32.add", first, op("i32.mul", start, i32(lanes.stride))));
    });
  });
}
