import type { HostArray } from "../../../core/dtype.ts";
import { outputSizes, type Kernel } from "../../../kernel/kernel.ts";
import { BufferPool } from "../buffers.ts";
import type { KernelProgram } from "../program.ts";
import type { RoutineHost } from "../routine-host.ts";
import { Threads } from "../threads.ts";
import { mapModule } from "../wasm/map.ts";
import { TaskFunctions, WasmProgram } from "../wasm-program.ts";
import { WasmMemory } from "../wasm-memory.ts";

/** Runs a routine in a memory of its own, on one thread, the tasks of each phase first to last or last to first. */
export function runRoutine(
  make: (host: RoutineHost) => KernelProgram,
  kernel: Kernel,
  inputs: readonly HostArray[],
  order: "forward" | "backward",
): HostArray[] {
  const pool = new BufferPool(new WasmMemory());
  const functions = new TaskFunctions(pool.memory, new Threads(pool, undefined));
  const program = make({
    pool,
    functions,
    compileMap: (map) => new WasmProgram(pool, functions, mapModule(map)),
    runTasks: (task, args, tasks) => {
      const run = task.on(pool.memory);
      for (let k = 0; k < tasks; k++) run(args, order === "forward" ? k : tasks - 1 - k);
    },
  });
  const given = inputs.map((data, k) => {
    const storage = pool.take(kernel.inputs[k]!, data.length);
    (storage.elements as Uint8Array).set(data as Uint8Array);
    return storage;
  });
  const outputs = outputSizes(kernel).map((size, k) => pool.take(kernel.outputs[k]!, size));
  for (const output of outputs)
    new Uint8Array(output.elements.buffer, output.address, output.bytes).fill(0x5a);
  program.run({ inputs: given, outputs, params: [] });
  return outputs.map((output) => output.elements.slice());
}
