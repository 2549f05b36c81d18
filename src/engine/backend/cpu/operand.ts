import { sizeOf } from "../../core/aval.ts";
import { itemsize, type DType } from "../../core/dtype.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { affineLoad, type AffineLoad } from "./affine-load.ts";
import { Storage } from "./buffers.ts";
import type { KernelArguments, KernelProgram } from "./program.ts";
import type { RoutineHost } from "./routine-host.ts";

interface OperandOptions {
  readonly inputs: readonly DType[];
  readonly params: readonly DType[];
  readonly value: ScalarExpr;
  /** Extents of the expression's axes; 1 for those that the operand does not depend on. */
  readonly shape: readonly number[];
  /** Whether it may be read where it lies with these strides (in elements, by axis). */
  readonly accepts: (strides: readonly number[]) => boolean;
}

/** An operand of a routine: read where it lies if it is a plain load, else evaluated into scratch memory, row-major. */
export class Operand {
  /** Bytes of scratch memory `evaluate` has to be given; 0 where the operand is read where it lies. */
  readonly scratchBytes: number;
  /** Bytes from one element to the next, by axis. */
  readonly strides: readonly number[];
  readonly #load: AffineLoad | undefined;
  readonly #program: KernelProgram | undefined;
  readonly #bytes: number;
  readonly #size: number;
  readonly #dtype: DType;
  readonly #host: RoutineHost;

  constructor(host: RoutineHost, { inputs, params, value, shape, accepts }: OperandOptions) {
    this.#host = host;
    this.#dtype = value.dtype;
    this.#bytes = itemsize(value.dtype);
    this.#size = sizeOf(shape);
    const plain = affineLoad(value, shape.length);
    const isUsed = shape.map((extent) => extent > 1);
    if (plain !== undefined && accepts(plain.strides)) {
      this.#load = plain;
      this.scratchBytes = 0;
      this.strides = plain.strides.map((stride, axis) => (isUsed[axis] ? stride * this.#bytes : 0));
      return;
    }
    this.scratchBytes = this.#size * this.#bytes;
    this.strides = shape.map((_, axis) => (isUsed[axis] ? sizeOf(shape.slice(axis + 1)) * this.#bytes : 0));
    if (this.scratchBytes === 0) return;
    const kernel = { kind: "map", shape, inputs, params, outputs: [value.dtype], values: [value] } as const;
    this.#program = host.compileMap(kernel);
  }

  /** Evaluates the operand if need be. */
  evaluate(args: KernelArguments, scratch: Storage | undefined): void {
    if (this.#program === undefined) return;
    const { memory } = this.#host.pool;
    const output = new Storage(memory, scratch!.region, this.#dtype, this.#size, this.scratchBytes);
    this.#program.run({ ...args, outputs: [output] });
  }

  /** Where its first element is, after all have been evaluated. */
  address(args: KernelArguments, scratch: Storage | undefined): number {
    const load = this.#load;
    return load === undefined
      ? (scratch?.address ?? 0)
      : args.inputs[load.buffer]!.address + load.offset * this.#bytes;
  }
}
