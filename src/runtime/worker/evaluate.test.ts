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

const both = `${jnp}import * as np from "numpy"\n`;

describe("NumPy beside JAX", () => {
  test.each<[string, string]>([
    ["a = np.linspace(0, 1, 3); a[0] = 1; a", "array([1. , 0.5, 1. ])"],
    ["print(np.ones(2), np.float64(2))", "[1. 1.] 2.0"],
    ["np", "<module numpy>"],
    ["jnp.ones(2) + np.arange(2)", "Array([1., 2.], dtype=float32)"],
    ["np.ones(2) * jnp.ones(2)", "Array([1., 1.], dtype=float32)"],
    ["np.float64(3) * jnp.ones(2)", "Array([3., 3.], dtype=float32)"],
    ["a = np.zeros(2); a += jnp.ones(2); a", "array([1., 1.])"],
    ["a = np.zeros(2); b = a; a -= 1; b", "array([-1., -1.])"],
    ["a = [np.zeros(2)]; b = a[0]; a[0] += 1; b", "array([1., 1.])"],
    ["jnp.asarray(np.arange(3))", "Array([0, 1, 2], dtype=int32)"],
    ["jnp.array([np.float64(1), np.float64(2)])", "Array([1., 2.], dtype=float32)"],
    ["jnp.full(2, np.log(10))", "Array([2.3025851, 2.3025851], dtype=float32)"],
    ["jnp.stack([np.ones(1), jnp.zeros(1)]).shape", "(2, 1)"],
    ["jnp.ones(2).dot(np.ones(2))", "Array(2., dtype=float32)"],
    ["jnp.zeros(3).at[np.array([0, 2])].set(np.array([1, 2]))", "Array([1., 0., 2.], dtype=float32)"],
    ["jnp.arange(4)[np.array([3, 0])]", "Array([3, 0], dtype=int32)"],
    ["jnp.arange(4)[np.argmax([1, 5, 2])]", "Array(1, dtype=int32)"],
    ["jax.jit((x) => x + 1)(np.ones(2))", "Array([2., 2.], dtype=float32)"],
    ["jax.grad((x) => x**2)(np.float64(3))", "Array(6., dtype=float32)"],
    ["jnp.allclose(jnp.ones([2, 2]), np.ones([2, 2]))", "Array(True, dtype=bool)"],
    ["np.asarray(jnp.ones(2)) + 1", "array([2., 2.], dtype=float32)"],
    ["x = jnp.ones(2); a = np.array(x); a[0] = 5; x", "Array([1., 1.], dtype=float32)"],
    ["a = np.ones(2); x = jnp.asarray(a); a[0] = 5; x", "Array([1., 1.], dtype=float32)"],
    ["[1, 2, 3][np.argmin([3, 1, 2])]", "2"],
    ["z = np.empty([2, 2]); z[0, 1] = jnp.ones(2)[0] * 3; z", "array([[0., 3.],\n       [0., 0.]])"],
    ["const Z = jnp.arange(6).reshape(2, 3); Z[1, 2], Z[0, ':'].shape", "(Array(5, dtype=int32), (3,))"],
    ["[...jnp.arange(2)].map((v) => v * 2)", "[Array(0, dtype=int32), Array(2, dtype=int32)]"],
    [
      "a = jnp.array([2, 1]); a_new = a.sort(); a, a_new",
      "(Array([2, 1], dtype=int32), Array([1, 2], dtype=int32))",
    ],
    [
      "a = jnp.ones(1); b = a; [id(a) === id(b), id(a) === id(jnp.ones(1)), id(1) === id(1)]",
      "[true, false, true]",
    ],
    ["type(jnp.ones(1)), type(np.ones(1))", "(jaxlib.xla_extension.ArrayImpl, numpy.ndarray)"],
    ["print(type(np.ones(1)[0]))", "<class 'numpy.float64'>"],
    ["type(1) === type(2), type(1.5), type(2.0), type('s'), type([1])", "(true, float, float, str, list)"],
    ["const g = (beta = β) => beta * jnp.ones(1); β = 0.5\njax.jit(g)()", "Array([0.5], dtype=float32)"],
    ["key = jax.random.PRNGKey(1)\n[key, subkey] = jax.random.split(key)\nsubkey.shape", "(2,)"],
    ["if (np.sum([1]) > 0 && !np.bool_(0)) print('yes')", "yes"],
    ["!webgpu-smi\nprint('after')", ""],
  ])("%s", async (source, expected) => {
    const shown = await shownBy(both, source);
    if (source.startsWith("!")) expect(shown).toMatch(/FUSEBOOK-SMI[\s\S]*after$/);
    else expect(shown).toBe(expected);
  });

  test.each<[string, string, string]>([
    ["jnp.zeros([2, 2])[0, 1] = 1", "TypeError", "JAX arrays are immutable"],
    ["[...jnp.float32(1)]", "TypeError", "iteration over a 0-d array"],
    ["jax.jit((x) => np.sum(x))(jnp.ones(2))", "TracerArrayConversionError", "__array__()"],
    ["np.zeros(2)[5] = 1", "IndexError", "index 5 is out of bounds for axis 0 with size 2"],
    ["np.ones(2).shape[0, 1]", "TypeError", "not tuple"],
    ["np.array('text')", "TypeError", "'text'"],
  ])("%s is an error", async (source, name, message) => {
    const error = await errorOf(both, source);
    expect(error.name).toBe(name);
    expect(error.message).toContain(message);
  });

  test("the lecture's double loop fills an array and leaves no memory behind", async () => {
    const { run, runAll } = notebook();
    await runAll(
      both,
      "f = jax.jit((x, y) => jnp.cos(x**2 + y**2) / (1 + x**2 + y**2))\nn = 20\nx = jnp.linspace(-2, 2, n)\ny = x\nz = np.empty([n, n])\nz[0, 0] = f(x[0], y[0]);",
    );
    await collectGarbage();
    const { liveBytes, peakBytes } = memory();
    await run("for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) z[i, j] = f(x[i], y[j]);");
    expect(memory().peakBytes).toBeLessThan(Math.max(peakBytes, liveBytes + 4096));
    expect(memory().liveBytes).toBeLessThanOrEqual(liveBytes);
    const { shown } = await run("[xm, ym] = jnp.meshgrid(x, y)\njnp.allclose(f(xm, ym), z)");
    expect(shown).toBe("Array(True, dtype=bool)");
  });

  test("a loop over a NumPy array can be stopped", async () => {
    const { evaluator, run } = notebook();
    await run(`${both}f = jax.jit((x) => x + 1); z = np.zeros([2, 2]); x = jnp.ones(2)`);
    setTimeout(() => evaluator.interrupt(), 80);
    const { finished } = await run("while (true) z[0, 1] = f(x[1])");
    expect(finished.status).toBe("interrupted");
    expect((await run("z")).shown).toBe("array([[0., 2.],\n       [0., 0.]])");
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

  test.each<[string, string]>([
    [
      "const [y, pull] = jax.vjp((v) => { const a = v * 2; return jnp.sin(a) * a }, jnp.ones(2) * 0.5)\npull(jnp.ones(2))",
      "[Array([2.7635465, 2.7635465], dtype=float32)]",
    ],
    [
      "const [y, push] = jax.linearize((v) => { const a = jnp.exp(v) + 1; return a * a }, jnp.zeros(2) + 0)\npush(jnp.ones(2)) + push(jnp.ones(2))",
      "Array([8., 8.], dtype=float32)",
    ],
    [
      "const c = jnp.arange(2.0)\nconst f = (v) => { const d = c * 2; const e = d + v; return jnp.sum(e * d) }\njax.grad(f)(jnp.ones(2)) + jax.jit(jax.grad(f))(jnp.ones(2) * 2)",
      "Array([0., 4.], dtype=float32)",
    ],
    [
      "const xs = jnp.arange(3.0)\nconst g = jax.vmap((v) => { const a = xs * 2; const b = a * v; return jnp.sum(b) })\ng(xs + 1) + g(xs + 1)",
      "Array([12., 24., 36.], dtype=float32)",
    ],
    [
      "const h = jax.jit((v) => v * 3); const x = jnp.arange(3.0)\njax.grad((v) => { const a = h(v[1]); return a * h(v[0]) })(x + 1) * 1",
      "Array([18.,  9.,  0.], dtype=float32)",
    ],
  ])("transformations keep what their functions hold: %s", async (source, expected) => {
    expect(await shownBy(jnp, source)).toBe(expected);
    expect(await shownBy(jnp, source, source.split("\n").at(-1) ?? "")).toBe(expected);
  });

  test("an array captured by a trace is not freed with the block that made it", async () => {
    const source =
      "const f = jax.jit((x) => {\n  const c = jnp.arange(3)\n  const d = c * 2\n  return x + d\n})";
    expect(await shownBy(jnp, source, "f(jnp.ones(3))", "f(jnp.zeros(3))")).toBe(
      "Array([0., 2., 4.], dtype=float32)",
    );
  });
});
