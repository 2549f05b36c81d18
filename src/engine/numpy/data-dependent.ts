import { ArrayBase } from "../core/array-base.ts";
import { ConcretizationTypeError } from "../core/errors.ts";
import { defaultInt } from "../core/promotion.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import * as lax from "../lax/lax.ts";
import { callArguments } from "../core/call-arguments.ts";
import { fromHost, fromNumbers } from "./host-array.ts";
import { truePositions } from "./index-plan.ts";
import { arrayArgument, type ArrayLike } from "./promote.ts";
import { ravel } from "./shape.ts";
import type { HostArray } from "../core/dtype.ts";

/** Functions whose result's shape depends on the data: they read it, and so cannot be traced. */

function concrete(functionName: string, a: ArrayLike): ArrayImpl {
  const array = arrayArgument(functionName, a);
  if (array instanceof ArrayImpl) return array;
  throw new ConcretizationTypeError(
    `Abstract tracer value encountered where concrete value is expected: traced array with shape ` +
      `${array.aval.toString()}\nThe size argument of jnp.${functionName} must be statically specified to use ` +
      `jnp.${functionName} within JAX transformations.\n` +
      `See https://docs.jax.dev/en/latest/errors.html#jax.errors.ConcretizationTypeError`,
  );
}

/** Positions of the elements that are not zero: one array per axis. */
export function nonzero(a: ArrayLike): ArrayBase[] {
  const array = concrete("nonzero", a);
  return truePositions(array).map((positions) => fromNumbers(positions, [positions.length], defaultInt()));
}

/** Positions in the flattened array of the elements that are not zero. */
export function flatnonzero(a: ArrayLike): ArrayBase {
  return nonzero(ravel(concrete("flatnonzero", a)))[0]!;
}

/** Positions of the elements that are not zero: one row per element. */
export function argwhere(a: ArrayLike): ArrayBase {
  const array = concrete("argwhere", a);
  const positions = truePositions(array);
  const count = array.ndim === 0 ? Number(Boolean(array.item())) : positions[0]!.length;
  const rows = Array.from({ length: count }, (_, i) => positions.map((axis) => axis[i]!));
  return fromNumbers(rows.flat(), [count, array.ndim], defaultInt());
}

/** The elements of `arr` (flattened) where the condition holds. */
export function extract(condition: ArrayLike, arr: ArrayLike): ArrayBase {
  const positions = truePositions(concrete("extract", ravel(condition)))[0]!;
  const array = concrete("extract", ravel(arr));
  return picked(array, positions);
}

function picked(array: ArrayImpl, positions: readonly number[]): ArrayBase {
  const data = array.dataSync();
  const part = data.slice(0, positions.length);
  positions.forEach((position, i) => {
    part[i] = data[position] as never;
  });
  return fromHost(part, [positions.length], array.dtype, array.weak_type);
}

export interface UniqueOptions {
  readonly return_index?: boolean;
  readonly return_inverse?: boolean;
  readonly return_counts?: boolean;
}

/** Ascending order with NaN last. */
function compare(left: number | bigint, right: number | bigint): number {
  if (left === right) return 0;
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1;
  if (Number.isNaN(right)) return -1;
  return left < right ? -1 : 1;
}

/** The distinct elements in ascending order; on request with first positions, the way back, and counts. */
export function unique(ar: ArrayLike): ArrayBase;
export function unique(ar: ArrayLike, options: UniqueOptions): ArrayBase | ArrayBase[];
export function unique(ar: ArrayLike, options: UniqueOptions = {}): ArrayBase | ArrayBase[] {
  const names = ["return_index", "return_inverse", "return_counts"] as const;
  const given = callArguments<UniqueOptions>("unique", names, [options]);
  const array = concrete("unique", ar);
  const data: HostArray = array.dataSync();
  const order = Array.from({ length: data.length }, (_, i) => i).sort(
    (i, j) => compare(data[i]!, data[j]!) || i - j,
  );
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Array<number>(order.length);
  order.forEach((position, rank) => {
    if (rank === 0 || compare(data[order[rank - 1]!]!, data[position]!) !== 0) {
      firsts.push(position);
      counts.push(0);
    }
    counts[counts.length - 1]! += 1;
    inverse[position] = firsts.length - 1;
  });
  const flat = concrete("unique", ravel(array));
  const int = (values: readonly number[], shape: readonly number[]): ArrayBase =>
    fromNumbers(values, shape, defaultInt());
  const results = [picked(flat, firsts)];
  if (given.return_index === true) results.push(int(firsts, [firsts.length]));
  if (given.return_inverse === true) results.push(int(inverse, array.shape));
  if (given.return_counts === true) results.push(int(counts, [counts.length]));
  return results.length === 1 ? results[0]! : results;
}

export interface BincountOptions {
  readonly weights?: ArrayLike | null;
  readonly minlength?: number;
  /** Number of bins; needed while tracing, else one more than the largest value. */
  readonly length?: number | null;
}

/** How often each of 0, 1, 2, ... occurs, or the sums of the weights that go with them. */
export function bincount(x: ArrayLike, options: BincountOptions = {}): ArrayBase {
  const array = arrayArgument("bincount", x);
  const length = options.length ?? largestOf(array) + 1;
  const bins = Math.max(
    length,
    options.length === undefined || options.length === null ? (options.minlength ?? 0) : 0,
  );
  const weights = options.weights ?? null;
  const updates =
    weights === null
      ? lax.full([array.size], 1, defaultInt())
      : lax.reshape(arrayArgument("bincount", weights), [array.size]);
  const positions = lax.reshape(lax.convert_element_type(array, "int32"), [array.size, 1]);
  return lax.scatter_add(lax.full([bins], 0, updates.dtype), positions, updates, {
    update_window_dims: [],
    inserted_window_dims: [0],
    scatter_dims_to_operand_dims: [0],
  });
}

function largestOf(array: ArrayBase): number {
  let largest = -1;
  for (const value of concrete("bincount", array).dataSync()) largest = Math.max(largest, Number(value));
  return largest;
}
