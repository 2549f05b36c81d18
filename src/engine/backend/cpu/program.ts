import { allocateHost, type DType, type HostArray, type HostScalar } from "../../core/dtype.ts";
import { counters } from "../backend.ts";
import type { Storage } from "./buffers.ts";
import { erfInvRows } from "./erf-inv-table.ts";
import * as elementaryFunctions from "./math.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/** What a kernel runs on. */
export interface KernelArguments {
  readonly inputs: readonly Storage[];
  readonly outputs: readonly Storage[];
  /** One value per parameter slot. */
  readonly params: readonly HostScalar[];
}

/** A compiled kernel, ready to run on any arguments. */
export interface KernelProgram {
  run(args: KernelArguments): void;
  /** Many runs on the same arrays, where that can be had for less. */
  prepare?(inputs: readonly Storage[], outputs: readonly Storage[]): PreparedProgram;
}

export interface PreparedProgram {
  run(params: readonly HostScalar[]): void;
  release?(): void;
}

/** What generated JavaScript reads and writes: memory, parameters, scratch of staged bodies, accumulators. */
export interface WordArguments {
  readonly inputs: readonly HostArray[];
  readonly outputs: readonly HostArray[];
  /** Parameters by slot, but for int64 ones. */
  readonly numbers: Float64Array;
  /** int64 parameters by slot. */
  readonly bigints: readonly bigint[];
}

/**
 * Runs a generated loop nest over `ranges` (start and end of each axis in turn). `base` is the row-major position of
 * the first point.
 */
export type LoopFunction = (
  ranges: Int32Array,
  base: number,
  inputs: readonly HostArray[],
  outputs: readonly HostArray[],
  numbers: Float64Array,
  bigints: readonly bigint[],
  scratch: readonly HostArray[],
  accumulators: readonly HostArray[],
) => void;

const scratchBits = new ArrayBuffer(8);
const environment = {
  M: elementaryFunctions,
  SF: new Float32Array(scratchBits),
  SI: new Int32Array(scratchBits),
  SD: new Float64Array(scratchBits),
  SB: new BigInt64Array(scratchBits),
  X2: elementaryFunctions.powersOfTwo,
};
const environmentNames = Object.keys(environment);
const environmentValues = Object.values(environment);

const compiled = new Map<string, LoopFunction>();

/**
 * Compiles the body of a loop function; equal text over equal dtypes (V8 specialises a function for the typed arrays
 * it meets) is compiled once.
 */
export function compileLoop(body: string, dtypes: readonly DType[]): LoopFunction {
  const key = `// ${dtypes.join(" ")}\n${body}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const start = performance.now();
  const source = `"use strict";\nconst F = Math.fround;\nreturn function (r, base, I, O, P, Q, T, A) {\n${key}\n};`;
  const factory = new Function(...environmentNames, "EI", source) as (...values: unknown[]) => LoopFunction;
  const loop = factory(...environmentValues, body.includes("EI[") ? erfInvRows() : undefined);
  compiled.set(key, loop);
  counters.kernelsCompiled += 1;
  counters.compileMs += performance.now() - start;
  return loop;
}

type PackedParams = Pick<WordArguments, "numbers"> & { readonly bigints: bigint[] };

/** A kernel in generated JavaScript, over views of the memory. */
export class WordProgram implements KernelProgram {
  readonly #memory: WasmMemory;
  readonly #dtypes: readonly DType[];
  readonly #run: (args: WordArguments) => void;
  readonly #packed: PackedParams;

  /** `dtypes` are those of the parameters. */
  constructor(memory: WasmMemory, dtypes: readonly DType[], run: (args: WordArguments) => void) {
    this.#memory = memory;
    this.#dtypes = dtypes;
    this.#run = run;
    this.#packed = {
      numbers: new Float64Array(dtypes.length),
      bigints: new Array<bigint>(dtypes.length).fill(0n),
    };
  }

  run({ inputs, outputs, params }: KernelArguments): void {
    fillParams(this.#dtypes, params, this.#packed);
    this.#run({ inputs: inputs.map(words), outputs: outputs.map(words), ...this.#packed });
  }

  prepare(inputs: readonly Storage[], outputs: readonly Storage[]): PreparedProgram {
    const views = (): WordArguments => ({
      inputs: inputs.map(words),
      outputs: outputs.map(words),
      ...this.#packed,
    });
    let args = views();
    let { epoch } = this.#memory;
    return {
      run: (params) => {
        if (epoch !== this.#memory.epoch) {
          args = views();
          ({ epoch } = this.#memory);
        }
        if (params.length > 0) fillParams(this.#dtypes, params, this.#packed);
        this.#run(args);
      },
    };
  }
}

function words(storage: Storage): HostArray {
  return storage.words;
}

function fillParams(
  dtypes: readonly DType[],
  values: readonly HostScalar[],
  { numbers, bigints }: PackedParams,
): void {
  for (let k = 0; k < dtypes.length; k++) {
    const dtype = dtypes[k];
    const value = values[k];
    if (value === undefined) throw new TypeError(`parameter ${k} of the kernel has no value`);
    if (dtype === "int64") bigints[k] = BigInt.asIntN(64, BigInt(value));
    else numbers[k] = dtype === "float32" ? Math.fround(Number(value)) : Number(value);
  }
}

/** Scratch memory in the layout generated code sees: uint32 by its bits. */
export function wordArray(dtype: DType, length: number): HostArray {
  return allocateHost(dtype === "uint32" ? "int32" : dtype, length);
}
