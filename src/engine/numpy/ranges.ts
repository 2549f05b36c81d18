import { ArrayBase } from "../core/array-base.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import { ConcretizationTypeError, ValueError } from "../core/errors.ts";
import { promoteTypes } from "../core/promotion.ts";
import { isPythonScalar } from "../core/scalar.ts";
import { avalOf, Tracer, type Value } from "../core/tracer.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxis } from "./axis.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toDType, type DTypeLike } from "./dtype-like.ts";
import { convert, checkArraylike, promote, stretch, toInexactDType, type ArrayLike } from "./promote.ts";
import { broadcast_shapes } from "./broadcast-shapes.ts";
import { power } from "./arithmetic.ts";
import { log10 } from "./transcendental.ts";
import { moveaxis } from "./shape.ts";

export interface ArangeOptions {
  readonly stop?: ArrayLike | null;
  readonly step?: ArrayLike | null;
  readonly dtype?: DTypeLike | null;
}

/** A number that must be known now, as the extent of a range must. */
function concreteNumber(value: ArrayLike, argument: string): number {
  if (value instanceof Tracer) {
    throw new ConcretizationTypeError(
      `Abstract tracer value encountered where concrete value is expected: traced array with shape ` +
        `${value.aval.toString()}\nIt arose in the jnp.arange argument '${argument}'`,
    );
  }
  if (value instanceof ArrayImpl) return Number(value.item());
  return Number(value);
}

/** Numbers from `start` (0 when only one is given) up to but not including `stop`, `step` apart. */
export function arange(
  start: ArrayLike,
  stop?: ArrayLike | null | ArangeOptions,
  step?: ArrayLike | null | ArangeOptions,
  dtype?: DTypeLike | null | ArangeOptions,
): ArrayBase {
  const options = callArguments<ArangeOptions>("arange", ["stop", "step", "dtype"], [stop, step, dtype]);
  checkArraylike("arange", [start]);
  const first: ArrayLike = options.stop === undefined || options.stop === null ? 0 : start;
  const last = options.stop ?? start;
  const by = options.step ?? 1;
  const given = options.dtype ?? null;
  const target = given === null ? promoteTypes([first, last, by].map(avalOf)).dtype : toDType(given);
  const from = concreteNumber(first, "start");
  const gap = concreteNumber(by, "step");
  if (gap === 0) throw new ValueError("Maximum allowed size exceeded");
  const size = Math.max(0, Math.ceil((concreteNumber(last, "stop") - from) / gap));
  return rangeOf(from, gap, size, target);
}

function rangeOf(from: number, gap: number, size: number, dtype: DType): ArrayBase {
  if (dtype === "bool") return lax.convert_element_type(rangeOf(from, gap, size, "int32"), "bool");
  if (from === 0 && gap === 1) return lax.iota(dtype, size);
  if (!isFloating(dtype)) return affineRange(Math.trunc(from), Math.trunc(gap), size, dtype);
  return affineRange(from, gap, size, dtype);
}

const affineRange = jit(
  (from: Value, gap: Value, size: number, dtype: DType) =>
    lax.add(lax.mul(lax.iota(dtype, size), convert(gap, dtype)), convert(from, dtype)),
  { name: "arange", static_argnums: [2, 3] },
);

export interface LinspaceOptions {
  readonly num?: number;
  readonly endpoint?: boolean;
  readonly retstep?: boolean;
  readonly dtype?: DTypeLike | null;
  readonly axis?: number;
}

const linspaceNames = ["num", "endpoint", "retstep", "dtype", "axis"] as const;

/**
 * `num` numbers (50) from `start` to `stop`, both included unless `endpoint` is false; with `retstep` also the step.
 * The ends may be arrays: a new axis runs between them.
 */
export function linspace(
  start: ArrayLike,
  stop: ArrayLike,
  num: number | undefined,
  options: LinspaceOptions & { readonly retstep: true },
): [ArrayBase, ArrayBase];
export function linspace(
  start: ArrayLike,
  stop: ArrayLike,
  options: LinspaceOptions & { readonly retstep: true },
): [ArrayBase, ArrayBase];
export function linspace(
  start: ArrayLike,
  stop: ArrayLike,
  num?: number | LinspaceOptions,
  options?: LinspaceOptions,
): ArrayBase;
export function linspace(
  start: ArrayLike,
  stop: ArrayLike,
  num?: number | LinspaceOptions,
  options?: LinspaceOptions,
): ArrayBase | [ArrayBase, ArrayBase] {
  const given = callArguments<LinspaceOptions>("linspace", linspaceNames, [num, options]);
  checkArraylike("linspace", [start, stop]);
  const count = given.num ?? 50;
  if (count < 0) throw new ValueError(`Number of samples, ${String(count)}, must be non-negative.`);
  const computed = toInexactDType(promoteTypes([avalOf(start), avalOf(stop)]).dtype);
  const target = given.dtype === undefined || given.dtype === null ? computed : toDType(given.dtype);
  const { points, step } = linspaceJit(start, stop, count, given.endpoint ?? true, computed, target);
  const axis = given.axis ?? 0;
  const result = axis === 0 ? points : moveaxis(points, 0, canonicalizeAxis(axis, points.ndim));
  return given.retstep === true ? [result, step] : result;
}

const linspaceJit = jit(linspaceOf, { name: "linspace", static_argnums: [2, 3, 4, 5] });

function linspaceOf(
  start: Value,
  stop: Value,
  num: number,
  endpoint: boolean,
  computed: DType,
  target: DType,
): { points: ArrayBase; step: ArrayBase } {
  const shape = broadcast_shapes(avalOf(start).shape, avalOf(stop).shape);
  const first = stretch(convert(start, computed), shape);
  const last = stretch(convert(stop, computed), shape);
  const gaps = endpoint ? num - 1 : num;
  const step = gaps > 0 ? lax.div(lax.sub(last, first), gaps) : lax.full(shape, NaN, computed);
  const extents = [num, ...shape];
  const position = lax.broadcasted_iota(computed, extents, 0);
  const fraction = lax.div(position, Math.max(gaps, 1));
  const low = lax.mul(stretch(first, extents), lax.sub(1, fraction));
  let points = lax.add(low, lax.mul(stretch(last, extents), fraction));
  // The last point is `stop` itself, not what rounding makes of it.
  if (endpoint && num > 1) points = lax.select(lax.eq(position, gaps), stretch(last, extents), points);
  if (!isFloating(target)) points = lax.floor(points);
  return { points: lax.convert_element_type(points, target), step };
}

export interface LogspaceOptions {
  readonly num?: number;
  readonly endpoint?: boolean;
  readonly base?: ArrayLike;
  readonly dtype?: DTypeLike | null;
}

/** `base` (10) to the powers that `linspace(start, stop, num)` gives. */
export function logspace(
  start: ArrayLike,
  stop: ArrayLike,
  num?: number | LogspaceOptions,
  options?: LogspaceOptions,
): ArrayBase {
  const names = ["num", "endpoint", "base", "dtype"] as const;
  const given = callArguments<LogspaceOptions>("logspace", names, [num, options]);
  const exponents = linspace(start, stop, given.num ?? 50, { endpoint: given.endpoint ?? true });
  const base = given.base ?? 10;
  const result = power(isPythonScalar(base) ? convert(base, exponents.dtype) : base, exponents);
  return given.dtype === undefined || given.dtype === null
    ? result
    : lax.convert_element_type(result, toDType(given.dtype));
}

export interface GeomspaceOptions {
  readonly num?: number;
  readonly endpoint?: boolean;
  readonly dtype?: DTypeLike | null;
}

/** `num` numbers (50) from `start` to `stop`, each the same multiple of the one before. */
export function geomspace(
  start: ArrayLike,
  stop: ArrayLike,
  num?: number | GeomspaceOptions,
  options?: GeomspaceOptions,
): ArrayBase {
  const names = ["num", "endpoint", "dtype"] as const;
  const given = callArguments<GeomspaceOptions>("geomspace", names, [num, options]);
  const [first, last] = promote("geomspace", toInexactDType, [start, stop]) as [Value, Value];
  const count = given.num ?? 50;
  const endpoint = given.endpoint ?? true;
  const sign = lax.sign(first);
  const powers = logspace(log10(lax.mul(sign, first)), log10(lax.mul(sign, last)), count, { endpoint });
  const position = lax.broadcasted_iota("int32", powers.shape, 0);
  let result = lax.mul(powers, stretch(sign, powers.shape));
  result = lax.select(lax.eq(position, 0), stretch(first, powers.shape), result);
  if (endpoint && count > 1) {
    result = lax.select(lax.eq(position, count - 1), stretch(last, powers.shape), result);
  }
  return given.dtype === undefined || given.dtype === null
    ? result
    : lax.convert_element_type(result, toDType(given.dtype));
}
