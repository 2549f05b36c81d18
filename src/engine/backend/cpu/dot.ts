import type { DotKernel } from "../../kernel/kernel.ts";
import { dotTypeOf, planDot, type DotPlan, type DotStep } from "./dot-plan.ts";
import type { KernelArguments, KernelProgram } from "./program.ts";
import { argumentMemory, withScratch, type RoutineHost } from "./routine-host.ts";
import type { DotType } from "./wasm/dot-arithmetic.ts";
import { dotModule } from "./wasm/dot.ts";
import { dotFields, dotPhases, type DotField } from "./wasm/dot-task.ts";
import { hasRelaxedSimd } from "./wasm/relaxed-simd.ts";
import type { TaskFunction } from "./wasm-program.ts";

const place = Object.fromEntries(dotFields.map((field, k) => [field, k])) as Record<DotField, number>;

/** A step with the words its tasks are told; addresses are filled in when it runs. */
interface ReadyStep {
  readonly tasks: number;
  readonly words: Int32Array;
}

/** Matrix products: packed and blocked where they are large, vectors and small matrices straight from their operands. */
export class DotProgram implements KernelProgram {
  readonly #host: RoutineHost;
  readonly #task: TaskFunction;
  readonly #operands: DotPlan["operands"];
  readonly #steps: readonly ReadyStep[];
  /** Sizes of scratch memory: for the operands, for counts of a product of bools, then for these fields. */
  readonly #sizes: readonly number[];
  readonly #scratchFields: readonly DotField[];
  readonly #isBool: boolean;

  constructor(host: RoutineHost, kernel: DotKernel) {
    const { batch, m, n } = kernel;
    this.#host = host;
    this.#task = compiledModule(host, dotTypeOf(kernel));
    this.#isBool = kernel.lhs.dtype === "bool";
    const plan = planDot(host, kernel);
    // Products of bools are counted as int32 first.
    const counts = this.#isBool ? batch * m * n : 0;
    const last: DotStep[] = this.#isBool ? [{ phase: "nonzero", tasks: 1, fields: { k: counts } }] : [];
    this.#operands = plan.operands;
    this.#steps = [...plan.steps, ...last].map(({ phase, tasks, fields }) => {
      const all = { ...plan.fields, ...fields, phase: dotPhases.indexOf(phase) };
      return { tasks, words: Int32Array.from(dotFields, (field) => all[field] ?? 0) };
    });
    this.#scratchFields = Object.keys(plan.scratch) as DotField[];
    this.#sizes = [
      ...plan.operands.map((operand) => operand.scratchBytes),
      4 * counts,
      ...this.#scratchFields.map((field) => plan.scratch[field]!),
    ];
  }

  run(args: KernelArguments): void {
    if (args.outputs[0]!.length === 0) return;
    const { pool } = this.#host;
    const block = argumentMemory(pool);
    withScratch(pool, this.#sizes, ([lhs, rhs, counts, ...others]) => {
      const [left, right] = this.#operands;
      left.evaluate(args, lhs);
      right.evaluate(args, rhs);
      const { i32 } = pool.memory.views;
      const { address } = block;
      const at = address >>> 2;
      const result = args.outputs[0]!.address;
      this.#steps.forEach(({ tasks, words }, number) => {
        i32.set(words, at);
        i32[at + place.lhs] = left.address(args, lhs);
        i32[at + place.rhs] = right.address(args, rhs);
        i32[at + place.result] = counts?.address ?? result;
        for (let k = 0; k < others.length; k++) i32[at + place[this.#scratchFields[k]!]] = others[k]!.address;
        if (this.#isBool && number === this.#steps.length - 1) {
          i32[at + place.scratch] = counts!.address;
          i32[at + place.result] = result;
        }
        this.#host.runTasks(this.#task, address, tasks);
      });
    });
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
