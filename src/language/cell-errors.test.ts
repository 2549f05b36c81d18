import { describe, expect, test } from "vitest";
import { CellSyntaxError } from "./cell-syntax-error.ts";
import { cellUrl, framesInCells, readableMessage } from "./error-frames.ts";
import { hintForName } from "./syntax-hints.ts";
import { ToyNotebook } from "./toy-runtime.ts";

function refusal(source: string): CellSyntaxError {
  try {
    new ToyNotebook().transform(source);
  } catch (error) {
    if (error instanceof CellSyntaxError) return error;
    throw error;
  }
  throw new Error("the cell was accepted");
}

describe("syntax errors say where and what to write", () => {
  test.each<[source: string, place: string, message: string, hint: string | undefined]>([
    ["x = 1 +", "1:8", "The cell ends too early", undefined],
    ["a = 1\nb = (2 3)", "2:8", "Unexpected 3", undefined],
    ["let a = 1\nlet a = 2", "2:5", "Identifier 'a' has already been declared", "Declare a name once"],
    ["'abc", "1:1", "Unterminated string constant", "Close the text"],
    ["f = () => { await g() }", "1:13", "Cannot use keyword 'await' outside an async function", "async"],
    ["return 3", "1:1", "'return' outside of function", undefined],
    ["Z = 1\nZ?.[0, i]", "2:1", "Several indices cannot stand here", "Z[0][i]"],
    ["Z?.a[0, i].b", "1:1", "Several indices cannot stand here", "Z?.a[0][i]"],
    ["Z[0, i] ??= 1", "1:1", "Several indices cannot stand here", "Z[0][i]"],
    ["Z[0, i = 1]", "1:1", "Several indices cannot stand here", undefined],
    ["Z[0, i]`text`", "1:1", "Several indices cannot stand here", "Z[0][i]"],
    ["key, subkey = random.split(key)", "1:1", "assigns only subkey", "[key, subkey] = random.split(key)"],
    ["a, b = b, a", "1:1", "a, b = ... assigns only b", "[a, b] = [b, a]"],
    ["x = 1, 2", "1:1", "", "x = [1, 2]"],
    ["a, a_new\nb", "1:1", "a, a_new means a_new", "[a, a_new]"],
    ["b = (a, a_new)", "1:6", "a, a_new means a_new", "[a, a_new]"],
    ["%time a, a_new", "1:7", "a, a_new means a_new", "[a, a_new]"],
    ["jnp.ones((2, 3))", "1:11", "2, 3 means 3", "[2, 3]"],
    ["function f() {\n  return a, b\n}", "2:10", "return a, b returns only b", "return [a, b]"],
    ["jnp.sum(x, axis=0)", "1:12", "no keyword arguments", "{ axis: 0 }"],
    ["A @ B", "1:3", "no @ operator", "A.matmul(B)"],
    ["C = f(A) @ B.T", "1:10", "no @ operator", "f(A).matmul(B.T)"],
    ["@jax.jit\nfunction f(x) { return x }", "2:1", "", undefined],
    ["def f(x):\n  return x", "1:5", "Unexpected f", "function f(x)"],
    ["f = lambda x: x", "1:12", "", "(x) =>"],
    ["print x", "1:7", "", "print(x)"],
    ["a and b", "1:3", "", "&&"],
    ["a or b", "1:3", "", "||"],
    ["not a", "1:5", "", "!x"],
    ["# hello", "1:1", "# does not start a comment", "//"],
    ["x = 1\ny = 2 # two", "2:7", "# does not start a comment", "//"],
    ['f"{x}"', "1:2", "", "${x}"],
    ["for x in xs:\n  print(x)", "1:5", "", "for (const x of xs)"],
    ["for i in range(n):", "1:5", "", "for (let i = 0; i < n; i++)"],
    ["[x for x in xs]", "1:4", "", "xs.map"],
    ["if x > 0:", "1:4", "", "if (x > 0)"],
    ["elif x:", "1:6", "", "else if"],
    ["1 if x else 2", "1:3", "", "x ? 1 : 2"],
    ["import jax.numpy as jnp", "1:11", "", 'import * as jnp from "jax/numpy"'],
    ["import jax", "1:11", "", 'import * as jax from "jax"'],
    ["from jax import grad", "1:6", "", 'import { grad } from "jax"'],
    ["Z[0, :]", "1:6", "no slices", 'Z["0, :"]'],
    ["x[1:3]", "1:4", "no slices", 'x["1:3"]'],
    ["-x ** 2", "1:4", "ambiguous", "-(x ** 2)"],
    ["x = (3,)", "1:8", "", "[3]"],
    ["f(*args)", "1:3", "", "...args"],
    ["const a, b = f()", "1:8", "", "const [a, b]"],
    ['"""doc"""', "1:3", "", "backquotes"],
    ["enum E { A }", "1:1", "no enums", "as const"],
    ["namespace N { const x = 1 }", "1:1", "no namespaces", undefined],
    ["class A { constructor(private x: number) {} }", "1:23", "no parameter properties", undefined],
    ["export default 3", "1:1", "no exports", "leave export out"],
    ["@tag class A {}", "1:1", "no decorators", undefined],
    ["const a = 1\na = 2", "2:1", "a is a constant in this cell", "let a"],
    [
      "function f(x) {\n  y = x * 2\n  return y\n}",
      "2:3",
      "y is assigned in a function but declared nowhere",
      "const y",
    ],
    ["%matplotlib inline", "1:1", "no magic named %matplotlib", "%time"],
    ["!pip install jax", "1:1", "Shell commands", undefined],
    ["!nvidia-smi --query-gpu=name", "1:1", "Shell commands", undefined],
    ["x = 1\n%%time", "2:1", "first line", "%time"],
    ["%time", "1:1", "nothing to time", undefined],
    ["%time for (const x of xs) x", "1:1", "times one expression", "%%time"],
    ["function f() {\n%time g()\n}", "2:1", "inside another statement", undefined],
  ])("%s", (source, place, message, hint) => {
    const error = refusal(source);
    expect(`${String(error.line)}:${String(error.column)}`).toBe(place);
    expect(error.message).toContain(message);
    if (hint !== undefined) expect(error.hint).toContain(hint);
  });

  test("Python's names have a hint, others none", () => {
    expect(hintForName("None")).toContain("null");
    expect(hintForName("toString")).toBeUndefined();
  });
});

describe("a bracket at the start of a line starts a statement", () => {
  test.each([
    ["a = [3, 4]\n[p, q] = a\np + q", 7],
    ["a = 1 // one\n[p, q] = [a, 2]\np + q", 3],
    ["const a = [3, 4]\n[p, ...q] = a\nq[0]", 4],
    ["a = 5\n[, q] = [1, 2]\nq", 2],
    ["f = (x) => x\n(1 + 2)", 3],
    ["function g() {\n  const a = [1, 2]\n  let p, q\n  p = a\n  [p, q] = a\n  return p + q\n}\ng()", 3],
    ["a = [[1, 2], [3, 4]]\nb = a\n  [1]\n  [0]\nb", 3],
    ["a = [5]\nb = Math.max(a\n[0], 2)\nb", 5],
  ])("%s", async (source, expected) => {
    expect(await new ToyNotebook().run(source)).toBe(expected);
  });
});

describe("run-time errors point into the cell", () => {
  async function framesOf(...cells: string[]): Promise<[message: string, frames: string[]]> {
    const notebook = new ToyNotebook();
    const maps = new Map<string, { cellId: string; map: ReturnType<ToyNotebook["transform"]>["map"] }>();
    for (const [index, source] of cells.entries()) {
      const url = cellUrl(`c${String(index)}`, index);
      maps.set(url, { cellId: `c${String(index)}`, map: notebook.transform(source).map });
      try {
        await notebook.run(source, url);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const frames = framesInCells(error.stack ?? "", (name) => maps.get(name));
        const text = frames.map(
          ({ cellId, line, column, functionName }) =>
            `${functionName ?? "-"} ${cellId}:${String(line)}:${String(column)}`,
        );
        return [readableMessage(error.message), text];
      }
    }
    throw new Error("no cell failed");
  }

  test.each<[string[], string, string[]]>([
    [["throw new Error('e')"], "e", ["- c0:1:7"]],
    [["a = 1\n\n  b = missing + 1"], "missing is not defined", ["- c0:3:7"]],
    [["x = null\nx.y"], "Cannot read properties of null (reading 'y')", ["- c0:2:3"]],
    [["x = 3\nx(1)"], "x is not a function", ["- c0:2:1"]],
    [["o = {}\no.go(1)"], "o.go is not a function", ["- c0:2:3"]],
    [["const a: number = 1; throw new Error('late' as string)"], "late", ["- c0:1:28"]],
    [
      [
        "function f(x) {\n  return g(x)\n}",
        "const g = (x) => {\n  const y: number = 1\n  throw new Error('deep')\n}",
        "y = 1 +\n  f(2)",
      ],
      "deep",
      ["g c1:3:9", "f c0:2:10", "- c2:2:3"],
    ],
    [["class A { m() { throw new Error('m') } }\nnew A().m()"], "m", ["A.m c0:1:23", "- c0:2:9"]],
    [
      ["await Promise.resolve(1)\nx = 10n * 2"],
      "Cannot mix BigInt and other types, use explicit conversions",
      ["- c0:2:9"],
    ],
    [
      ["for (const k of [1]) {\n  if (k > 0) { null.x }\n}"],
      "Cannot read properties of null (reading 'x')",
      ["- c0:2:21"],
    ],
    [["%time (() => { throw new Error('t') })()"], "t", ["- c0:1:22", "- c0:1:7"]],
  ])("%s", async (cells, message, frames) => {
    expect(await framesOf(...cells)).toEqual([message, frames]);
  });

  test("a function without a name has none, whoever calls it", () => {
    const { map, code } = new ToyNotebook().transform("f(1)");
    const place = `cell-a.ts?run=1:1:${String(code.indexOf("(1)") + 1)}`;
    for (const name of ["eval", "FlatCall.eval", "FlatCall.<anonymous>"]) {
      expect(framesInCells(`Error: x\n    at ${name} (${place})`, () => ({ cellId: "a", map }))).toEqual([
        { cellId: "a", line: 1, column: 1 },
      ]);
    }
  });

  test("the other notation of stacks is understood", () => {
    const { map } = new ToyNotebook().transform("f(1)");
    const column = new ToyNotebook().transform("f(1)").code.indexOf("(1)") + 1;
    const stack = `f@cell-a.ts?run=1:1:${String(column)}\n@http://host/worker.js:1:1`;
    expect(framesInCells(stack, () => ({ cellId: "a", map }))).toEqual([
      { cellId: "a", line: 1, column: 1, functionName: "f" },
    ]);
  });
});
