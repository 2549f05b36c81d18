import type { CompiledKernel, DeviceBuffer, PreparedKernel } from "../backend/backend.ts";
import type { HostScalar } from "../core/dtype.ts";
import {
  hostValue,
  type ControlStep,
  type KernelStep,
  type OperandSource,
  type Program,
} from "../lowering/program.ts";
import { compiledKernels } from "./compiled-kernels.ts";
import { bindControl, type BoundControl, type BoundOperand } from "./run-control.ts";
import type { Workspace } from "./workspace.ts";

type BoundStep = BoundKernel | BoundControlStep;

/**
 * A program bound to the memory it reads and writes, ready to run many times at little cost. Values of its own live
 * in a workspace, which several bindings of one program share when they never run at the same time.
 */
export class BoundProgram {
  readonly #steps: readonly BoundStep[];

  /** `inputs[k]` is the memory of argument k, undefined for host scalars; `results` get memory of their own. */
  constructor(
    program: Program,
    inputs: readonly (DeviceBuffer | undefined)[],
    results: readonly DeviceBuffer[],
    workspace: Workspace,
  ) {
    const buffers = buffersOf(program, inputs, results, workspace);
    const kernels = compiledKernels(program, workspace.backend);
    const steps: BoundStep[] = [];
    program.steps.forEach((step, position) => {
      if (step.kind === "control") {
        steps.push(new BoundControlStep(step, buffers, workspace.part(`step ${String(position)}`)));
      } else if (step.outputs.some((value) => program.values[value]!.length > 0)) {
        steps.push(new BoundKernel(step, kernels[position]!, buffers));
      }
    });
    this.#steps = steps;
  }

  /** `scalars[k]` is the value of argument k where that is a host scalar. */
  run(scalars: readonly HostScalar[]): void {
    for (const step of this.#steps) step.run(scalars);
  }

  release(): void {
    for (const step of this.#steps) step.release();
  }
}

class BoundKernel {
  readonly #prepared: PreparedKernel;
  readonly #params: HostScalar[];
  /** Slots of parameters that are arguments, each followed by the argument's position. */
  readonly #slots: readonly number[];

  constructor(step: KernelStep, compiled: CompiledKernel, buffers: readonly (DeviceBuffer | undefined)[]) {
    const { backend } = buffers[step.outputs[0]!]!;
    this.#prepared = backend.prepare(
      compiled,
      step.inputs.map((value) => buffers[value]!),
      step.outputs.map((value) => buffers[value]!),
    );
    this.#params = step.params.map((source) => (source.kind === "literal" ? source.value : 0));
    this.#slots = step.params.flatMap((source, slot) =>
      source.kind === "argument" ? [slot, source.position] : [],
    );
  }

  run(scalars: readonly HostScalar[]): void {
    const slots = this.#slots;
    for (let k = 0; k < slots.length; k += 2) this.#params[slots[k]!] = scalars[slots[k + 1]!]!;
    this.#prepared.run(this.#params);
  }

  release(): void {
    this.#prepared.release();
  }
}

class BoundControlStep {
  readonly #control: BoundControl;
  readonly #sources: readonly OperandSource[];
  readonly #scalars: HostScalar[];

  constructor(step: ControlStep, buffers: readonly (DeviceBuffer | undefined)[], workspace: Workspace) {
    this.#sources = step.operands;
    this.#scalars = step.operands.map(() => 0);
    const operands = step.operands.map((source): BoundOperand =>
      source.kind === "value" ? buffers[source.value]! : "scalar",
    );
    const outputs = step.outputs.map((value) => buffers[value]!);
    this.#control = bindControl(step.control, operands, outputs, workspace, BoundProgram);
  }

  run(scalars: readonly HostScalar[]): void {
    const argument = (position: number): HostScalar => scalars[position]!;
    this.#sources.forEach((source, position) => {
      if (source.kind !== "value") this.#scalars[position] = hostValue(source, argument);
    });
    this.#control.run(this.#scalars);
  }

  release(): void {
    this.#control.release();
  }
}

function buffersOf(
  program: Program,
  inputs: readonly (DeviceBuffer | undefined)[],
  results: readonly DeviceBuffer[],
  workspace: Workspace,
): (DeviceBuffer | undefined)[] {
  const buffers: (DeviceBuffer | undefined)[] = program.values.map((_, value) => inputs[value]);
  program.results.forEach(({ value }, k) => {
    buffers[value] = results[k]!;
  });
  placesOf(program).forEach((place, value) => {
    const { dtype, length } = program.values[value]!;
    buffers[value] = workspace.buffer(`place ${String(place)}`, dtype, length);
  });
  return buffers;
}

const places = new WeakMap<Program, ReadonlyMap<number, number>>();

/** Which of a program's own values share memory: those of equal size that are never needed together. */
function placesOf(program: Program): ReadonlyMap<number, number> {
  const known = places.get(program);
  if (known !== undefined) return known;
  const results = new Set(program.results.map((result) => result.value));
  const placed = new Map<number, number>();
  const free = new Map<string, number[]>();
  let count = 0;
  const freeFor = (value: number): number[] => {
    const { dtype, length } = program.values[value]!;
    const key = `${dtype} ${String(length)}`;
    let list = free.get(key);
    if (list === undefined) free.set(key, (list = []));
    return list;
  };
  for (const step of program.steps) {
    for (const value of step.outputs) {
      if (!results.has(value)) placed.set(value, freeFor(value).pop() ?? count++);
    }
    for (const value of step.release) freeFor(value).push(placed.get(value)!);
  }
  places.set(program, placed);
  return placed;
}
