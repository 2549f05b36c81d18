import { describe, expect, test } from "vitest";
import type { CellError, OutputItem, WorkerToPage } from "../protocol.ts";
import { collectGarbage, initialize, memory } from "./engine-door.ts";
import { Evaluator } from "./evaluate.ts";

type Finished = Extract<WorkerToPage, { type: "finished" }>;

interface Ran {
  readonly items: readonly OutputItem[];
  readonly finished: Finished;
  /** Text, values and errors, one line each, as the reader sees them. */
  readonly shown: string;
}

function show(item: OutputItem): string {
  if (item.kind === "text" || item.kind === "value") return item.text.trimEnd();
  if (item.kind === "error") return `${item.error.name}: ${item.error.message}`;
  if (item.kind === "figure") return "(figure)";
  return item.kind === "timing" ? item.magic : `(${String(item.droppedCharacters)} characters left out)`;
}

/** A notebook on the CPU backend: cells run one after another, `readsAtOnce` says how arrays are read. */
function notebook(readsAtOnce = true) {
  const messages: WorkerToPage[] = [];
  const evaluator = new Evaluator(
    (message) => messages.push(message),
    () => readsAtOnce,
  );
  let runId = 0;
  const run = async (source: string): Promise<Ran> => {
    messages.length = 0;
    await evaluator.run({ runId: ++runId, cellId: `c${String(runId)}`, number: runId, source });
    const items = messages.flatMap((message) => (message.type === "output" ? message.items : []));
    const finished = messages.at(-1);
    if (finished?.type !== "finished") throw new Error("the run did not finish");
    return { items, finished, shown: items.map(show).join("\n") };
  };
  const runAll = async (...sources: string[]): Promise<Ran> => {
    let last: Ran | undefined;
    for (const source of sources) last = await run(source);
    if (last === undefined) throw new Error("nothing to run");
    return last;
  };
  return { evaluator, messages, run, runAll };
}

async function shownBy(...sources: string[]): Promise<string> {
  return (await notebook().runAll(...sources)).shown;
}

async function errorOf(...sources: string[]): Promise<CellError> {
  const { items } = await notebook().runAll(...sources);
  const item = items.find((each) => each.kind === "error");
  if (item?.kind !== "error") throw new Error("no cell failed");
  return item.error;
}

const jnp = 'import * as jax from "jax"\nimport * as jnp from "jax/numpy"\n';

describe("what a cell shows", () => {
  test.each<[string, string]>([
    ["1 + 1", "2"],
    ["a = 1", ""],
    ["null", ""],
    ["'text'", '"text"'],
    ["[80, 80]", "[80, 80]"],
    ["({ a: 1, 'b c': [true, null], f: () => 1 })", '{ a: 1, "b c": [true, null], f: <function f> }'],
    ["new Map([[1, 'x']])", 'Map { 1 => "x" }'],
    ["new Set()", "Set {}"],
    ["new Float32Array([1, 2.5])", "Float32Array [1, 2.5]"],
    ["class Point { x = 1 }\nnew Point()", "Point { x: 1 }"],
    ["10n", "10n"],
    ["const o: any = {}; o.self = o; o", "{ self: <cycle> }"],
    ["Array.from({ length: 102 }, (_, i) => i).length", "102"],
    ["print(1, 'two', [3, 'four'])", '1 two [3, "four"]'],
    ["print('a')\nprint('b')\n'c'", 'a\nb\n"c"'],
    ["display([1])\n2", "[1]\n2"],
    ["x = jnp.asarray([1.0, 3.2, -1.5])", ""],
    ["jnp.asarray([1.0, 3.2, -1.5])", "Array([ 1. ,  3.2, -1.5], dtype=float32)"],
    ["print(jnp.asarray([1.0, 3.2, -1.5]))", "[ 1.   3.2 -1.5]"],
    ["[jnp.ones(1), jnp.zeros(1)]", "[Array([1.], dtype=float32), Array([0.], dtype=float32)]"],
    ["x = jnp.ones(3); 3*x + x**2 - -x", "Array([5., 5., 5.], dtype=float32)"],
    ["x = jnp.arange(4); x[1] + x[-1]", "Array(4, dtype=int32)"],
    ["x = jnp.arange(4); x['1:3']", "Array([1, 2], dtype=int32)"],
    ["x = jnp.zeros(2); x.at[0].set(1)", "Array([1., 0.], dtype=float32)"],
    ["x = jnp.zeros(2); s = x; s += 2.0; s", "Array([2., 2.], dtype=float32)"],
    ["x = jnp.ones(2); x.shape[0]", "2"],
    ["jnp.ones([80]).shape", "(80,)"],
    ["[jnp.ones([80, 80]).shape, [80, 80]]", "[(80, 80), [80, 80]]"],
    ["jnp.ones([]).shape", "()"],
    ["if (jnp.sum(jnp.ones(2)) > 1) print('yes')", "yes"],
    ["10.0 * jnp.ones(1)", "Array([10.], dtype=float32)"],
    ["jnp.full(1, 10.0)", "Array([10.], dtype=float32, weak_type=True)"],
    ["print(10.0)", "10.0"],
    ["x = jnp.ones(2); y = x[':'] + x['...']; x", "Array([1., 1.], dtype=float32)"],
    ["jnp", "<module jax/numpy>"],
    ["`mean ${jnp.mean(jnp.ones(2))} of ${jnp.ones(2)}`", '"mean 1.0 of [1. 1.]"'],
  ])("%s", async (source, expected) => {
    expect(await shownBy(jnp, source)).toBe(expected);
  });

  test("arrays that are read later keep their place", async () => {
    const { run } = notebook(false);
    await run(jnp);
    const { shown } = await run("print(1)\nprint(jnp.ones(1), 'and', jnp.ones(2))\nprint(2)\njnp.zeros(1)");
    expect(shown).toBe("1\n[1.] and [1. 1.]\n2\nArray([0.], dtype=float32)");
  });
});

describe("names across cells", () => {
  test("jit bakes a global in when it traces, and reads it anew on a new shape", async () => {
    const { run } = notebook();
    const results: string[] = [];
    for (const source of [
      jnp,
      "a = 1\nconst f = jax.jit((x) => a + x)",
      "f(jnp.ones(2))",
      "a = 42\nf(jnp.ones(2))",
      "f(jnp.ones(3))",
      "f(jnp.ones(2))",
    ])
      results.push((await run(source)).shown);
    expect(results.slice(2).map((text) => /\d+/.exec(text)?.[0])).toEqual(["2", "2", "43", "2"]);
  });

  test("the page learns what a cell reads and writes", async () => {
    const { finished } = await notebook().runAll(jnp, "x = jnp.ones(2)", "y = x + 1");
    expect([finished.reads, finished.writes]).toEqual([["x"], ["y"]]);
  });
});

describe("errors", () => {
  test.each<[string[], string, string, string | undefined, string]>([
    [["x = jnp.zeros(3)\n\nx[0] = 1"], "TypeError", "JAX arrays are immutable", undefined, "3:2"],
    [["Z = [[1, 2]]\nZ[0, 1]"], "TypeError", "not tuple", "[0][1]", "2:2"],
    [["Z = jnp.zeros([2, 2])\nZ[0, 1] = 3"], "TypeError", "JAX arrays are immutable", undefined, "2:2"],
    [
      ["const f = jax.jit((x) => {\n  if (x > 0) return x\n  return -x\n})\nf(1.0)"],
      "TracerBoolConversionError",
      "boolean conversion",
      undefined,
      "2:7",
    ],
    [["if (jnp.ones(3)) 1"], "ValueError", "ambiguous", undefined, "1:5"],
    [["len([1])"], "ReferenceError", "len is not defined", "length", "1:1"],
    [['import * as sp from "scipy"'], "ModuleNotFoundError", "scipy", "no SciPy", "1:21"],
    [['import * as j from "jax.numpy"'], "ModuleNotFoundError", "jax.numpy", '"jax/numpy"', "1:20"],
    [['import { nothing } from "jax"'], "ImportError", "nothing", undefined, "1:10"],
    [["throw 3"], "Uncaught", "3", undefined, ""],
    [["const x = 5\nx.y.z"], "TypeError", "undefined (reading 'z')", undefined, "2:5"],
  ])("%s", async (cells, name, message, hint, place) => {
    const error = await errorOf(jnp, ...cells);
    expect(error.name).toBe(name);
    expect(error.message).toContain(message);
    if (hint !== undefined) expect(error.hint).toContain(hint);
    const [frame] = error.frames;
    expect(frame === undefined ? "" : `${String(frame.line)}:${String(frame.column)}`).toBe(place);
  });

  test("a shape mismatch three calls deep names every cell on the way", async () => {
    const error = await errorOf(
      jnp,
      "const inner = (x, y) => {\n  return x + y\n}",
      "function outer(x) {\n  return inner(x, jnp.ones(3))\n}",
      "a = 1\nouter(jnp.ones(2))",
    );
    expect(error.frames.map(({ cellId, line, functionName }) => [cellId, line, functionName])).toEqual([
      ["c2", 2, "inner"],
      ["c3", 2, "outer"],
      ["c4", 2, undefined],
    ]);
  });

  test("the notebook goes on after an error, and keeps what ran before it", async () => {
    expect(await shownBy("a = 5; throw new Error('x')", "a")).toBe("5");
  });

  test("what was printed before an error stays", async () => {
    expect(await shownBy("print('before'); throw new Error('x')")).toBe("before\nError: x");
  });
});

describe("magics", () => {
  test("%time shows its time and then the value", async () => {
    expect(await shownBy(jnp, "%time jnp.sum(jnp.ones(3)).block_until_ready()")).toBe(
      "%time\nArray(3., dtype=float32)",
    );
  });

  test("%%time measures the cell", async () => {
    const { items } = await notebook().runAll(
      "%%time\nawait new Promise((done) => setTimeout(done, 30))\n'end'",
    );
    expect(items.map(show)).toEqual(["%%time", '"end"']);
    const [item] = items;
    expect(item?.kind === "timing" && item.timing.wallMs).toBeGreaterThanOrEqual(25);
  });

  test("%timeit repeats within its budget", async () => {
    const { items, finished } = await notebook().runAll("%timeit Math.sqrt(2)");
    const [item] = items;
    if (item?.kind !== "timing") throw new Error("no timing");
    expect(item.loops).toBeGreaterThan(100);
    expect(item.bestMs).toBeLessThanOrEqual(item.meanMs ?? 0);
    expect(finished.timing.wallMs).toBeLessThan(6000);
  });
});

describe("Stop", () => {
  test.each([
    "a = 7; while (true) { b = 1 }",
    "a = 7; for (;;) await new Promise((done) => setTimeout(done, 1))",
    "a = 7; await new Promise(() => {})",
    "a = 7; try { while (true) {} } finally { c = 1 }",
  ])("%s ends and keeps its variables", async (source) => {
    const { evaluator, run } = notebook();
    setTimeout(() => evaluator.interrupt(), 80);
    const { finished } = await run(source);
    expect(finished.status).toBe("interrupted");
    expect((await run("a")).shown).toBe("7");
  });

  test("output appears while a loop runs", async () => {
    const { evaluator, messages, run } = notebook();
    const seen = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const early = messages.some((message) => message.type === "output");
        if (!early) return;
        clearInterval(timer);
        evaluator.interrupt();
        resolve();
      }, 5);
    });
    const { finished } = await run("while (true) print('tick')");
    await seen;
    expect(finished.status).toBe("interrupted");
  });
});

describe("memory", () => {
  test("the lecture's function leaves its argument alone on the device", async () => {
    await initialize("cpu");
    await collectGarbage();
    const { run, runAll } = notebook();
    await runAll(
      jnp,
      "function f(x) {\n  const a = 3*x + jnp.sin(x) + jnp.cos(x**2) - jnp.cos(2*x) - x**2 * 0.4 * x**1.5\n  return jnp.sum(a)\n}",
    );
    const before = memory().liveBytes;
    await run("n = 1_000_000\nx = jnp.ones(n)");
    const size = 4_000_000;
    const peak = memory().peakBytes;
    const { shown } = await run("f(x)");
    expect(shown).toContain("Array(");
    expect(memory().liveBytes - before).toBeLessThan(size + 1000);
    expect(memory().peakBytes - Math.max(peak, before)).toBeLessThanOrEqual(5 * size);
  });

  test("an array captured by a trace is not freed with the block that made it", async () => {
    const source =
      "const f = jax.jit((x) => {\n  const c = jnp.arange(3)\n  const d = c * 2\n  return x + d\n})";
    expect(await shownBy(jnp, source, "f(jnp.ones(3))", "f(jnp.zeros(3))")).toBe(
      "Array([0., 2., 4.], dtype=float32)",
    );
  });
});
