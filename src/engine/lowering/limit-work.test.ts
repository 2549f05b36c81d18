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
  const cuts = [...valuesAtCuts(program, () => true, { maxKernelBuffers: 64, maxKernelWork: 30 }).keys()];
  expect(cuts.length).toBeGreaterThan(10);
  const turnOf = cuts.map((variable) => ends.findIndex((end) => end.includes(variable)));
  expect(turnOf).not.toContain(-1);
  // Both values of a turn, each time.
  expect(new Set(turnOf).size * 2).toBe(cuts.length);
});

it("says from where on a value is loaded: after the cut, not within the stretch that makes it", () => {
  const { eqns, ends, inputs } = turns(20);
  const program = { inputs, eqns, outputs: ends.at(-1)! };
  for (const [variable, position] of valuesAtCuts(program, () => true, {
    maxKernelBuffers: 64,
    maxKernelWork: 30,
  })) {
    const made = eqns.findIndex((eqn) => eqn.outvars[0] === variable);
    expect(made).toBeLessThan(position);
    expect(eqns.slice(position).some((eqn) => eqn.invars.includes(variable))).toBe(true);
  }
});

it("cuts where a stretch would store too many values", () => {
  const inputs = [new Var(long)];
  const eqns: JaxprEqn[] = [];
  // Every value is needed again, in reverse, as the residuals of a gradient are.
  const chain = [inputs[0]!];
  const step = (...invars: Var[]): Var => {
    const result = new Var(long);
    eqns.push({ primitive: add, params: {}, invars, outvars: [result] });
    return result;
  };
  for (let k = 0; k < 500; k++) chain.push(step(chain.at(-1)!, chain.at(-1)!));
  let back = chain.at(-1)!;
  for (const value of [...chain].reverse()) back = step(back, value);
  const program = { inputs, eqns, outputs: [back] };
  const cuts = valuesAtCuts(program, () => true, { maxKernelBuffers: 64, maxKernelWork: 400 });
  const perCut = new Map<number, number>();
  for (const position of cuts.values()) perCut.set(position, (perCut.get(position) ?? 0) + 1);
  expect(perCut.size).toBeGreaterThan(10);
  expect(Math.max(...perCut.values())).toBeLessThanOrEqual(33);
});

it("leaves short programs and stored values alone", () => {
  const { eqns, ends, inputs } = turns(20);
  const program = { inputs, eqns, outputs: ends.at(-1)! };
  const limits = { maxKernelBuffers: 64, maxKernelWork: 30 };
  expect(valuesAtCuts(program, () => true, { ...limits, maxKernelWork: 1e6 }).size).toBe(0);
  expect(valuesAtCuts(program, () => false, limits).size).toBe(0);
});
