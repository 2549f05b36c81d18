import type { Backend, CompiledKernel, DeviceBuffer } from "../backend/backend.ts";
import type { DType, HostScalar } from "../core/dtype.ts";
import { convertScalar, type PythonScalar } from "../core/scalar.ts";
import {
  hostValue,
  type ControlStep,
  type HostSource,
  type KernelStep,
  type Program,
  type Step,
} from "../lowering/program.ts";
import { ArrayImpl } from "./array.ts";
import { BoundProgram } from "./bound-program.ts";
import { compiledKernels } from "./compiled-kernels.ts";
import { bindControl, type BoundOperand } from "./run-control.ts";
import { Storage } from "./storage.ts";
import { Workspace } from "./workspace.ts";

type Argument = ArrayImpl | PythonScalar;

/**
 * A program and the backend it runs on, ready to run on any arguments. What a run needs but does not keep is made once
 * and used again: nothing here calls back into user code, so that no two runs overlap.
 */
export class Executable {
  readonly backend: Backend;
  readonly #program: Program;
  readonly #steps: readonly PreparedStep[];
  /** Buffers by value number; only the arguments' and those in use, and none between runs. */
  readonly #buffers: (DeviceBuffer | undefined)[];
  /** Arguments copied from another backend for one run. */
  #moved: DeviceBuffer[] = [];

  constructor(program: Program, backend: Backend) {
    this.backend = backend;
    this.#program = program;
    const kernels = compiledKernels(program, backend);
    this.#steps = program.steps.map((step, position) => prepareStep(program, step, kernels[position]));
    this.#buffers = program.values.map(() => undefined);
  }

  /** Queues the work and gives its results at once. */
  run(args: readonly Argument[]): ArrayImpl[] {
    const buffers = this.#buffers;
    let finished = false;
    try {
      for (let k = 0; k < args.length; k++) {
        const arg = args[k];
        if (arg instanceof ArrayImpl) buffers[k] = this.#bufferOf(arg);
      }
      for (const step of this.#steps) {
        this.#allocate(step);
        if (step.kind === "control") this.#control(step.step, args);
        else if (step.kind === "kernel") this.#dispatch(step, args);
        for (const value of step.release) this.#free(value);
      }
      const results = this.#results(args);
      finished = true;
      return results;
    } finally {
      if (!finished) this.#abandon(args.length);
      buffers.fill(undefined);
      if (this.#moved.length > 0) this.#releaseMoved();
    }
  }

  /** The memory of an argument, on this backend. */
  #bufferOf({ storage }: ArrayImpl): DeviceBuffer {
    if (storage.backend === this.backend) return storage.buffer;
    const kept = storage.keptOn(this.backend);
    if (kept !== undefined) return kept;
    const moved = storage.copyTo(this.backend);
    this.#moved.push(moved);
    return moved;
  }

  #allocate(step: PreparedStep): void {
    const { outputs } = step;
    for (let k = 0; k < outputs.length; k++) {
      const { dtype, length } = this.#program.values[outputs[k]!]!;
      this.#buffers[outputs[k]!] = this.backend.allocate(dtype, length);
    }
  }

  #dispatch(step: PreparedKernelStep, args: readonly Argument[]): void {
    const { inputs, outputs, inputBuffers, outputBuffers, params, slots } = step;
    for (let k = 0; k < inputs.length; k++) inputBuffers[k] = this.#buffers[inputs[k]!]!;
    for (let k = 0; k < outputs.length; k++) outputBuffers[k] = this.#buffers[outputs[k]!]!;
    for (const { slot, position, dtype } of slots) {
      params[slot] = convertScalar(args[position] as PythonScalar, dtype);
    }
    this.backend.dispatch(step.kernel, inputBuffers, params, outputBuffers);
  }

  #control(step: ControlStep, args: readonly Argument[]): void {
    const operands = step.operands.map((source): BoundOperand =>
      source.kind === "value" ? this.#buffers[source.value]! : "scalar",
    );
    const outputs = step.outputs.map((value) => this.#buffers[value]!);
    const workspace = new Workspace(this.backend);
    try {
      const bound = bindControl(step.control, operands, outputs, workspace, BoundProgram);
      try {
        bound.run(step.operands.map((source) => (source.kind === "value" ? 0 : this.#scalar(source, args))));
      } finally {
        bound.release();
      }
    } finally {
      workspace.release();
    }
  }

  /** A host scalar handed on, in its own dtype. */
  #scalar(source: HostSource, args: readonly Argument[]): HostScalar {
    return hostValue(source, (position) => {
      const { dtype } = this.#program.values[position]!;
      return convertScalar(args[position] as PythonScalar, dtype);
    });
  }

  #free(value: number): void {
    const buffer = this.#buffers[value];
    if (buffer !== undefined) this.backend.release(buffer);
    this.#buffers[value] = undefined;
  }

  #results(args: readonly Argument[]): ArrayImpl[] {
    const { results } = this.#program;
    const [only] = results;
    if (results.length === 1 && only!.value >= args.length) {
      return [new ArrayImpl(only!.aval, new Storage(this.#buffers[only!.value]!))];
    }
    const fresh = new Map<number, Storage>();
    return results.map(({ value, aval }) => {
      if (value < args.length) return new ArrayImpl(aval, this.#storageOf(args[value] as ArrayImpl, value));
      const known = fresh.get(value);
      if (known !== undefined) return new ArrayImpl(aval, known.hold());
      const storage = new Storage(this.#buffers[value]!);
      fresh.set(value, storage);
      return new ArrayImpl(aval, storage);
    });
  }

  /** What holds an argument that is a result as well: the argument's own storage where it lies on this backend. */
  #storageOf({ storage }: ArrayImpl, value: number): Storage {
    const at = this.#moved.indexOf(this.#buffers[value]!);
    if (at < 0) return storage.hold();
    const [moved] = this.#moved.splice(at, 1);
    return new Storage(moved!);
  }

  /** Gives back what a run that failed had allocated. */
  #abandon(argumentCount: number): void {
    for (let value = argumentCount; value < this.#buffers.length; value++) this.#free(value);
  }

  #releaseMoved(): void {
    for (const buffer of this.#moved) this.backend.release(buffer);
    this.#moved = [];
  }
}

type PreparedStep = PreparedKernelStep | PreparedControlStep | EmptyStep;

interface PreparedKernelStep {
  readonly kind: "kernel";
  readonly kernel: CompiledKernel;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly release: readonly number[];
  /** Filled anew for each run, like `params`. */
  readonly inputBuffers: DeviceBuffer[];
  readonly outputBuffers: DeviceBuffer[];
  /** Literals stand here from the start. */
  readonly params: HostScalar[];
  /** Parameters that are arguments. */
  readonly slots: readonly { readonly slot: number; readonly position: number; readonly dtype: DType }[];
}

interface PreparedControlStep {
  readonly kind: "control";
  readonly step: ControlStep;
  readonly outputs: readonly number[];
  readonly release: readonly number[];
}

/** All its results are without elements. */
interface EmptyStep {
  readonly kind: "empty";
  readonly outputs: readonly number[];
  readonly release: readonly number[];
}

function prepareStep(program: Program, step: Step, kernel: CompiledKernel | undefined): PreparedStep {
  const { outputs, release } = step;
  if (step.kind === "control") return { kind: "control", step, outputs, release };
  if (outputs.every((value) => program.values[value]!.length === 0))
    return { kind: "empty", outputs, release };
  return prepareKernel(program, step, kernel!);
}

function prepareKernel(program: Program, step: KernelStep, kernel: CompiledKernel): PreparedKernelStep {
  const { inputs, outputs, release } = step;
  return {
    kind: "kernel",
    kernel,
    inputs,
    outputs,
    release,
    inputBuffers: [],
    outputBuffers: [],
    params: step.params.map((source) => (source.kind === "literal" ? source.value : 0)),
    slots: step.params.flatMap((source, slot) =>
      source.kind === "argument"
        ? [{ slot, position: source.position, dtype: program.values[source.position]!.dtype }]
        : [],
    ),
  };
}
