import type { ScanKernel } from "../../../kernel/kernel.ts";
import { argumentLayout, type ArgumentLayout } from "./argument-layout.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "./assembler.ts";
import { foldOf, stateSize, type Fold } from "./fold.ts";
import type { KernelModule } from "./kernel-module.ts";
import { laneCount } from "./lanes.ts";
import { ColumnScan, columnStateBytes, type ColumnScanPlan } from "./scan-columns.ts";
import { emitOffsets, FlatScan, stretch, type FlatPass } from "./scan-flat.ts";
import { pointsPerTask } from "./task-size.ts";

/** A function under construction, and where it finds its arguments. */
export interface ScanScope {
  readonly kernel: ScanKernel;
  readonly fold: Fold;
  readonly module: ModuleBuilder;
  readonly f: FunctionBuilder;
  readonly args: Local;
  readonly layout: ArgumentLayout;
}

/** Most tasks that have scratch memory of their own. */
const maxTasks = 128;

/**
 * Running reductions. float32 sums run in double and round each result once (at most 8 elements round at every step, as
 * reductions do). A long row is scanned in stretches on their own: first for their totals, then, with what comes before
 * each, for the results.
 */
export function scanModule(kernel: ScanKernel): KernelModule {
  const { op, value, outer, length, inner } = kernel;
  const fold = foldOf(op, value.dtype, length > 8);
  if (outer * length * inner === 0) return new ScanModule(kernel, fold, 0).finish([0]);
  return inner > 1 ? columnModule(kernel, fold) : flatModule(kernel, fold);
}

function columnModule(kernel: ScanKernel, fold: Fold): KernelModule {
  const plan = planColumns(kernel);
  const tasks = Math.ceil((kernel.outer * plan.blocks) / plan.perTask);
  const bytes = plan.inMemory ? tasks * plan.blockSteps * columnStateBytes({ kernel, fold }) : 0;
  const module = new ScanModule(kernel, fold, bytes);
  module.define("task", (scope, index) => new ColumnScan(scope, plan).emit(index));
  return module.finish([tasks]);
}

function flatModule(kernel: ScanKernel, fold: Fold): KernelModule {
  const { value, outer, length } = kernel;
  const count = Math.ceil(length / stretch);
  const perTask = Math.max(1, Math.floor(pointsPerTask([value]) / Math.min(length, stretch)));
  const tasks = Math.ceil((outer * count) / perTask);
  const module = new ScanModule(kernel, fold, count === 1 ? 0 : outer * count * stateSize(fold) * 16);
  const define = (name: string, pass: FlatPass): void => {
    module.define(name, (scope, index) => new FlatScan(scope, pass).emit(index, count, perTask));
  };
  if (count === 1) {
    define("task", "whole");
    return module.finish([tasks]);
  }
  define("task", "totals");
  module.define("task1", (scope, index) => emitOffsets(scope, index, count));
  define("task2", "results");
  return module.finish([tasks, outer, tasks]);
}

/** The functions of a scan's module. */
class ScanModule {
  readonly #module = new ModuleBuilder();
  readonly #kernel: ScanKernel;
  readonly #fold: Fold;
  readonly #layout: ArgumentLayout;
  readonly #scratchBytes: number;

  constructor(kernel: ScanKernel, fold: Fold, scratchBytes: number) {
    this.#kernel = kernel;
    this.#fold = fold;
    this.#scratchBytes = scratchBytes;
    const scratch = scratchBytes > 0 ? ["scratch"] : [];
    this.#layout = argumentLayout({ ...kernel, outputs: [...kernel.outputs, ...scratch] });
  }

  define(name: string, emit: (scope: ScanScope, index: Local) => void): void {
    const module = this.#module;
    const task = module.function(["i32", "i32"], [], (f, args, index) => {
      emit({ kernel: this.#kernel, fold: this.#fold, module, f, args: args, layout: this.#layout }, index);
      return [];
    });
    module.export(name, task);
  }

  /** `tasks` of each function, in the order they run. */
  finish([tasks = 0, ...later]: readonly number[]): KernelModule {
    const { params } = this.#kernel;
    return { module: this.#module, params, hidden: [], tasks, later, scratchBytes: this.#scratchBytes };
  }
}

/** Blocks are wide enough to read memory in order, and enough of them for all threads. */
function planColumns({ outer, length, inner, value }: ScanKernel): ColumnScanPlan {
  const inMemory = length > 64 && inner > 8;
  const steps = Math.ceil(inner / laneCount);
  const points = pointsPerTask([value]);
  const columns = inMemory ? Math.min(1024, Math.max(64, Math.ceil(inner / 8))) : points / length;
  const blockSteps = Math.min(steps, Math.max(1, Math.floor(columns / laneCount)));
  const blocks = Math.ceil(steps / blockSteps);
  const perTask = Math.max(1, Math.floor(points / (blockSteps * laneCount * length)));
  const least = inMemory ? Math.ceil((outer * blocks) / maxTasks) : 1;
  return { blockSteps, blocks, perTask: Math.max(perTask, least), inMemory };
}
