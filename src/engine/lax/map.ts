import { ArrayBase } from "../core/array-base.ts";
import { callArguments } from "../core/call-arguments.ts";
import { treeFlatten, treeLeaves, treeMap, treeUnflatten } from "../core/tree.ts";
import { vmap } from "../transforms/api/vmap.ts";
import { scanWith } from "./scan.ts";
import { concatenate, reshape } from "./shape.ts";
import { slice_in_dim } from "./slicing.ts";

type AnyFunction = (...args: unknown[]) => unknown;

/** Options of `map`, as Python's keyword arguments. */
interface MapOptions {
  readonly batch_size?: number | null;
}

/**
 * `f` of every element along the leading axis of the arrays in `xs`, one after the other, stacked; with `batch_size`
 * so many at a time, by `jax.vmap`. A batch size of 0 takes all at once.
 *
 * Throws ValueError when leading axes differ.
 */
export function map(f: (x: never) => unknown, xs: unknown, ...options: readonly unknown[]): unknown {
  if (typeof f !== "function") throw new TypeError("lax.map: f argument should be a callable.");
  const { batch_size: batchSize } = callArguments<MapOptions>("map", ["batch_size"], options);
  const each = f as AnyFunction;
  if (batchSize === undefined || batchSize === null) return mapped(f, "map", each, xs);
  const length = (treeLeaves(xs)[0] as ArrayBase | undefined)?.shape[0] ?? 0;
  const batches = batchSize === 0 ? 0 : Math.floor(length / batchSize);
  const whole = batches * batchSize;
  const batched = vmap(each);
  const rest = (): unknown => batched(treeMap((x) => slice_in_dim(x as ArrayBase, whole, length), xs));
  if (batches === 0) return rest();
  const folded = treeMap((x) => {
    const part = slice_in_dim(x as ArrayBase, 0, whole);
    return reshape(part, [batches, batchSize, ...part.shape.slice(1)]);
  }, xs);
  const unfolded = treeMap(
    (y) => {
      const stacked = y as ArrayBase;
      return reshape(stacked, [whole, ...stacked.shape.slice(2)]);
    },
    mapped(f, "map of batches", batched, folded),
  );
  if (whole === length) return unfolded;
  const { leaves, treedef } = treeFlatten(unfolded);
  const last = treeLeaves(rest());
  return treeUnflatten(
    treedef,
    leaves.map((leaf, k) => concatenate([leaf as ArrayBase, last[k] as ArrayBase], 0)),
  );
}

function mapped(key: object, role: string, f: AnyFunction, xs: unknown): unknown {
  const call = (_: unknown, x: unknown): unknown => [null, f(x)];
  return scanWith({ key, role, call, parameter: undefined }, null, xs, {})[1];
}
