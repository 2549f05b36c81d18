import { beforeAll, describe, expect, test } from "vitest";
import { freshFunctions, freshMethods } from "../../language/engine-names.ts";
import {
  initialize,
  isArray,
  modules,
  operators,
  release,
  reprSync,
  type EngineArray,
} from "./engine-door.ts";

type AnyFunction = (...args: unknown[]) => unknown;

const numpy = modules["jax/numpy"] as unknown as Record<string, AnyFunction>;

const random = modules["jax/random"] as unknown as Record<string, AnyFunction>;

beforeAll(async () => {
  await initialize("cpu");
});

/** Arguments to try, most telling first: also the degenerate ones, for which there would be nothing to compute. */
function argumentLists(): unknown[][] {
  const asarray = (data: unknown): EngineArray => numpy["asarray"]!(data) as EngineArray;
  const key = (): EngineArray => (random["PRNGKey"] as AnyFunction)(1) as EngineArray;
  const vector = (): EngineArray => asarray([0.5, 0.25, 0.75]);
  return [
    [vector()],
    [asarray(0.5)],
    [asarray([0.5])],
    [asarray([3, 1, 2])],
    [asarray(3)],
    [asarray([true])],
    [vector(), vector()],
    [asarray(0.5), asarray(0.5)],
    [asarray([true, false, true]), vector(), vector()],
    [
      asarray([
        [1.5, 2],
        [3, 4],
      ]),
    ],
    [vector(), 0],
    [vector(), null],
    [vector(), null, null],
    [vector(), vector(), 1],
    [3],
    [[2, 2], 1.5],
    [[2, 2], 1.5, "float32"],
    [vector(), [3]],
    [vector(), [0]],
    [asarray([0.5]), [0]],
    [vector(), 0, 0],
    [vector(), -1, 1],
    [key(), -1, 1],
    [key(), [2], 0, 5],
    [key()],
    [key(), 3],
    [key(), vector()],
    [key(), [2, 3]],
    [
      key(),
      asarray([1, 2.5]),
      asarray([
        [2, 1],
        [1, 2.5],
      ]),
    ],
    [
      asarray([
        [2, 1],
        [1, 2.5],
      ]),
      vector(),
    ],
    [
      asarray([
        [2, 1],
        [1, 2.5],
      ]),
      asarray([1, 2.5]),
    ],
    [
      asarray([
        [2, 1],
        [1, 2.5],
      ]),
      1,
    ],
    [[vector(), vector()]],
    [[vector()]],
    ["i,i->i", vector(), vector()],
    ["i->i", vector()],
  ];
}

function arraysIn(value: unknown): EngineArray[] {
  if (isArray(value)) return [value];
  return Array.isArray(value) ? value.flatMap(arraysIn) : [];
}

/** Calls `f` in every way that works and checks that its arguments may be freed afterwards. */
function checkFresh(f: (args: unknown[]) => unknown): number {
  let worked = 0;
  for (const args of argumentLists()) {
    let result: unknown;
    try {
      result = f(args);
    } catch {
      continue;
    }
    const results = arraysIn(result);
    const inputs = arraysIn(args);
    for (const array of results) expect(inputs).not.toContain(array);
    const before = results.map(reprSync);
    for (const array of inputs) release(array);
    expect(results.map(reprSync)).toEqual(before);
    worked++;
  }
  return worked;
}

describe("what the cell language frees early, the engine has finished with", () => {
  const tables = Object.entries(modules).flatMap(([path, table]) =>
    [...freshFunctions].flatMap((name) => {
      const f = Object.hasOwn(table, name) || name in table ? table[name] : undefined;
      return typeof f === "function" ? [[`${path} ${name}`, f as AnyFunction] as const] : [];
    }),
  );

  test.each(tables)("%s", (_, f) => {
    expect(checkFresh((args) => f(...args))).toBeGreaterThan(0);
  });

  // `+x` may be x, which is why the language never counts it as a temporary.
  test.each(Object.keys(operators).filter((name) => name !== "pos"))("operator %s", (name) => {
    const operator = (operators as unknown as Record<string, AnyFunction>)[name]!;
    const worked = checkFresh((args) => operator(...args));
    expect(worked).toBeGreaterThan(0);
  });

  test.each([...freshMethods])("method %s", (name) => {
    checkFresh(([array, ...rest]) => {
      if (!isArray(array)) throw new Error("a method of something else");
      return (array as unknown as Record<string, AnyFunction>)[name]!(...rest);
    });
  });

  test("enough of the functions exist for this to mean something", () => {
    expect(tables.length).toBeGreaterThan(80);
  });
});
