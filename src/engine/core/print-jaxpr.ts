import type { ShapedArray } from "./aval.ts";
import { isFloating, type HostScalar } from "./dtype.ts";
import { ClosedJaxpr, Jaxpr, Literal, type Atom, type JaxprEqn, type Var } from "./jaxpr.ts";
import { formatShape } from "./aval.ts";

const lineWidth = 80;

/** A Jaxpr as JAX prints it: `{ lambda ; a:f32[3]. let b:f32[3] = sin a in (b,) }`. */
export function printJaxpr(jaxpr: Jaxpr): string {
  return layOut(jaxpr, new Names(), 0);
}

/** Letters in order of appearance: a, b, ..., z, ba, bb, ... as JAX counts. */
class Names {
  readonly #names = new Map<Var, string>();

  of(variable: Var): string {
    let name = this.#names.get(variable);
    if (name === undefined) {
      name = letters(this.#names.size);
      this.#names.set(variable, name);
    }
    return name;
  }
}

function letters(count: number): string {
  let text = "";
  let rest = count;
  do {
    text = String.fromCharCode(97 + (rest % 26)) + text;
    rest = Math.floor(rest / 26);
  } while (rest > 0);
  return text;
}

/** `before`: how much of the line is taken already, beside the indentation. */
function layOut(jaxpr: Jaxpr, names: Names, indent: number, before = 0): string {
  const bind = (variables: readonly Var[]): string =>
    variables.map((variable) => `${names.of(variable)}:${variable.aval.toString()}`).join(" ");
  const head = `{ lambda ${[bind(jaxpr.constvars), "; ", bind(jaxpr.invars)].join("")}. let`;
  const inner = indent + 4;
  const used = new Set<Atom>([...jaxpr.outvars, ...jaxpr.eqns.flatMap((eqn) => eqn.invars)]);
  const lines = jaxpr.eqns.map((eqn) => printEqn(eqn, names, used, inner));
  const outs = jaxpr.outvars.map((atom) => printAtom(atom, names));
  const tail = `in (${outs.length === 1 ? `${outs[0]!},` : outs.join(", ")}) }`;
  const oneLine = [head, ...(lines.length === 1 ? lines : []), tail].join(" ");
  if (lines.length <= 1 && !oneLine.includes("\n") && indent + before + oneLine.length <= lineWidth)
    return oneLine;
  const pad = (amount: number): string => "\n" + " ".repeat(amount);
  return head + lines.map((line) => pad(inner) + line).join("") + pad(indent + 2) + tail;
}

function printEqn(eqn: JaxprEqn, names: Names, used: ReadonlySet<Atom>, indent: number): string {
  const operands = eqn.invars.map((atom) => printAtom(atom, names)).join(" ");
  const outs = eqn.outvars
    .map((variable) => `${used.has(variable) ? names.of(variable) : "_"}:${variable.aval.toString()}`)
    .join(" ");
  // A call leads with its name.
  const first = (name: string): string => (name === "name" ? "" : name);
  const params = Object.keys(eqn.params).sort((a, b) => (first(a) < first(b) ? -1 : 1));
  const hasJaxpr = params.some((name) => isJaxpr(eqn.params[name]) || isJaxprList(eqn.params[name]));
  const printed = params.map(
    (name) => `${name}=${printParam(eqn.params[name], names, indent + 2, name.length + 1)}`,
  );
  let bracket = "";
  if (hasJaxpr) {
    const pad = "\n" + " ".repeat(indent + 2);
    bracket = `[${printed.map((line) => pad + line).join("")}\n${" ".repeat(indent)}]`;
  } else if (printed.length > 0) {
    bracket = `[${printed.join(" ")}]`;
  }
  return `${outs} = ${eqn.primitive.name}${bracket} ${operands}`.trimEnd();
}

function isJaxpr(value: unknown): boolean {
  return value instanceof Jaxpr || value instanceof ClosedJaxpr;
}

function isJaxprList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isJaxpr);
}

function printParam(value: unknown, names: Names, indent: number, before = 0): string {
  if (isJaxprList(value)) {
    const pad = (amount: number): string => "\n" + " ".repeat(amount);
    const items = value.map((item) => pad(indent + 2) + printParam(item, names, indent + 2));
    return `(${items.join("")}${pad(indent)})`;
  }
  if (value instanceof ClosedJaxpr) return layOut(value.jaxpr, names, indent, before);
  if (value instanceof Jaxpr) return layOut(value, names, indent, before);
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === "number")) return formatShape(value);
    return `(${value.map((item) => printParam(item, names, indent)).join(", ")}${value.length === 1 ? "," : ""})`;
  }
  if (typeof value === "object") {
    const fields = Object.entries(value).map(([key, item]) => `${key}=${printParam(item, names, indent)}`);
    return `(${fields.join(", ")})`;
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : "?";
}

function printAtom(atom: Atom, names: Names): string {
  return atom instanceof Literal ? printLiteral(atom.value, atom.aval) : names.of(atom);
}

function printLiteral(value: HostScalar, aval: ShapedArray): string {
  return `${printScalar(value, aval)}:${aval.toString()}`;
}

function printScalar(value: HostScalar, aval: ShapedArray): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (!isFloating(aval.dtype)) return String(value);
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const digits = aval.dtype === "float32" ? shortestFloat32(value) : value;
  return Number.isInteger(digits) ? digits.toFixed(1) : String(digits);
}

/** The double with the fewest digits that rounds to the same float32. */
function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return value;
}
