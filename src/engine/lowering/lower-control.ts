import { ShapedArray } from "../core/aval.ts";
import { condParams, scanParams, splitList, whileParams } from "../core/control-params.ts";
import { isInteger } from "../core/dtype.ts";
import { ClosedJaxpr, Jaxpr, Literal, Var, type Atom, type JaxprEqn } from "../core/jaxpr.ts";
import { dynamic_slice } from "../primitives/dynamic-slice.ts";
import { squeeze } from "../primitives/reshape.ts";
import type { CondControl, Control, CountLimit, Program, ScanControl, WhileControl } from "./program.ts";

/** Compiles a body to a program whose results have memory of their own. */
export type CompileBody = (jaxpr: Jaxpr, isScalar: readonly boolean[]) => Program;

/** The programs of a loop or a choice; `isScalar[k]` says that operand k is a host scalar. */
export function lowerControl(eqn: JaxprEqn, isScalar: readonly boolean[], compileBody: CompileBody): Control {
  const rule = eqn.primitive.lower;
  if (rule.kind !== "control") throw new Error(`internal error: ${eqn.primitive.name} is no control flow`);
  switch (rule.form) {
    case "scan":
      return lowerScan(eqn, isScalar, compileBody);
    case "while":
      return lowerWhile(eqn, isScalar, compileBody);
    case "cond":
      return lowerCond(eqn, isScalar, compileBody);
  }
}

/** Which operands of an equation have to lie in memory: what a loop starts from. */
export function needsMemory(eqn: JaxprEqn): readonly boolean[] {
  const rule = eqn.primitive.lower;
  if (rule.kind !== "control" || rule.form === "cond") return eqn.invars.map(() => false);
  const consts =
    rule.form === "scan"
      ? scanParams(eqn.params).num_consts
      : whileParams(eqn.params).cond_nconsts + whileParams(eqn.params).body_nconsts;
  return eqn.invars.map((_, position) => position >= consts);
}

function lowerScan(eqn: JaxprEqn, isScalar: readonly boolean[], compileBody: CompileBody): ScanControl {
  const { jaxpr, num_consts: consts, num_carry: carry, length, reverse } = scanParams(eqn.params);
  const [constVars, carryVars, elements] = splitList(jaxpr.jaxpr.invars, consts, carry);
  const [, , stacked] = splitList(eqn.invars, consts, carry);
  const position = new Var(new ShapedArray([], "int32"));
  const slices: JaxprEqn[] = [];
  const inputs = elements!.map((element, k) => {
    const input = new Var(stacked![k]!.aval);
    slices.push(...sliceAt(input, position, element));
    return input;
  });
  const invars = [position, ...constVars!, ...carryVars!, ...inputs];
  const body = new Jaxpr([], invars, [...slices, ...jaxpr.jaxpr.eqns], jaxpr.jaxpr.outvars);
  return { form: "scan", length, reverse, consts, carry, body: compileBody(body, [true, ...isScalar]) };
}

/** element = input[position]: read in place, as the position is a parameter of whatever kernel reads it. */
function sliceAt(input: Var, position: Var, element: Var): JaxprEqn[] {
  const sizes = [1, ...element.aval.shape];
  const zero = new Literal(0, new ShapedArray([], "int32"));
  const starts = input.aval.shape.map((_, axis): Atom => (axis === 0 ? position : zero));
  const slice = new Var(input.aval.update({ shape: sizes }));
  return [
    {
      primitive: dynamic_slice,
      params: { slice_sizes: sizes },
      invars: [input, ...starts],
      outvars: [slice],
    },
    { primitive: squeeze, params: { dimensions: [0] }, invars: [slice], outvars: [element] },
  ];
}

function lowerWhile(eqn: JaxprEqn, isScalar: readonly boolean[], compileBody: CompileBody): WhileControl {
  const params = whileParams(eqn.params);
  const { cond_nconsts: condConsts, body_nconsts: bodyConsts, cond_jaxpr, body_jaxpr } = params;
  const numCarry = body_jaxpr.jaxpr.outvars.length;
  const [forCond, forBody, carry] = splitList(isScalar, condConsts, bodyConsts, numCarry);
  const counted = countOf(cond_jaxpr, condConsts, body_jaxpr, bodyConsts);
  return {
    form: "while",
    condConsts,
    bodyConsts,
    cond: compileBody(cond_jaxpr.jaxpr, [...forCond!, ...carry!]),
    body: compileBody(body_jaxpr.jaxpr, [...forBody!, ...carry!]),
    ...(counted === undefined
      ? {}
      : { counted: { first: firstOf(eqn, counted.carry), limit: counted.limit } }),
  };
}

/** Where a loop's counter starts: a host scalar given as one operand more, or the carry itself. */
function firstOf(eqn: JaxprEqn, carry: number): number {
  const params = whileParams(eqn.params);
  const consts = params.cond_nconsts + params.body_nconsts;
  const given = consts + params.body_jaxpr.jaxpr.outvars.length;
  return eqn.invars.length > given ? given : consts + carry;
}

/** The operand that a counting loop starts counting from; undefined for any other equation. */
export function countedCarry(eqn: JaxprEqn): number | undefined {
  if (eqn.primitive.lower.kind !== "control" || eqn.primitive.lower.form !== "while") return undefined;
  const { cond_jaxpr, body_jaxpr, cond_nconsts, body_nconsts } = whileParams(eqn.params);
  const counted = countOf(cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts);
  return counted === undefined ? undefined : cond_nconsts + body_nconsts + counted.carry;
}

/** Recognises `i < limit` with `i + 1` and a limit that stays: how often such a loop turns is known at its start. */
function countOf(
  cond: ClosedJaxpr,
  condConsts: number,
  body: ClosedJaxpr,
  bodyConsts: number,
): { carry: number; limit: CountLimit } | undefined {
  const [test] = cond.jaxpr.eqns;
  if (cond.jaxpr.eqns.length !== 1 || test?.primitive.name !== "lt") return undefined;
  if (cond.jaxpr.outvars[0] !== test.outvars[0]) return undefined;
  const [counter, limit] = test.invars;
  const carry = cond.jaxpr.invars.indexOf(counter as Var) - condConsts;
  if (carry < 0 || !isInteger(counter!.aval.dtype)) return undefined;
  const own = body.jaxpr.invars[bodyConsts + carry];
  const next = body.jaxpr.eqns.find((eqn) => eqn.outvars[0] === body.jaxpr.outvars[carry]);
  if (next?.primitive.name !== "add" || !next.invars.includes(own!)) return undefined;
  if (!next.invars.some((atom) => atom instanceof Literal && Number(atom.value) === 1)) return undefined;
  if (limit instanceof Literal) return { carry, limit: { kind: "literal", value: limit.value } };
  const position = cond.jaxpr.invars.indexOf(limit as Var);
  return position < condConsts ? { carry, limit: { kind: "operand", position } } : undefined;
}

function lowerCond(eqn: JaxprEqn, isScalar: readonly boolean[], compileBody: CompileBody): CondControl {
  const { branches } = condParams(eqn.params);
  return {
    form: "cond",
    branches: branches.map((branch) => compileBody(branch.jaxpr, isScalar.slice(1))),
  };
}
