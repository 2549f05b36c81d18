import { describe, expect, test } from "vitest";
import { Float, ToyNotebook, ToyTuple, Vector } from "./toy-runtime.ts";

async function valueOf(...cells: string[]): Promise<unknown> {
  const notebook = new ToyNotebook();
  let value: unknown;
  for (const cell of cells) value = await notebook.run(cell);
  return value;
}

const jnp = 'import * as jnp from "jax/numpy";\n';

/** The numbers of a vector, read back; anything else as it is. */
async function numbers(...cells: string[]): Promise<unknown> {
  const value = await valueOf(jnp, ...cells);
  return value instanceof Vector ? value.values : value;
}

describe("plain TypeScript means what it always meant", () => {
  test.each<[string, unknown]>([
    ["1 + 2 * 3 ** 2", 19],
    ["'a' + 1", "a1"],
    ["const n = 5; n % 3", 2],
    ["-(2 ** 2)", -4],
    ["function f() { return 7 }\n(f(), f()) + 1", 8],
    ["let s = 0; for (let i = 0; i < 4; i++) s += i; s", 6],
    ["let s = 0\nfor (const x of [1, 2, 3]) { s += x }\ns", 6],
    ["let i = 0; const a = [i++, i++, ++i, i--]; a", [0, 1, 3, 3]],
    ["const o = { n: 1 }; o.n++; o.n += 5; o['n'] *= 2; o.n", 14],
    ["const o = { n: 1 }; const a = [o.n++, o.n, ++o['n'], o['n']--, o.n]; a", [1, 2, 3, 3, 2]],
    ["const f = (x: number): number => x! as number; f(4)", 4],
    ["function f<T>(x: T, y?: number): T { return x }\nf<string>('q')", "q"],
    ["interface A { x: number }\ntype B = A | null\nconst b: B = { x: 1 }\nb.x", 1],
    [
      "class P { private readonly x: number = 1; y?: number; static z = 3; get w(): number { return this.x + P.z } }\nnew P().w",
      4,
    ],
    [
      "abstract class Q<T> { abstract f(): T; g(): number { return 1 } }\nclass R extends Q<number> implements Object { f() { return 2 } }\nnew R().f() + new R().g()",
      3,
    ],
    ["class C { #n = 1; add(k: number) { this.#n += k; return this.#n } }\nnew C().add(3)", 4],
    ["const { a, b: { c = 3 } = {}, ...rest } = { a: 1, d: 4 } as any; [a, c, rest.d]", [1, 3, 4]],
    ["let [p, , q = 9] = [1, 2]; [p, q]", [1, 9]],
    ["let a = 1, b = 2; [a, b] = [b, a]; [a, b]", [2, 1]],
    ["const t = [1, 2]; [t[0], t[1]] = [t[1], t[0]]; t", [2, 1]],
    ["const x = 3; x > 2 ? 'big' : 'small'", "big"],
    ["0 || 'x'", "x"],
    ["const e = ''; e && 'x'", ""],
    ["const e = null; e ?? 'd'", "d"],
    ["let a: any = 0; a ||= 5; a &&= 6; a ??= 7; a", 6],
    ["const o: any = { a: [10, 20] }; o?.a[1]", 20],
    ["const o: any = null; [o?.a[1], o?.[0], o?.a.b[2].c]", [undefined, undefined, undefined]],
    ["const o: any = { f: [function () { return this.length }] }; o.f[0]()", 1],
    ["const m = new Map([[1, 2]]); m.get(1)", 2],
    ["typeof nothing", "undefined"],
    ["const n = 1; typeof n", "number"],
    ["const o: any = { a: 1 }; delete o['a']; 'a' in o", false],
    ["`${1 + 1}-${'x'}`", "2-x"],
    ["try { throw new Error('e') } catch (error: any) { error.message }", undefined],
    ["function g() { return this }\ng()", undefined],
    ["const f = () => 1; f.name", "f"],
    ["f = function () {}; f.name", "f"],
    ["const K = class {}; K.name", "K"],
    ["h(2); function h(x: number) { return x * 10 }\nh(3)", 30],
    ["label: for (const x of [1, 2]) { for (;;) { continue label } }\n'done'", "done"],
    ["let n = 0; do n++; while (n < 3)\nn", 3],
    ["var v = 1; { var v = 2 }\nv", 2],
    ["switch (2) { case 2: w = 'two'; break; default: w = 'other' }\nw", "two"],
    ["const s = 'abc'; s[1]", "b"],
    ["[...'ab'].map((c, i) => c + i)", ["a0", "b1"]],
    ["const f = (...xs: number[]) => xs.length; f(...[1, 2, 3])", 3],
    ["await Promise.resolve(5)", 5],
    ["const f = async () => (await Promise.resolve(2)) + 1; await f()", 3],
    ["function* g() { yield 1; yield 2 }\n[...g()]", [1, 2]],
    ["const x = 1_000; x", 1000],
    ["export const shared = 4; shared", 4],
    ["const d = new Date(86400000); d.getTime() / 1000", 86400],
    ["10n ** 2n", 100n],
    ["new (class { v = 2 })().v", 2],
    ["const $ = 3; const $s = 4; $ + $s", 7],
    ["const o = { x: 1, get y() { return 2 }, z() { return 3 } }; o.x + o.y + o.z()", 6],
    ["const x = 5; const o = { x }; o.x", 5],
    ["const a = 5\n;(() => { b = 6 })\nvar b = 0\na", 5],
    ["x = 1; x == null", false],
    ["a = 1 // comment\nb = 2 /* more */\na + b", 3],
    ["", undefined],
    ["// only a comment", undefined],
  ])("%s", async (source, expected) => {
    expect(await valueOf(source)).toEqual(expected);
  });
});

describe("the value of a cell", () => {
  test.each<[string, unknown]>([
    ["3;", 3],
    ["a = 3", undefined],
    ["a = 3\na", 3],
    ["let i = 1; i++", undefined],
    ["if (true) { 3 }", undefined],
    ["3\ntype T = number", 3],
    ["3\nfunction f() {}", undefined],
    ["({ a: 1 })", { a: 1 }],
    ["Promise.resolve(8)", 8],
  ])("%s", async (source, expected) => {
    expect(await valueOf(source)).toEqual(expected);
  });
});

describe("tuples", () => {
  const toy = 'import * as jnp from "jax/toy";\ng = jnp.grid()';

  test.each<[string, unknown]>([
    ["g[1, 2] = 7\ng[1, 2]", 7],
    ["g[0, 1 + 1] = 4; i = 0; j = 2; g[i, j]", 4],
    ["g[(0, 2)] = 3; g[0, 2] + g[0, 2]", 6],
    ["g[1, 1] = 2; g[1, 1] += 5; g[1, 1]", 7],
    ["g[1, 1] = 2; g[1, 1]++; g[1, 1]", 3],
    ["o = { g }; o.g[0, 0] = 9; o?.g && o.g[0, 0]", 9],
    ["[g[0, 0], g[0, 1]] = [5, 6]; [g[0, 0], g[0, 1]]", [5, 6]],
    ["g[0, 0] = (x) => x; typeof g[0, 0]", "number"],
  ])("%s", async (source, expected) => {
    expect(await valueOf(toy, source)).toEqual(expected);
  });

  test.each(["l = [[1, 2]]; l[0, 1]", "l = [[1, 2]]; l[0, 1] = 3", "l = [[1, 2]]; l[0, 1]()"])(
    "%s is an error for a list",
    async (source) => {
      await expect(valueOf(source)).rejects.toThrow("not tuple");
    },
  );

  test.each<[string, unknown[]]>([
    ["a = 1; b = 2\na, b", [1, 2]],
    ["a = 1\n(a, a + 1, [a])", [1, 2, [1]]],
    ["Math.max(1, 2), 'x'", [2, "x"]],
    ["1, 2\ntype T = number", [1, 2]],
  ])("%s shows a tuple", async (source, items) => {
    const value = await valueOf(source);
    expect(value).toBeInstanceOf(ToyTuple);
    expect((value as ToyTuple).items).toEqual(items);
  });

  test("assignments with commas between stay what they are", async () => {
    expect(await valueOf("let a, b\na = f(), b = f()\nfunction f() { return 3 }", "a + b")).toBe(6);
  });
});

describe("names live across cells", () => {
  test("a function sees a later rebinding", async () => {
    const f = "const f = (x) => x + a";
    expect(await valueOf("a = 1", f, "a = 42", "f(1)")).toBe(43);
    expect(await valueOf("const a = 1", f, "let a = 42", "f(1)")).toBe(43);
  });

  test("any declaration may be repeated in another cell, as another kind", async () => {
    expect(await valueOf("const f = 1", "function f() { return 2 }", "class f {}", "let f = 3", "f")).toBe(3);
  });

  test("a loop variable and a parameter stay local", async () => {
    expect(await valueOf("x = 1", "for (let x = 5; x < 6; x++) {}\n((x) => x)(9)\nx")).toBe(1);
  });

  test("a function may assign to a name of the notebook", async () => {
    expect(await valueOf("let n = 1", "function bump() { n = n + 1; n += 1; n++ }\nbump()", "n")).toBe(4);
  });

  test("an unknown name is a ReferenceError", async () => {
    await expect(valueOf("missing + 1")).rejects.toThrow(new ReferenceError("missing is not defined"));
  });

  test("a JavaScript global can be taken over", async () => {
    expect(await valueOf("const Map = 3", "Map + 1")).toBe(4);
  });

  test.each<[string, string[], string[]]>([
    ["y = x + 1", ["x"], ["y"]],
    ["const x = 1; x", [], ["x"]],
    ["x = x + 1", ["x"], ["x"]],
    ["x += 1", ["x"], ["x"]],
    ["if (c) x = 1\nx", ["c", "x"], ["x"]],
    ["const f = (x) => x + a", ["a"], ["f"]],
    ["f(2); function f(q) { return q * Math.PI * k }", ["k"], ["f"]],
    ['import * as jnp from "jax/numpy"; jnp.ones(3)', [], ["jnp"]],
    ["const { a, b: [c] } = d", ["d"], ["a", "b", "c"].filter((name) => name !== "b")],
    ["for (let i = 0; i < n; i++) s = i", ["n"], ["s"]],
    ["class A { m() { return B } }", ["B"], ["A"]],
  ])("reads and writes of %s", (source, reads, writes) => {
    const cell = new ToyNotebook().transform(source);
    expect([cell.reads, cell.writes]).toEqual([reads, writes]);
  });
});

describe("arrays", () => {
  test.each<[string, unknown]>([
    ["const x = jnp.vector([1, 2]); 3*x + x**2 - x/2 + -x % 2", [2.5, 9]],
    ["x = jnp.vector([1, 2, 3]); x[1]", [2]],
    ["x = jnp.vector([1, 2]); s = x; s += 10; s", [11, 12]],
    ["x = jnp.vector([1, 2]); o = { x }; o.x *= 2; o['x'] -= 1; o.x", [1, 3]],
    ["x = jnp.vector([1, 5]); x > 2", [0, 1]],
    ["x = jnp.vector([5]); x > 2 && 'yes'", "yes"],
    ["x = jnp.vector([1]); x > 2 || 'no'", "no"],
    ["x = jnp.vector([1]); !(x > 2)", true],
    ["x = jnp.vector([1]); if (x > 2) r = 1; else r = 2\nr", 2],
    ["let x = jnp.vector([3]); let n = 0; while (x > 0) { x = x - 1; n++ }\nn", 3],
    ["[key, subkey] = jnp.vector([1, 2]); key + subkey", [3]],
    ["key = jnp.vector([1, 2])\n[key, subkey] = key\nsubkey", [2]],
    ["const f = (x) => { const [p, q] = x; return p - q }; f(jnp.vector([5, 3]))", [2]],
    ["import { linalg } from 'jax/numpy'; linalg.sum(jnp.ones(3))", [3]],
    ["import numpy from 'jax/numpy'; numpy.ones(2) as any", [1, 1]],
    ["const { ones } = await import('jax/numpy'); ones(1)", [1]],
  ])("%s", async (source, expected) => {
    expect(await numbers(source)).toEqual(expected);
  });

  test("assigning to an element is refused by the helper", async () => {
    await expect(numbers("x = jnp.ones(2); x[0] = 1")).rejects.toThrow("immutable");
    await expect(numbers("x = jnp.ones(2); x[0] += 1")).rejects.toThrow("immutable");
    await expect(numbers("x = jnp.ones(2); [x[0]] = [1]")).rejects.toThrow("immutable");
  });
});

describe("float literals", () => {
  const probe = "function probe(x: any) { return x }\n";
  test.each<[string, unknown]>([
    ["probe(10.0)", new Float(10)],
    ["probe(-2.)", new Float(-2)],
    ["probe([1.0, 2.5, [3.0]])", [new Float(1), 2.5, [new Float(3)]]],
    ["probe({ a: 1.0, b: 2 })", { a: new Float(1), b: 2 }],
    ["probe(10)", 10],
    ["probe(1e3)", 1000],
    ["const x = 10.0; x", 10],
    ["Math.max(10.0, 3)", 10],
    ["[10.0][0]", 10],
    ["n = 4; n * 2.0", 8],
  ])("%s", async (source, expected) => {
    expect(await valueOf(probe, source)).toEqual(expected);
  });

  test.each<[string, string]>([
    ["x * 2.0", "$.mul($s.x, $.float(2.0))"],
    ["-1.0 - x", "$.sub($.float(-1.0), $s.x)"],
    ["2.0 * 3", "2.0 * 3"],
    ["x < 2.0", "$.lt($s.x, 2.0)"],
    ["x **= 2.0", "$s.x = $.powTo($s.x, $.float(2.0))"],
    ["new Thing(1.0)", "new ($s.Thing)(1.0)"],
  ])("%s becomes %s", (source, expected) => {
    expect(new ToyNotebook().transform(source).code).toContain(expected);
  });
});

describe("temporaries are released", () => {
  /** How many vectors are left when a cell has run, the ones it means to keep among them. */
  async function liveAfter(source: string): Promise<number> {
    const notebook = new ToyNotebook();
    await notebook.run(jnp);
    await notebook.run(source);
    return notebook.live;
  }

  test.each<[string, number]>([
    ["x = jnp.ones(3); y = 3*x + jnp.sin(x) + jnp.sin(x**2) - x**2 * 0.4 * x**1.5", 2],
    ["x = jnp.ones(3); y = -(x * 2)", 2],
    ["x = jnp.ones(3); y = (x + x).sum()", 2],
    ["x = jnp.ones(3); y = (x + x).reshape()", 2],
    ["x = jnp.ones(3); y = x[0] * x[1] + 1", 2],
    ["xs = [jnp.ones(3), jnp.ones(3)]; y = xs[0] * xs[1]", 3],
    ["x = jnp.ones(3); jnp.sin(x);\nx * 2;\n0", 1],
    ["x = jnp.ones(3); y = jnp.keep(x) * 2", 2],
    ["x = jnp.ones(3); y = jnp.sin(jnp.keep(x))", 2],
    ["x = jnp.ones(3); y = jnp.keep(x * 2)", 2],
    ["x = jnp.ones(3); f = (v) => { const a = 3*v + 1; return jnp.sin(a) }; y = f(x)", 2],
    ["x = jnp.ones(3); f = (v) => { const a = 3*v + 1; return a }; y = f(x)", 2],
    [
      "x = jnp.ones(3); f = (v) => { let a = v * 1; for (let i = 0; i < 5; i++) { const z = jnp.sin(a); a = a + z } return jnp.sin(a) }; y = f(x)",
      2,
    ],
    ["x = jnp.ones(3); f = (v) => { let a = v; a = a * 2; a += 1; a = v; return a + 0 }; y = f(x)", 2],
    ["x = jnp.ones(3); f = (v) => { const a = v * 2; const b = a; return b }; y = f(x) * 1; y = y + 1", 4],
    ["x = jnp.ones(3); f = (v) => { const a = v * 2; return () => a }; y = f(x)() + 1", 3],
    [
      "x = jnp.ones(3); f = (v) => { const a = v * 2; if (v.size > 2) return a.sum(); return a.sum() }; y = f(x)",
      2,
    ],
    [
      "x = jnp.ones(3); f = (v) => { const a = v * 2; throw jnp.sin(a) }; try { f(x) } catch (e) { y = e }",
      2,
    ],
    ["x = jnp.ones(3); for (const k of [1, 2, 3]) { const t = x * k; y = t + 1 }", 4],
    ["x = jnp.ones(3); jnp2 = { sin: (v) => v }; y = jnp2.sin(x) * 2; z = jnp2.sin(x)", 2],
    ["x = jnp.ones(3); print(x * 2); print(x)", 1],
    ["x = jnp.ones(3); print = (v) => v; print(x * 2)", 2],
    ["f = (jnp, v) => jnp.sin(v) + 1; x = jnp.ones(1); y = f({ sin: (v) => v }, x)", 2],
    ["x = jnp.ones(3); y = (await Promise.resolve(x)) + jnp.sin(x)", 3],
    // A compiled function keeps none of its arguments; what it gives may be freed once it is stored.
    ["x = jnp.ones(3); f = jnp.jit((v) => v + 1); y = f(x[0])", 2],
    ["x = jnp.ones(3); f = jnp.jit((v, w) => v + w); g = jnp.grid(); g[0, 1] = f(x[0], x[1])", 1],
    ["x = jnp.ones(3); f = jnp.jit((v) => v + 1); xs = [x]; y = f(xs[0]); z = xs[0] + 1", 3],
    ["x = jnp.ones(3); f = jnp.jit((v) => v + 1); g = jnp.grid(); v = g[0, 0] = f(x); w = v + 1", 3],
    ["x = jnp.ones(3); f = jnp.jit((v) => v + 1); g = jnp.grid(); v = f(x); g[0, 0] = v; w = v + 1", 3],
    [
      "x = jnp.ones(3); kept = 0; f = (v) => { kept = v; return v }; g = jnp.grid(); g[0, 1] = f(x[0]); w = kept + 1",
      3,
    ],
    ["x = jnp.ones(3); g = jnp.grid(); g[0, 1] = x * 2", 1],
    ["x = jnp.ones(3); xs = []; xs[0] = x * 2; y = xs[0] + 1", 3],
    ["x = jnp.ones(3); y = jnp.sin(x[0])", 2],
    ["x = jnp.ones(3); xs = [x]; y = jnp.sin(xs[0])", 2],
  ])("%s leaves %i", async (source, expected) => {
    expect(await liveAfter(source)).toBe(expected);
  });

  test("the cell says whether its value is a temporary", () => {
    const notebook = new ToyNotebook();
    expect(notebook.transform("x * 2").valueIsTemporary).toBe(true);
    expect(notebook.transform("x").valueIsTemporary).toBe(false);
    expect(notebook.transform("y = x * 2").valueIsTemporary).toBe(false);
  });
});

describe("magics", () => {
  test.each<[string, unknown, string[]]>([
    ["%time 1 + 2", 3, ["time"]],
    ["%time x = 5\nx", 5, ["time"]],
    ["a = 1\n%time a + 1\na", 1, ["time"]],
    ["a = 1\n%time const b = a + 1\nb", 2, ["time"]],
    ["%timeit 1 + 2", undefined, ["timeit"]],
    ["%time await Promise.resolve(4)", 4, ["time"]],
    ["%time 1\n%time 2", 2, ["time", "time"]],
  ])("%s", async (source, value, events) => {
    const notebook = new ToyNotebook();
    expect(await notebook.run(source)).toBe(value);
    expect(notebook.events).toEqual(events);
  });

  test("%%time on the first line times the cell", async () => {
    const notebook = new ToyNotebook();
    expect(notebook.transform("%%time\n1 + 2").cellMagic).toBe("%%time");
    expect(notebook.transform("1 + 2").cellMagic).toBeUndefined();
    expect(await notebook.run("\n%%time\n1 + 2")).toBe(3);
  });

  test("text that only looks like a magic is left alone", async () => {
    expect(await valueOf("`\n%time x`")).toBe("\n%time x");
    expect(await valueOf("// a\n/*\n%nothing\n*/ 5")).toBe(5);
  });
});

describe("Stop reaches the loops of a cell", () => {
  test.each<[string, number]>([
    ["for (let i = 0; i < 3; i++) i;", 3],
    ["let n = 2; while (n) { n-- }", 2],
    ["for (const x of [1, 2]) for (const y of [1, 2]) x + y;", 6],
    ["let n = 0; do n++; while (n < 4)", 4],
    ["const f = () => { for (let i = 0; i < 3; i++) i; }; f()", 0],
    ["if (true) { for (const k in { a: 1 }) k; }", 1],
  ])("%s pauses %i times", async (source, pauses) => {
    const notebook = new ToyNotebook();
    notebook.due = true;
    await notebook.run(source);
    expect(notebook.events).toHaveLength(pauses);
  });
});
