import type { DType, HostScalar } from "../core/dtype.ts";
import type { BinaryOp, CompareOp, ScalarExpr, UnaryOp } from "./scalar-expr.ts";

/** Inclusive bounds of an int32 index expression. */
interface Range {
  readonly min: number;
  readonly max: number;
}

const unbounded: Range = { min: -Infinity, max: Infinity };

/**
 * Makes hash-consed scalar expressions for one kernel and simplifies index arithmetic as it goes: with the range of
 * every loop variable known, flattening an unflattened index gives the index back, so that a chain of reshapes and
 * elementwise work becomes one flat loop.
 */
export class ExprBuilder {
  readonly #nodes = new Map<string, ScalarExpr>();
  readonly #ranges = new Map<ScalarExpr, Range>();
  #nextId = 0;
  #divisions = 0;

  /** How many index divisions and remainders could not be simplified away. */
  get divisions(): number {
    return this.#divisions;
  }

  const(dtype: DType, value: HostScalar): ScalarExpr {
    const text = typeof value === "number" && Object.is(value, -0) ? "-0" : String(value);
    return this.#intern("const", dtype, [], { value }, text);
  }

  param(slot: number, dtype: DType): ScalarExpr {
    return this.#intern("param", dtype, [], { slot }, String(slot));
  }

  /** The loop variable of `axis`, from 0 to `extent - 1`. An axis of extent 1 is the constant 0. */
  index(axis: number, extent: number): ScalarExpr {
    if (extent === 1) return this.int(0);
    const node = this.#intern("index", "int32", [], { axis }, String(axis));
    this.#ranges.set(node, { min: 0, max: Math.max(extent - 1, 0) });
    return node;
  }

  load(buffer: number, dtype: DType, index: ScalarExpr): ScalarExpr {
    return this.#intern("load", dtype, [index], { buffer }, String(buffer));
  }

  accumulator(slot: number, dtype: DType): ScalarExpr {
    return this.#intern("accumulator", dtype, [], { slot }, String(slot));
  }

  unary(op: UnaryOp, operand: ScalarExpr): ScalarExpr {
    return this.#intern(op, op === "isFinite" ? "bool" : operand.dtype, [operand]);
  }

  binary(op: BinaryOp, left: ScalarExpr, right: ScalarExpr): ScalarExpr {
    this.#checkSame(op, left, right);
    return this.#intern(op, left.dtype, [left, right]);
  }

  compare(op: CompareOp, left: ScalarExpr, right: ScalarExpr): ScalarExpr {
    this.#checkSame(op, left, right);
    return this.#intern(op, "bool", [left, right]);
  }

  select(condition: ScalarExpr, whenTrue: ScalarExpr, whenFalse: ScalarExpr): ScalarExpr {
    this.#checkSame("select", whenTrue, whenFalse);
    if (condition.op === "const") return condition.value === true ? whenTrue : whenFalse;
    if (whenTrue === whenFalse) return whenTrue;
    return this.#intern("select", whenTrue.dtype, [condition, whenTrue, whenFalse]);
  }

  cast(operand: ScalarExpr, dtype: DType): ScalarExpr {
    if (operand.dtype === dtype) return operand;
    return this.#intern("cast", dtype, [operand]);
  }

  bitcast(operand: ScalarExpr, dtype: DType): ScalarExpr {
    if (operand.dtype === dtype) return operand;
    return this.#intern("bitcast", dtype, [operand]);
  }

  /** a * b + c of floats with one rounding. */
  fma(a: ScalarExpr, b: ScalarExpr, c: ScalarExpr): ScalarExpr {
    this.#checkSame("fma", a, b);
    this.#checkSame("fma", a, c);
    return this.#intern("fma", a.dtype, [a, b, c]);
  }

  /** Both words of a Threefry-2x32 block: 20 rounds over the counter (x0, x1) under the key (k0, k1), all uint32. */
  threefry(
    [k0, k1]: readonly [ScalarExpr, ScalarExpr],
    [x0, x1]: readonly [ScalarExpr, ScalarExpr],
  ): readonly [ScalarExpr, ScalarExpr] {
    const parity = this.const("uint32", 0x1bd11bda);
    const k2 = this.binary("xor", this.binary("xor", k0, k1), parity);
    const first = this.#intern("threefry", "uint32", [k0, k1, k2, x0, x1]);
    return [first, this.#intern("threefrySecond", "uint32", [first])];
  }

  /** A constant of any dtype from a small number. */
  number(dtype: DType, value: number): ScalarExpr {
    if (dtype === "bool") return this.const(dtype, value !== 0);
    return this.const(dtype, dtype === "int64" ? BigInt(value) : value);
  }

  // Index arithmetic: int32, simplified. Division and remainder are by positive constants, of values known or
  // promised to be non-negative.

  int(value: number): ScalarExpr {
    return this.const("int32", value);
  }

  indexAdd(left: ScalarExpr, right: ScalarExpr): ScalarExpr {
    const a = constantOf(left);
    const b = constantOf(right);
    if (a !== undefined && b !== undefined) return this.int(a + b);
    if (a === 0) return right;
    if (b === 0) return left;
    if (a !== undefined) return this.indexAdd(right, left);
    // (x + c1) + c2 = x + (c1 + c2)
    const constant = left.op === "add" ? constantOf(left.args[1]!) : undefined;
    if (constant !== undefined) {
      return b === undefined
        ? this.indexAdd(this.indexAdd(left.args[0]!, right), this.int(constant))
        : this.indexAdd(left.args[0]!, this.int(constant + b));
    }
    if (b !== undefined) return this.binary("add", left, right);
    // x + (y + z) = (x + y) + z, so that sums are lists of terms
    if (right.op === "add") {
      return this.indexAdd(this.indexAdd(left, right.args[0]!), right.args[1]!);
    }
    return this.#joinWithTerm(left, right) ?? this.binary("add", left, right);
  }

  indexSubtract(left: ScalarExpr, right: ScalarExpr): ScalarExpr {
    const a = constantOf(left);
    const b = constantOf(right);
    if (a !== undefined && b !== undefined) return this.int(a - b);
    if (b !== undefined) return this.indexAdd(left, this.int(-b));
    return this.binary("sub", left, right);
  }

  indexMultiply(left: ScalarExpr, factor: number): ScalarExpr {
    const a = constantOf(left);
    if (a !== undefined) return this.int(a * factor);
    if (factor === 0) return this.int(0);
    if (factor === 1) return left;
    if (left.op === "mul") {
      const inner = constantOf(left.args[1]!);
      if (inner !== undefined) return this.indexMultiply(left.args[0]!, inner * factor);
    }
    if (left.op === "add") {
      return this.indexAdd(
        this.indexMultiply(left.args[0]!, factor),
        this.indexMultiply(left.args[1]!, factor),
      );
    }
    return this.binary("mul", left, this.int(factor));
  }

  indexDivide(left: ScalarExpr, divisor: number): ScalarExpr {
    const a = constantOf(left);
    if (a !== undefined) return this.int(Math.trunc(a / divisor));
    if (divisor === 1) return left;
    const range = this.rangeOf(left);
    if (range.min >= 0 && range.max < divisor) return this.int(0);
    // (x / c1) / c2 = x / (c1 * c2)
    if (left.op === "div") {
      const inner = constantOf(left.args[1]!);
      if (inner !== undefined) return this.indexDivide(left.args[0]!, inner * divisor);
    }
    // (x*k*c + y) / c = x*k + y/c
    const split = this.#splitMultiples(left, divisor);
    if (split !== undefined) {
      return this.indexAdd(split.quotient, this.indexDivide(split.rest, divisor));
    }
    this.#divisions++;
    return this.binary("div", left, this.int(divisor));
  }

  indexRemainder(left: ScalarExpr, divisor: number): ScalarExpr {
    const a = constantOf(left);
    if (a !== undefined) return this.int(a % divisor);
    if (divisor === 1) return this.int(0);
    const range = this.rangeOf(left);
    if (range.min >= 0 && range.max < divisor) return left;
    const split = this.#splitMultiples(left, divisor);
    if (split !== undefined) return this.indexRemainder(split.rest, divisor);
    // (x % (k*c)) % c = x % c
    if (left.op === "rem") {
      const inner = constantOf(left.args[1]!);
      if (inner !== undefined && inner % divisor === 0) return this.indexRemainder(left.args[0]!, divisor);
    }
    this.#divisions++;
    return this.binary("rem", left, this.int(divisor));
  }

  /** Row-major position of a multi-index. */
  flatten(index: readonly ScalarExpr[], shape: readonly number[]): ScalarExpr {
    let flat = this.int(0);
    index.forEach((part, axis) => {
      flat = this.indexAdd(this.indexMultiply(flat, shape[axis]!), part);
    });
    return flat;
  }

  /** The multi-index of a row-major position. */
  unflatten(flat: ScalarExpr, shape: readonly number[]): ScalarExpr[] {
    const index: ScalarExpr[] = [];
    let rest = flat;
    for (let axis = shape.length - 1; axis > 0; axis--) {
      index.unshift(this.indexRemainder(rest, shape[axis]!));
      rest = this.indexDivide(rest, shape[axis]!);
    }
    if (shape.length > 0) index.unshift(rest);
    return index;
  }

  /** What is known about the value of an int32 index expression. */
  rangeOf(node: ScalarExpr): Range {
    const known = this.#ranges.get(node);
    if (known !== undefined) return known;
    const range = this.#computeRange(node);
    this.#ranges.set(node, range);
    return range;
  }

  #computeRange(node: ScalarExpr): Range {
    const value = constantOf(node);
    if (value !== undefined) return { min: value, max: value };
    const [left, right] = node.args;
    if (left === undefined || right === undefined || node.dtype !== "int32") return unbounded;
    const a = this.rangeOf(left);
    const c = constantOf(right);
    switch (node.op) {
      case "add": {
        const b = this.rangeOf(right);
        return { min: a.min + b.min, max: a.max + b.max };
      }
      case "sub": {
        const b = this.rangeOf(right);
        return { min: a.min - b.max, max: a.max - b.min };
      }
      case "mul":
        return c === undefined || c < 0 ? unbounded : { min: a.min * c, max: a.max * c };
      case "div":
        if (c === undefined || c <= 0 || a.min < 0) return unbounded;
        return { min: Math.trunc(a.min / c), max: Math.trunc(a.max / c) };
      case "rem":
        if (c === undefined || c <= 0 || a.min < 0) return unbounded;
        return { min: 0, max: Math.min(c - 1, a.max) };
      case "max": {
        const b = this.rangeOf(right);
        return { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) };
      }
      case "min": {
        const b = this.rangeOf(right);
        return { min: Math.min(a.min, b.min), max: Math.min(a.max, b.max) };
      }
      default:
        return unbounded;
    }
  }

  /** Joins `term` with one term of a sum, where the two are quotient and remainder of one division. */
  #joinWithTerm(sum: ScalarExpr, term: ScalarExpr): ScalarExpr | undefined {
    const terms = termsOf(sum);
    for (const [position, other] of terms.entries()) {
      const joined = this.#rejoin(other, term) ?? this.#rejoin(term, other);
      if (joined === undefined) continue;
      return terms.with(position, joined).reduce((left, right) => this.indexAdd(left, right));
    }
    return undefined;
  }

  /** (x / c) * c + x % c = x, and ((x / c) % n) * c + x % c = x % (n * c). */
  #rejoin(high: ScalarExpr, low: ScalarExpr): ScalarExpr | undefined {
    const scaled = high.op === "mul" ? constantOf(high.args[1]!) : 1;
    if (scaled === undefined) return undefined;
    const factor = high.op === "mul" ? high.args[0]! : high;
    const { base, unit, extent } = digitOf(low);
    if (extent === undefined || unit * extent === 0) return undefined;
    const upper = digitOf(factor);
    // low = (base / unit) % extent and factor = (base / (unit * extent)) [% n], scaled by extent
    if (upper.base !== base || upper.unit !== unit * extent || scaled !== extent) return undefined;
    const shifted = this.indexDivide(base, unit);
    return upper.extent === undefined ? shifted : this.indexRemainder(shifted, extent * upper.extent);
  }

  /** Splits a sum into the part that is a multiple of `divisor` and a rest known to be non-negative. */
  #splitMultiples(node: ScalarExpr, divisor: number): { quotient: ScalarExpr; rest: ScalarExpr } | undefined {
    let quotient = this.int(0);
    let rest = this.int(0);
    let found = false;
    for (const term of termsOf(node)) {
      const factor = term.op === "mul" ? constantOf(term.args[1]!) : constantOf(term);
      if (factor !== undefined && factor % divisor === 0 && factor !== 0) {
        found = true;
        quotient = this.indexAdd(
          quotient,
          term.op === "mul"
            ? this.indexMultiply(term.args[0]!, factor / divisor)
            : this.int(factor / divisor),
        );
      } else {
        rest = this.indexAdd(rest, term);
      }
    }
    // Truncating division only distributes when both parts are non-negative.
    if (!found || this.rangeOf(rest).min < 0 || this.rangeOf(quotient).min < 0) return undefined;
    return { quotient, rest };
  }

  #intern(
    op: ScalarExpr["op"],
    dtype: DType,
    args: readonly ScalarExpr[],
    payload: object = {},
    payloadText = "",
  ): ScalarExpr {
    const key = `${op}|${dtype}|${args.map((arg) => arg.id).join(",")}|${payloadText}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = { op, dtype, args, id: this.#nextId++, ...payload } as ScalarExpr;
    this.#nodes.set(key, node);
    return node;
  }

  #checkSame(op: string, left: ScalarExpr, right: ScalarExpr): void {
    if (left.dtype !== right.dtype) {
      throw new Error(`internal error: ${op} of ${left.dtype} and ${right.dtype} in a kernel`);
    }
  }
}

function constantOf(node: ScalarExpr): number | undefined {
  return node.op === "const" && typeof node.value === "number" ? node.value : undefined;
}

function termsOf(node: ScalarExpr): ScalarExpr[] {
  return node.op === "add" ? [...termsOf(node.args[0]!), ...termsOf(node.args[1]!)] : [node];
}

/** Reads a node as (base / unit) % extent; extent undefined when there is no remainder. */
function digitOf(node: ScalarExpr): { base: ScalarExpr; unit: number; extent: number | undefined } {
  let extent: number | undefined;
  let inner = node;
  if (inner.op === "rem") {
    const c = constantOf(inner.args[1]!);
    if (c !== undefined) {
      extent = c;
      inner = inner.args[0]!;
    }
  }
  if (inner.op === "div") {
    const c = constantOf(inner.args[1]!);
    if (c !== undefined) return { base: inner.args[0]!, unit: c, extent };
  }
  return { base: inner, unit: 1, extent };
}
