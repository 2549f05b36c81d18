import { isFloating, type DType, type HostScalar } from "../core/dtype.ts";
import { Literal, Var, type Atom, type JaxprEqn } from "../core/jaxpr.ts";
import { convertScalar } from "../core/scalar.ts";
import type { HostSource } from "./program.ts";

/** Chains of scalar operations longer than this run on the device. */
const mostSteps = 8;

/**
 * How the host can compute a scalar of a program itself: which branch runs, or how often a loop turns, should not have
 * to be asked of the device when it follows from host scalars. Undefined where it depends on memory.
 */
export function hostSourceOf(
  atom: Atom,
  definitions: ReadonlyMap<Var, JaxprEqn>,
  scalars: ReadonlyMap<Var, number>,
  steps = mostSteps,
): HostSource | undefined {
  if (atom instanceof Literal) return { kind: "literal", value: atom.value };
  const position = scalars.get(atom);
  if (position !== undefined) return { kind: "argument", position };
  const eqn = definitions.get(atom);
  const evaluate = eqn === undefined ? undefined : operations[eqn.primitive.name];
  if (eqn === undefined || evaluate === undefined || atom.aval.ndim > 0 || steps === 0) return undefined;
  const { dtype } = atom.aval;
  const compute = evaluate(
    dtype,
    eqn.invars.map((operand) => operand.aval.dtype),
  );
  if (compute === undefined) return undefined;
  const operands: HostSource[] = [];
  for (const operand of eqn.invars) {
    const source = hostSourceOf(operand, definitions, scalars, steps - 1);
    if (source === undefined) return undefined;
    operands.push(source);
  }
  return { kind: "computed", operands, compute };
}

type Compute = (values: readonly HostScalar[]) => HostScalar;
/** undefined for dtypes that only kernels compute with. */
type Operation = (result: DType, operands: readonly DType[]) => Compute | undefined;

function comparison(compare: (x: HostScalar, y: HostScalar) => boolean): Operation {
  return () => (values) => compare(values[0]!, values[1]!);
}

/** On 32-bit integers, wrapping. */
function arithmetic(compute: (x: number, y: number) => number): Operation {
  return (dtype) => {
    if (dtype !== "int32" && dtype !== "uint32") return undefined;
    return ([x, y]) => convertScalar(compute(Number(x), Number(y)), dtype);
  };
}

const onBools =
  (compute: (values: readonly boolean[]) => boolean): Operation =>
  (dtype) =>
    dtype === "bool" ? (values) => compute(values.map(Boolean)) : undefined;

const operations: Readonly<Record<string, Operation | undefined>> = {
  // A float that becomes an integer saturates in kernels.
  convert_element_type: (dtype, [from]) =>
    isFloating(from!) && !isFloating(dtype) && dtype !== "bool"
      ? undefined
      : ([value]) => convertScalar(value!, dtype),
  clamp:
    (dtype) =>
    ([low, x, high]) =>
      convertScalar(x! < low! ? low! : x! > high! ? high! : x!, dtype),
  eq: comparison((x, y) => x === y),
  ne: comparison((x, y) => x !== y),
  lt: comparison((x, y) => x < y),
  le: comparison((x, y) => x <= y),
  gt: comparison((x, y) => x > y),
  ge: comparison((x, y) => x >= y),
  and: onBools(([x, y]) => x! && y!),
  or: onBools(([x, y]) => x! || y!),
  not: onBools(([x]) => !x!),
  add: arithmetic((x, y) => x + y),
  sub: arithmetic((x, y) => x - y),
  mul: arithmetic(Math.imul),
};
