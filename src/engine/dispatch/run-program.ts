import type { Backend, CompiledKernel, DeviceBuffer } from "../backend/backend.ts";
import type { HostScalar } from "../core/dtype.ts";
import { convertScalar, type PythonScalar } from "../core/scalar.ts";
import { hostValue, type ControlStep, type HostSource, type Program } from "../lowering/program.ts";
import { ArrayImpl } from "./array.ts";
import { BoundProgram } from "./bound-program.ts";
import { compiledKernels } from "./compiled-kernels.ts";
import { backendFor } from "./devices.ts";
import { bindControl, type BoundOperand } from "./run-control.ts";
import { Storage } from "./storage.ts";
import { Workspace } from "./workspace.ts";

/** Runs a program on concrete arguments; queues the work and returns its results at once. */
export function runProgram(program: Program, args: readonly (ArrayImpl | PythonScalar)[]): ArrayImpl[] {
  const backend = backendFor(program.dtypes);
  return new Run(program, backend, args).execute(compiledKernels(program, backend));
}

/** One execution: buffers by value number. */
class Run {
  readonly #program: Program;
  readonly #backend: Backend;
  readonly #args: readonly (ArrayImpl | PythonScalar)[];
  readonly #buffers: (DeviceBuffer | undefined)[];
  /** Arguments copied from another backend for this run. */
  readonly #moved = new Map<number, Storage>();

  constructor(program: Program, backend: Backend, args: readonly (ArrayImpl | PythonScalar)[]) {
    this.#program = program;
    this.#backend = backend;
    this.#args = args;
    this.#buffers = program.values.map(() => undefined);
  }

  execute(kernels: readonly (CompiledKernel | undefined)[]): ArrayImpl[] {
    try {
      this.#program.steps.forEach((step, position) => {
        for (const value of step.outputs) {
          const { dtype, length } = this.#program.values[value]!;
          this.#buffers[value] = this.#backend.allocate(dtype, length);
        }
        if (step.kind === "control") this.#control(step);
        else if (step.outputs.some((value) => this.#program.values[value]!.length > 0)) {
          this.#backend.dispatch(
            kernels[position]!,
            step.inputs.map((value) => this.#input(value)),
            step.params.map((source) => this.#scalar(source)),
            step.outputs.map((value) => this.#buffers[value]!),
          );
        }
        for (const value of step.release) this.#free(value);
      });
      return this.#results();
    } catch (error) {
      this.#program.values.forEach((_, value) => {
        if (value >= this.#args.length) this.#free(value);
      });
      throw error;
    } finally {
      for (const storage of this.#moved.values()) storage.letGo();
    }
  }

  #control(step: ControlStep): void {
    const operands = step.operands.map((source): BoundOperand =>
      source.kind === "value" ? this.#input(source.value) : "scalar",
    );
    const outputs = step.outputs.map((value) => this.#buffers[value]!);
    const workspace = new Workspace(this.#backend);
    try {
      const bound = bindControl(step.control, operands, outputs, workspace, BoundProgram);
      try {
        bound.run(step.operands.map((source) => (source.kind === "value" ? 0 : this.#scalar(source))));
      } finally {
        bound.release();
      }
    } finally {
      workspace.release();
    }
  }

  #input(value: number): DeviceBuffer {
    return value < this.#args.length ? this.#storage(value).buffer : this.#buffers[value]!;
  }

  /** The memory of an argument, on this run's backend. */
  #storage(position: number): Storage {
    const arg = this.#args[position];
    if (!(arg instanceof ArrayImpl)) throw new Error("internal error: a scalar argument used as memory");
    if (arg.storage.backend === this.#backend) return arg.storage;
    let moved = this.#moved.get(position);
    if (moved === undefined) {
      moved = new Storage(arg.storage.copyTo(this.#backend));
      this.#moved.set(position, moved);
    }
    return moved;
  }

  /** A parameter, or a host scalar handed on, in its own dtype. */
  #scalar(source: HostSource): HostScalar {
    return hostValue(source, (position) => {
      const { dtype } = this.#program.values[position]!;
      return convertScalar(this.#args[position] as PythonScalar, dtype);
    });
  }

  #free(value: number): void {
    const buffer = this.#buffers[value];
    if (buffer !== undefined) this.#backend.release(buffer);
    this.#buffers[value] = undefined;
  }

  #results(): ArrayImpl[] {
    const fresh = new Map<number, Storage>();
    return this.#program.results.map(({ value, aval }) => {
      if (value < this.#args.length) return new ArrayImpl(aval, this.#storage(value).hold());
      const known = fresh.get(value);
      if (known !== undefined) return new ArrayImpl(aval, known.hold());
      const storage = new Storage(this.#buffers[value]!);
      fresh.set(value, storage);
      return new ArrayImpl(aval, storage);
    });
  }
}
