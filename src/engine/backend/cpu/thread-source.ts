/** The control block at the start of shared memory, by position in an Int32Array; a cache line for each busy word. */
export const controlWords = {
  /** How many threads are up. */
  ready: 16,
  /** Counts runs; threads sleep on it. */
  run: 32,
  /** Bit 0: threads may join the run. Above it: how many are in it. The caller sleeps on it at the end. */
  gate: 48,
  /** The next task nobody has taken. */
  next: 64,
  /** The run's module: its number, where its bytes are and how many. */
  module: 80,
  bytes: 81,
  length: 82,
  /** The run's exported function: 0 for "task", k for "task" + k. */
  entry: 83,
  args: 84,
  tasks: 85,
  /** Set to the length of a message when a task has failed. */
  failed: 96,
  /** The message's UTF-16 units, one each. */
  message: 97,
} as const;

/** Longest message of a failed task. */
export const maxMessage = 400;

const { ready, run, gate, next, module, bytes, length, entry, args, tasks, failed, message } = controlWords;

/** Turns a thread looks for the next run before it sleeps: some 20 us. */
const spins = 1500;

/** Instances a thread keeps; more would be kernels nobody runs again. */
const maxInstances = 512;

/**
 * What a thread runs: a script of its own, since the engine is one script without files beside it. It is given the
 * shared memory, then never returns to its event loop: it sleeps until there is a run, joins it, takes tasks while
 * there are any, and leaves. Modules are compiled from their bytes, for which an engine has the code already.
 */
export const threadSource = `"use strict";
const begin = (memory) => {
  const control = new Int32Array(memory.buffer, 0, 1024);
  const instances = new Map();
  const find = () => {
    const id = control[${module}];
    let instance = instances.get(id);
    if (instance === undefined) {
      memory.grow(0); // Another thread's growth shows in buffer after this.
      const from = control[${bytes}] >>> 0;
      const bytes = new Uint8Array(memory.buffer).slice(from, from + control[${length}]);
      instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
      if (instances.size >= ${maxInstances}) instances.delete(instances.keys().next().value);
      instances.set(id, instance);
    }
    const entry = control[${entry}];
    return instance.exports["task" + (entry === 0 ? "" : entry)];
  };
  const work = () => {
    const args = control[${args}];
    const tasks = control[${tasks}];
    let index = Atomics.add(control, ${next}, 1);
    if (index >= tasks) return;
    const task = find();
    for (; index < tasks; index = Atomics.add(control, ${next}, 1)) task(args, index);
  };
  const fail = (error) => {
    const text = String(error).slice(0, ${maxMessage});
    Atomics.store(control, ${next}, 0x40000000);
    if (Atomics.compareExchange(control, ${failed}, 0, text.length || 1) !== 0) return;
    for (let k = 0; k < text.length; k++) control[${message} + k] = text.charCodeAt(k);
  };
  const join = () => {
    let gate = Atomics.load(control, ${gate});
    while (gate & 1) {
      const found = Atomics.compareExchange(control, ${gate}, gate, gate + 2);
      if (found === gate) return true;
      gate = found;
    }
    return false;
  };
  Atomics.add(control, ${ready}, 1);
  for (let last = 0; ; ) {
    for (let k = 0; k < ${spins} && Atomics.load(control, ${run}) === last; k++);
    Atomics.wait(control, ${run}, last);
    last = Atomics.load(control, ${run});
    if (!join()) continue;
    try {
      work();
    } catch (error) {
      fail(error);
    }
    if (Atomics.sub(control, ${gate}, 2) === 2) Atomics.notify(control, ${gate});
  }
};
if (typeof require === "function") require("node:worker_threads").parentPort.once("message", begin);
else onmessage = (event) => begin(event.data);
`;
