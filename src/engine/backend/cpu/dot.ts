import type { DotKernel } from "../../kernel/kernel.ts";
import type { Storage } from "./buffers.ts";
import { dotTypeOf, planDot, type DotPlan, type DotStep } from "./dot-plan.ts";
import type { KernelArguments, KernelProgram } from "./program.ts";
import { withScratch, type RoutineHost } from "./routine-host.ts";
import type { DotType } from "./wasm/dot-arithmetic.ts";
import { dotFields, dotModule, dotPhases, type DotField } from "./wasm/dot.ts";
import { hasRelaxedSimd } from "./wasm/relaxed-simd.ts";
import type { TaskFunction } from "./wasm-program.ts";

const argumentBytes = 4 * dotFields.length;

/** Matrix products: packed and blocked where they are large, vectors and small matrices straight from their operands. */
export class DotProgram implements KernelProgram {
  readonly #host: RoutineHost;
  readonly #task: TaskFunction;
  readonly #plan: DotPlan;
  readonly #scratch: readonly [DotField, number][];
  /** Elements of a product of bools, which are counted as int32 first; 0 for other products. */
  readonly #counts: number;

  constructor(host: RoutineHost, kernel: DotKernel) {
    this.#host = host;
    this.#task = compiledModule(host, dotTypeOf(kernel));
    this.#plan = planDot(host, kernel);
    this.#counts = kernel.lhs.dtype === "bool" ? kernel.batch * kernel.m * kernel.n : 0;
    this.#scratch = Object.entries(this.#plan.scratch) as [DotField, number][];
  }

  run(args: KernelArguments): void {
    if (args.outputs[0]!.length === 0) return;
    const { operands } = this.#plan;
    const sizes = [
      argumentBytes,
      4 * this.#counts,
      ...operands.map((operand) => operand.scratchBytes),
      ...this.#scratch.map(([, size]) => size),
    ];
    withScratch(this.#host.pool, sizes, ([block, counts, lhs, rhs, ...others]) => {
      operands.forEach((operand, k) => {
        operand.evaluate(args, k === 0 ? lhs : rhs);
      });
      const result = this.#counts > 0 ? counts! : args.outputs[0]!;
      const addresses: Partial<Record<DotField, number>> = {
        lhs: operands[0].address(args, lhs),
        rhs: operands[1].address(args, rhs),
        result: result.address,
      };
      this.#scratch.forEach(([field], k) => (addresses[field] = others[k]!.address));
      this.#write(block!, { ...this.#plan.fields, ...addresses });
      for (const step of this.#plan.steps) this.#step(block!, step);
      if (this.#counts === 0) return;
      const fields = { scratch: result.address, result: args.outputs[0]!.address, k: this.#counts };
      this.#step(block!, { phase: "nonzero", tasks: 1, fields });
    });
  }

  #step(block: Storage, { phase, tasks, fields }: DotStep): void {
    this.#write(block, { ...fields, phase: dotPhases.indexOf(phase) });
    this.#host.runTasks(this.#task, block.address, tasks);
  }

  #write({ address }: Storage, fields: Partial<Record<DotField, number>>): void {
    const { i32 } = this.#host.pool.memory.views;
    for (const [field, value] of Object.entries(fields)) {
      i32[(address >>> 2) + dotFields.indexOf(field as DotField)] = value;
    }
  }
}

const modules = new Map<string, Uint8Array<ArrayBuffer>>();

function compiledModule(host: RoutineHost, dtype: DotType): TaskFunction {
  const { shared } = host.pool.memory;
  const type = dtype === "uint32" ? "int32" : dtype;
  const key = `${type} ${shared}`;
  let bytes = modules.get(key);
  if (bytes === undefined) {
    bytes = dotModule(type, { fused: hasRelaxedSimd() }).finish({ shared });
    modules.set(key, bytes);
  }
  return host.functions.compile(bytes);
}
