import { afterEach, beforeEach, expect, test } from "vitest";
import { BufferPool, type Storage } from "./buffers.ts";
import { threadHost } from "./thread-host.ts";
import { Threads, type PublishedModule, type Task } from "./threads.ts";
import { i32, load, ModuleBuilder, op, store } from "./wasm/assembler.ts";
import { WasmMemory } from "./wasm-memory.ts";

const mebibyte = 2 ** 20;
const taskLength = 4096;

let pool: BufferPool;
let threads: Threads;

beforeEach(() => {
  const host = { ...threadHost()!, count: 3 };
  pool = new BufferPool(new WasmMemory({ shared: true, source: host.makeMemory }));
  threads = new Threads(pool, host);
});

afterEach(() => {
  threads.stop();
});

/** Writes index * factor + k to element k of each task's part of an array; traps in task `bad`. */
function counting(factor: number, bad = -1): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const task = module.function(["i32", "i32"], [], (f, args, index) => {
    f.if(op("i32.eq", index, i32(bad)), () => {
      f.unreachable();
    });
    const start = op("i32.mul", index, i32(4 * taskLength));
    const to = f.let(op("i32.add", load("i32.load", args), start));
    const value = f.let(op("i32.mul", index, i32(factor)));
    const k = f.let(i32(0));
    f.for(k, i32(taskLength), 1, () => {
      f.do(store("i32.store", to, op("i32.add", value, k)));
      f.set(to, op("i32.add", to, i32(4)));
    });
    return [];
  });
  module.export("task", task);
  module.export("task1", task);
  return module.finish({ shared: true });
}

interface Ready {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly module: PublishedModule;
}

function publish(bytes: Uint8Array<ArrayBuffer>): Ready {
  return { bytes, module: threads.publish(bytes) };
}

function run({ bytes, module }: Ready, output: Storage, tasks: number, entry = 0): void {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory: pool.memory.memory },
  });
  const args = pool.takeScratch(8);
  pool.memory.views.i32[args.address / 4] = output.address;
  try {
    threads.run(module, instance.exports["task"] as Task, args.address, tasks, entry);
  } finally {
    pool.giveScratch(args);
  }
}

function isCounted(output: Storage, tasks: number, factor: number): boolean {
  const words = output.elements as Int32Array;
  for (let at = 0; at < tasks * taskLength; at++) {
    if (words[at] !== Math.floor(at / taskLength) * factor + (at % taskLength)) return false;
  }
  return true;
}

/** Has threads start, and waits until all of them are up. */
async function allUp(): Promise<void> {
  const output = pool.take("int32", 8 * taskLength);
  run(publish(counting(1)), output, 8);
  expect(isCounted(output, 8, 1)).toBe(true);
  pool.give(output);
  while (threads.count < 4) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("before threads are up, and without any, the caller does all tasks in order", () => {
  const output = pool.take("int32", 50 * taskLength);
  const kernel = publish(counting(3));
  expect(threads.count).toBe(1);
  run(kernel, output, 50);
  expect(isCounted(output, 50, 3)).toBe(true);
  const alone = new Threads(new BufferPool(), threadHost());
  const order: number[] = [];
  alone.run(alone.publish(counting(3)), (_, index) => order.push(index), 0, 5);
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

test("several threads do what one does", async () => {
  await allUp();
  const tasks = 300;
  const output = pool.take("int32", tasks * taskLength);
  const kernels = [7, 1000, -5].map((factor) => ({ factor, kernel: publish(counting(factor)) }));
  for (let turn = 0; turn < 30; turn++) {
    const { factor, kernel } = kernels[turn % 3]!;
    (output.elements as Int32Array).fill(-1);
    run(kernel, output, tasks, turn % 2);
    expect(isCounted(output, tasks, factor)).toBe(true);
  }
});

test("threads take part", async () => {
  await allUp();
  const output = pool.take("int32", 2000 * taskLength);
  const { module } = publish(counting(1));
  const args = pool.takeScratch(8);
  pool.memory.views.i32[args.address / 4] = output.address;
  let mine = 0;
  // The caller is slow and leaves its tasks undone.
  const slow = (): void => {
    mine += 1;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  };
  threads.run(module, slow, args.address, 2000);
  expect(mine).toBeGreaterThan(0);
  expect(mine).toBeLessThan(1000);
});

test("a trap in a thread is an error here, and the next run is fine", async () => {
  await allUp();
  const output = pool.take("int32", 64 * taskLength);
  const bad = publish(counting(1, 40));
  for (let turn = 0; turn < 10; turn++) expect(() => run(bad, output, 64)).toThrow(/unreachable/);
  const args = pool.takeScratch(8);
  pool.memory.views.i32[args.address / 4] = output.address;
  // Whatever the caller's part throws comes through as it is, with all threads at rest.
  const clumsy = (): void => {
    throw new TypeError("mine");
  };
  expect(() => threads.run(bad.module, clumsy, args.address, 64)).toThrow(/mine|unreachable/);
  const none = (): void => undefined;
  const everywhere = publish(new Uint8Array([0, 97, 115, 109]));
  expect(() => {
    for (let turn = 0; turn < 100; turn++) threads.run(everywhere.module, slowly(none), args.address, 64);
  }).toThrow(/CompileError/);
  run(publish(counting(9)), output, 64);
  expect(isCounted(output, 64, 9)).toBe(true);
});

/** Gives threads the time to take part. */
function slowly(task: Task): Task {
  return (args, index) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    task(args, index);
  };
}

test("memory grows, and arrays move, while threads sleep", async () => {
  await allUp();
  const holes = Array.from({ length: 8 }, () => pool.take("bool", 40 * mebibyte));
  for (const k of [0, 2, 4, 6]) pool.give(holes[k]!);
  const output = pool.take("int32", 100 * taskLength);
  const kernel = publish(counting(11));
  run(kernel, output, 100);
  expect(isCounted(output, 100, 11)).toBe(true);
  const { generation, epoch } = pool.memory;
  const large = pool.take("bool", 500 * mebibyte);
  expect(pool.memory.epoch).toBeGreaterThan(epoch);
  const behind = pool.take("int32", 200 * taskLength);
  run(publish(counting(13)), behind, 200);
  run(kernel, output, 100);
  expect(isCounted(behind, 200, 13) && isCounted(output, 100, 11)).toBe(true);
  expect(pool.memory.generation).toBe(generation);
  expect(threads.count).toBe(4);
  // A new memory means new threads.
  for (const storage of [large, holes[1]!, holes[3]!]) pool.give(storage);
  pool.trim();
  expect(pool.memory.generation).toBeGreaterThan(generation);
  expect(threads.count).toBe(1);
  expect(isCounted(behind, 200, 13)).toBe(true);
  await allUp();
  run(kernel, behind, 200);
  expect(isCounted(behind, 200, 11)).toBe(true);
});

test("kernels stay where threads find them when arrays are moved together", async () => {
  threads.stop();
  const host = { ...threadHost()!, count: 3 };
  pool = new BufferPool(new WasmMemory({ shared: true, pages: 160, source: host.makeMemory }));
  threads = new Threads(pool, host);
  await allUp();
  const first = pool.takeScratch(3 * mebibyte);
  const output = pool.take("int32", 64 * taskLength);
  const kernel = publish(counting(17));
  const rest = pool.takeScratch(2 * mebibyte);
  pool.giveScratch(first);
  const { address } = output;
  pool.takeScratch(5 * mebibyte);
  expect(output.address).toBeLessThan(address);
  for (let turn = 0; turn < 5; turn++) run(kernel, output, 64);
  expect(isCounted(output, 64, 17)).toBe(true);
  expect(rest.address).toBeLessThan(160 * 65536);
});

test("started on purpose, all threads are up before there is work", async () => {
  expect(threads.count).toBe(1);
  await threads.start();
  expect(threads.count).toBe(4);
});
