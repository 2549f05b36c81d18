import { expect, it } from "vitest";
import { ShapedArray } from "../core/aval.ts";
import { Literal, Var, type JaxprEqn } from "../core/jaxpr.ts";
import { sin } from "../primitives/trigonometric.ts";
import { add } from "../primitives/arithmetic.ts";
import { valuesAtCuts } from "./limit-work.ts";

const long = new ShapedArray([100_000], "float32");
const one = new Literal(1, new ShapedArray([], "float32"));

/** A loop written out: each turn takes two values and gives two. */
function turns(count: number): { eqns: JaxprEqn[]; ends: [Var, Var][]; inputs: Var[] } {
  const inputs = [new Var(long), new Var(long)];
  const eqns: JaxprEqn[] = [];
  const step = (primitive: JaxprEqn["primitive"], ...invars: JaxprEqn["invars"][number][]): Var => {
    const result = new Var(long);
    eqns.push({ primitive, params: {}, invars, outvars: [result] });
    return result;
  };
  let [s, h] = inputs as [Var, Var];
  const ends: [Var, Var][] = [];
  for (let k = 0; k < count; k++) {
    const wave = step(sin, h);
    const other = step(sin, step(add, h, one));
    s = step(add, s, wave);
    h = step(add, h, other);
    ends.push([s, h]);
  }
  return { eqns, ends, inputs };
}

it("cuts a written-out loop between its turns", () => {
  const { eqns, ends, inputs } = turns(20);
  const program = { inputs, eqns, outputs: ends.at(-1)! };
  const cuts = valuesAtCuts(program, () => true, 30);
  expect(cuts.length).toBeGreaterThan(10);
  const turnOf = cuts.map((variable) => ends.findIndex((end) => end.includes(variable)));
  expect(turnOf).not.toContain(-1);
  // Both values of a turn, each time.
  expect(new Set(turnOf).size * 2).toBe(cuts.length);
});

it("leaves short programs, small values and stored ones alone", () => {
  const { eqns, ends, inputs } = turns(20);
  const program = { inputs, eqns, outputs: ends.at(-1)! };
  expect(valuesAtCuts(program, () => true, 1e6)).toEqual([]);
  expect(valuesAtCuts(program, () => false, 30)).toEqual([]);
});
