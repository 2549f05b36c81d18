import type { DType } from "../../core/dtype.ts";
import { topologicalOrder, type ScalarExpr } from "../../kernel/scalar-expr.ts";
import { emitScalar, literal, mayInlineArguments } from "./emit-scalar.ts";

export interface BodyOptions {
  /** Axes of the loop nest, outermost first. */
  readonly order: readonly number[];
  readonly roots: readonly ScalarExpr[];
  /** Nodes whose value stands ready in the innermost loop, with the text that reads it. */
  readonly ready?: ReadonlyMap<ScalarExpr, string>;
}

/** The text of a node's value, the loop depth it is computed at, and whether repeating it costs nothing. */
interface Value {
  text: string;
  readonly depth: number;
  atom: boolean;
}

/** Longest text that may stand in place of a local. */
const maxInlineText = 100;

/**
 * Turns expressions into statements, each in the outermost loop where everything it depends on is known. A value
 * used once stands in place, any other is one local. Names are numbered as they appear, so that equal kernels give
 * equal text.
 */
export class Body {
  /** Statements by loop depth: [0] before all loops, [k] first in loop k of the nest. */
  readonly lines: string[][];
  readonly #options: BodyOptions;
  readonly #values = new Map<ScalarExpr, Value>();
  readonly #uses = new Map<ScalarExpr, number>();
  #names = 0;

  constructor(options: BodyOptions) {
    this.#options = options;
    this.lines = Array.from({ length: options.order.length + 1 }, () => []);
    const order = reachable(options);
    for (const root of options.roots) this.#count(root);
    for (const node of order) if (!options.ready?.has(node)) for (const arg of node.args) this.#count(arg);
    for (const node of order) this.#emit(node);
  }

  /** The text of a root's value, for use in the innermost loop. */
  value(root: ScalarExpr): string {
    return this.#values.get(root)!.text;
  }

  #count(node: ScalarExpr): void {
    this.#uses.set(node, (this.#uses.get(node) ?? 0) + 1);
  }

  #emit(node: ScalarExpr): void {
    const innermost = this.#options.order.length;
    const ready = this.#options.ready?.get(node);
    if (ready !== undefined) {
      this.#define(node, ready, innermost, false);
      return;
    }
    switch (node.op) {
      case "const": {
        this.#define(node, literal(node.dtype, node.value), 0, true);
        return;
      }
      case "param": {
        this.#define(node, `p${node.slot}`, 0, true);
        return;
      }
      case "index": {
        this.#define(node, `i${node.axis}`, this.#options.order.indexOf(node.axis) + 1, true);
        return;
      }
      case "accumulator":
        throw new TypeError("an accumulator outside the epilogue of a reduction");
      default:
        this.#emitOperation(node);
    }
  }

  #emitOperation(node: ScalarExpr): void {
    const depth = Math.max(0, ...node.args.map((arg) => this.#values.get(arg)!.depth));
    const inline = mayInlineArguments(node);
    const args = node.args.map((arg) => this.#argument(arg, depth, inline));
    if (node.op === "load") {
      this.#define(node, loadText(node.dtype, `b${node.buffer}[${args[0]!}]`), depth, false);
      return;
    }
    const text = emitScalar(node, args, {
      local: (expression) => this.#local(expression, depth),
      fresh: () => this.#fresh(),
      line: (statement) => this.lines[depth]!.push(statement),
      isInvariant: (k) => this.#values.get(node.args[k]!)!.depth < this.#options.order.length,
    });
    this.#define(node, text, depth, false);
  }

  /** The text of an operand: a name, unless it is used here alone and may stand in place. */
  #argument(node: ScalarExpr, depth: number, inline: boolean): string {
    const value = this.#values.get(node)!;
    const standsHere = inline && value.depth === depth && value.text.length <= maxInlineText;
    if (!value.atom && !(standsHere && this.#uses.get(node) === 1)) this.#name(value);
    return value.text;
  }

  #name(value: Value): void {
    value.text = this.#local(value.text, value.depth);
    value.atom = true;
  }

  #local(expression: string, depth: number): string {
    const name = this.#fresh();
    this.lines[depth]!.push(`const ${name} = ${expression};`);
    return name;
  }

  #fresh(): string {
    this.#names += 1;
    return `v${this.#names}`;
  }

  #define(node: ScalarExpr, text: string, depth: number, atom: boolean): void {
    const value: Value = { text, depth, atom: atom || /^\w+$/.test(text) };
    this.#values.set(node, value);
    // What several use, or what leaves an inner loop's work to an outer one, is a local at once.
    const hoisted = depth < this.#options.order.length && this.#options.roots.includes(node);
    if (!value.atom && ((this.#uses.get(node) ?? 0) > 1 || hoisted)) this.#name(value);
  }
}

/** Nodes below the roots, operands first, without what lies below a ready one. */
function reachable(options: BodyOptions): ScalarExpr[] {
  const { ready, roots } = options;
  if (ready === undefined || ready.size === 0) return topologicalOrder(roots);
  const seen = new Set<ScalarExpr>();
  const stack = [...roots];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (!ready.has(node)) stack.push(...node.args);
  }
  return topologicalOrder(roots).filter((node) => seen.has(node));
}

/** Reading an element of a kernel's view of memory. */
export function loadText(dtype: DType, element: string): string {
  return dtype === "bool" ? `(${element} !== 0)` : element;
}

/** Writing one. */
export function storeText(dtype: DType, element: string, value: string): string {
  return `${element} = ${dtype === "bool" ? `${value} ? 1 : 0` : value};`;
}

/** `for` loops around the body's statements; `r` holds start and end of each axis in turn. */
export function nest(
  order: readonly number[],
  lines: readonly (readonly string[])[],
  innermost: string,
  depth = 0,
): string {
  const here = lines[depth]!.join("\n");
  const axis = order[depth];
  if (axis === undefined) return `${here}\n${innermost}`;
  const inner = nest(order, lines, innermost, depth + 1);
  return `${here}\nfor (let i${axis} = s${axis}; i${axis} < e${axis}; i${axis}++) {\n${inner}\n}`;
}

/** As `nest`, with `steps` points to a turn of the innermost loop; `innermost` has the text of each, the first for what is left. */
export function unrolledNest(
  order: readonly number[],
  lines: readonly (readonly string[])[],
  innermost: readonly string[],
): string {
  const axis = order.at(-1)!;
  const steps = innermost.length;
  const point = (offset: number, text: string): string => {
    const index = `const i${axis} = j${offset === 0 ? "" : ` + ${offset}`};`;
    return `{\n${[index, ...lines.at(-1)!, text].join("\n")}\n}`;
  };
  const loop = `let j = s${axis};
for (; j <= e${axis} - ${steps}; j += ${steps}) {\n${innermost.map((text, k) => point(k, text)).join("\n")}\n}
for (; j < e${axis}; j++) ${point(0, innermost[0]!)}`;
  return nest(order.slice(0, -1), lines.slice(0, -1), loop);
}

export interface Signature {
  readonly order: readonly number[];
  readonly inputs: readonly DType[];
  readonly params: readonly DType[];
}

/** Declarations a generated function starts with: ranges of the loops, and the memory and parameters its text names. */
export function prologue(text: string, { order, inputs, params }: Signature): string {
  const lines = [...order]
    .sort((a, b) => a - b)
    .map((axis, position) => {
      return `const s${axis} = r[${2 * position}], e${axis} = r[${2 * position + 1}];`;
    });
  const names = new Set(text.match(/\b[botap]\d+\b/g));
  inputs.forEach((_, k) => names.has(`b${k}`) && lines.push(`const b${k} = I[${k}];`));
  params.forEach((dtype, k) => names.has(`p${k}`) && lines.push(`const p${k} = ${paramText(dtype, k)};`));
  for (const [prefix, list] of [
    ["o", "O"],
    ["t", "T"],
    ["a", "A"],
  ] as const) {
    for (const name of names) {
      if (name.startsWith(prefix)) lines.push(`const ${name} = ${list}[${name.slice(1)}];`);
    }
  }
  return lines.join("\n");
}

function paramText(dtype: DType, slot: number): string {
  switch (dtype) {
    case "bool":
      return `P[${slot}] !== 0`;
    case "int32":
    case "uint32":
      return `P[${slot}] | 0`;
    case "int64":
      return `Q[${slot}]`;
    default:
      return `P[${slot}]`;
  }
}
