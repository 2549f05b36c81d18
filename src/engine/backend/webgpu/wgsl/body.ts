import type { DType } from "../../../core/dtype.ts";
import { topologicalOrder, type ScalarExpr } from "../../../kernel/scalar-expr.ts";
import { input } from "../plan.ts";
import { literal, operationText } from "./operations.ts";
import { LaneAnalysis, type LaneFacts } from "./lane-index.ts";
import { storedType, wgslType, type Lanes, type Shader } from "./shader.ts";

/** A value in a register. */
export interface Value {
  readonly text: string;
  readonly lanes: Lanes;
}

/** One axis of the iteration space inside a body: its value for the first element, and for all four where it differs. */
export interface AxisValue {
  /** i32 text of the first element. */
  readonly first: string;
  /** How the other three follow; undefined when `all` must be used. */
  readonly facts: LaneFacts | undefined;
  /** vec4<i32> text; needed only where `facts` is undefined. */
  readonly all?: string;
}

export interface BodyOptions {
  readonly lanes: Lanes;
  readonly axes: readonly AxisValue[];
  /** Values of `accumulator` nodes. */
  readonly accumulators?: readonly Value[];
  /** Recognises loads at the block's own position; the text is the block's number (u32). */
  readonly ownBlock?: { readonly matches: (index: ScalarExpr) => boolean; readonly block: string };
  /** Element types of the kernel's inputs. */
  readonly inputs: readonly DType[];
  /** Number of an axis that a loop around the statements does not walk: what varies along no other is kept apart. */
  readonly fixedAxis?: number;
  /** Assumes that angles are moderate, and collects the conditions that they are not in `farAngles`. */
  readonly nearAngles?: boolean;
}

/** Writes the statements that compute scalar expressions: one `let` for each distinct value. */
export class Body {
  readonly lines: string[] = [];
  /** Statements to stand before the loop (see `fixedAxis`). */
  readonly before: string[] = [];
  readonly farAngles: string[] = [];
  readonly #shader: Shader;
  readonly #options: BodyOptions;
  readonly #lane: LaneAnalysis;
  readonly #values = new Map<ScalarExpr, Value>();
  readonly #firsts = new Map<ScalarExpr, string>();
  readonly #constantOverRun = new Map<ScalarExpr, boolean>();
  readonly #fixed = new Map<ScalarExpr, boolean>();
  #isBefore = false;

  constructor(shader: Shader, options: BodyOptions) {
    this.#shader = shader;
    this.#options = options;
    this.#lane = new LaneAnalysis(options.axes.map((axis) => (options.lanes === 1 ? oneLane : axis.facts)));
  }

  /** The value of `root`, in one or four lanes as it needs. */
  emit(root: ScalarExpr): Value {
    for (const node of topologicalOrder([root])) {
      // A load's index is asked for by the load, in the form it can use best.
      if (this.#isNeeded(node, root)) this.#valueOf(node);
    }
    return this.#values.get(root)!;
  }

  /** The value of `root` widened to the body's lanes. */
  emitWide(root: ScalarExpr): string {
    return splat(this.emit(root), root.dtype, this.#options.lanes);
  }

  let(type: string, text: string): string {
    const name = this.#shader.name("v");
    (this.#isBefore ? this.before : this.lines).push(`let ${name}: ${type} = ${text};`);
    return name;
  }

  /** Runs `emit` so that its statements go where those of `node` belong. */
  #inPlaceOf<T>(node: ScalarExpr, emit: () => T): T {
    const outer = this.#isBefore;
    this.#isBefore = this.#isFixed(node);
    const result = emit();
    this.#isBefore = outer;
    return result;
  }

  #isFixed(node: ScalarExpr): boolean {
    if (this.#options.fixedAxis === undefined) return false;
    const known = this.#fixed.get(node);
    if (known !== undefined) return known;
    const varies = node.op === "index" && node.axis !== this.#options.fixedAxis;
    const fixed = !varies && node.args.every((arg) => this.#isFixed(arg));
    this.#fixed.set(node, fixed);
    return fixed;
  }

  #isNeeded(node: ScalarExpr, root: ScalarExpr): boolean {
    return node === root || node.dtype !== "int32" || this.#lane.factsOf(node) === undefined;
  }

  #valueOf(node: ScalarExpr): Value {
    let value = this.#values.get(node);
    if (value === undefined) {
      value = this.#inPlaceOf(node, () => this.#emitNode(node));
      this.#values.set(node, value);
    }
    return value;
  }

  #emitNode(node: ScalarExpr): Value {
    switch (node.op) {
      case "const":
        return { text: literal(this.#shader, node.value, node.dtype), lanes: 1 };
      case "param":
        return { text: this.#shader.param(node.slot), lanes: 1 };
      case "accumulator": {
        const value = this.#options.accumulators?.[node.slot];
        if (value === undefined) throw new Error("accumulator outside the epilogue of a reduction");
        return value;
      }
      case "load":
        return this.#load(node.buffer, node.args[0]!, node.dtype);
      case "index":
        return this.#onLine(node) ?? { text: this.#options.axes[node.axis]!.all!, lanes: 4 };
      default:
        return this.#onLine(node) ?? this.#operation(node);
    }
  }

  /** int32 values that follow a line over the block are computed once and stepped. */
  #onLine(node: ScalarExpr): Value | undefined {
    if (node.dtype !== "int32") return undefined;
    const facts = this.#lane.factsOf(node);
    if (facts === undefined || !onlyIndexArithmetic(node)) return undefined;
    const first = this.#first(node);
    if (facts.stride === 0) return { text: first, lanes: 1 };
    const s = facts.stride;
    const steps = `vec4<i32>(0, ${s}, ${2 * s}, ${3 * s})`;
    return { text: this.let("vec4<i32>", `vec4<i32>(${first}) + ${steps}`), lanes: 4 };
  }

  /** The block's first value of an int32 expression that follows a line. */
  #first(node: ScalarExpr): string {
    const known = this.#firsts.get(node);
    if (known !== undefined) return known;
    let text: string;
    if (node.op === "index") text = this.#options.axes[node.axis]!.first;
    else if (!isIndexArithmetic(node)) text = this.#valueOf(node).text;
    else {
      const args = node.args.map((arg) => this.#first(arg));
      const operation = operationText(this.#shader, node, args, 1);
      // What only depends on parameters may be asked for by hoisted statements, which stand before the body.
      text = this.#isConstantOverRun(node)
        ? this.#shader.hoist(`node ${node.id}`, operation)
        : this.#inPlaceOf(node, () => this.let("i32", operation));
    }
    this.#firsts.set(node, text);
    return text;
  }

  #operation(node: ScalarExpr): Value {
    if (node.op === "threefrySecond") {
      const first = this.#valueOf(node.args[0]!);
      return { text: first.text.replace(/\.first$/, ".second"), lanes: first.lanes };
    }
    const args = node.args.map((arg) => this.#valueOf(arg));
    const lanes = args.some((arg) => arg.lanes === 4) ? 4 : 1;
    const texts = args.map((arg, i) => splat(arg, node.args[i]!.dtype, lanes));
    if (this.#isConstantOverRun(node)) {
      const text = operationText(this.#shader, node, texts, lanes);
      const name = this.#shader.hoist(`node ${node.id}`, text);
      return { text: node.op === "threefry" ? `${name}.first` : name, lanes };
    }
    if (node.op === "threefry") {
      const text = operationText(this.#shader, node, texts, lanes);
      return { text: `${this.let(lanes === 1 ? "Block" : "Block_v", text)}.first`, lanes };
    }
    const farAngles = this.#options.nearAngles === true ? this.farAngles : undefined;
    const text = operationText(this.#shader, node, texts, lanes, farAngles);
    return { text: this.let(wgslType(node.dtype, lanes), text), lanes };
  }

  /** Depends on parameters, literals and elements at fixed places alone, so it is computed once at the start. */
  #isConstantOverRun(node: ScalarExpr): boolean {
    const known = this.#constantOverRun.get(node);
    if (known !== undefined) return known;
    const varies = node.op === "index" || node.op === "accumulator";
    const constant = !varies && node.args.every((arg) => this.#isConstantOverRun(arg));
    this.#constantOverRun.set(node, constant);
    return constant;
  }

  #load(buffer: number, index: ScalarExpr, dtype: DType): Value {
    const stored = this.#options.inputs[buffer];
    if (stored === undefined) throw new Error(`kernel has no input buffer ${buffer}`);
    const facts = this.#lane.factsOf(index);
    if (this.#isConstantOverRun(index)) {
      const first = this.#first(index);
      const text = this.#element(buffer, stored, `u32(${first})`);
      const name = this.#shader.hoist(
        `element ${buffer} ${first}`,
        dtype === "bool" ? `${text} != 0u` : text,
      );
      return { text: name, lanes: 1 };
    }
    // An index that is the same for the whole block is one element, also where it happens to be the block's own.
    const own = this.#options.lanes === 4 && facts?.stride !== 0 ? this.#options.ownBlock : undefined;
    if (own?.matches(index) === true) return this.#loadBlock(buffer, own.block, dtype);
    if (facts !== undefined) {
      const first = onlyIndexArithmetic(index) ? this.#first(index) : this.#valueOf(index).text;
      if (facts.stride === 0)
        return this.#fromStore(this.#element(buffer, stored, `u32(${first})`), dtype, 1);
      if (facts.stride === 1 && facts.multiple % 4 === 0) {
        return this.#loadBlock(buffer, `u32(${first}) >> 2u`, dtype);
      }
      const at = this.let("u32", `u32(${first})`);
      const s = facts.stride;
      const parts = [0, 1, 2, 3].map((lane) => this.#element(buffer, stored, offset(at, s * lane)));
      return this.#fromStore(`vec4<${storedType(stored)}>(${parts.join(", ")})`, dtype, 4);
    }
    const at = this.let("vec4<u32>", `vec4<u32>(${this.#valueOf(index).text})`);
    const parts = ["x", "y", "z", "w"].map((lane) => this.#element(buffer, stored, `${at}.${lane}`));
    return this.#fromStore(`vec4<${storedType(stored)}>(${parts.join(", ")})`, dtype, 4);
  }

  #loadBlock(buffer: number, block: string, dtype: DType): Value {
    const type = `vec4<${storedType(dtype)}>`;
    const binding = this.#shader.bind(input(buffer), false, type);
    binding.elementType = type;
    return this.#fromStore(`${binding.name}[${block}]`, dtype, 4);
  }

  /** One element by its position (u32), however the buffer is declared in the end. */
  #element(buffer: number, stored: DType, position: string): string {
    const binding = this.#shader.bind(input(buffer), false, storedType(stored));
    return `load_${binding.name}(${position})`;
  }

  #fromStore(text: string, dtype: DType, lanes: Lanes): Value {
    const type = wgslType(dtype, lanes);
    return {
      text: this.let(type, dtype === "bool" ? `${text} != ${lanes === 4 ? "vec4<u32>(0u)" : "0u"}` : text),
      lanes,
    };
  }
}

const oneLane: LaneFacts = { stride: 0, multiple: 1, nonNegative: true };

/** Operations whose first value is computed from the first values of their operands. */
function isIndexArithmetic(node: ScalarExpr): boolean {
  return node.dtype === "int32" && ["add", "sub", "mul", "div", "rem"].includes(node.op);
}

function onlyIndexArithmetic(node: ScalarExpr): boolean {
  return node.op === "index" || isIndexArithmetic(node);
}

function offset(at: string, by: number): string {
  if (by === 0) return at;
  return by > 0 ? `${at} + ${by}u` : `${at} - ${-by}u`;
}

/** Widens one lane to four. */
export function splat(value: Value, dtype: DType, lanes: Lanes): string {
  if (value.lanes === lanes) return value.text;
  if (value.lanes === 4) throw new Error("a block where a single value is needed");
  return `${wgslType(dtype, 4)}(${value.text})`;
}

/** The text that stores a register value in memory's form. */
export function toStore(text: string, dtype: DType, lanes: Lanes): string {
  if (dtype !== "bool") return text;
  return lanes === 4 ? `select(vec4<u32>(0u), vec4<u32>(1u), ${text})` : `select(0u, 1u, ${text})`;
}
