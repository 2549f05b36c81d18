import type { ArrayBase } from "../core/array-base.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { parseEinsum, type EinsumSpec } from "./einsum-spec.ts";
import { contract } from "./linear.ts";
import { joined, promote, type ArrayLike } from "./promote.ts";

/** An operand with one label per axis. */
interface Term {
  readonly array: ArrayBase;
  readonly labels: readonly string[];
}

/**
 * Sums of products over labelled axes: einsum("ij,jk->ik", a, b). Operands are contracted from left to right. Throws
 * ValueError for a specification that does not fit the shapes.
 */
export function einsum(subscripts: string, ...operands: ArrayLike[]): ArrayBase {
  const arrays = promote("einsum", joined, operands).map(lax.asarray);
  const spec = parseEinsum(
    subscripts,
    arrays.map((array) => array.shape),
  );
  return einsumJit(arrays, spec.inputs, spec.output, [...spec.extents]);
}

const einsumJit = jit(
  (
    arrays: readonly ArrayBase[],
    inputs: EinsumSpec["inputs"],
    output: readonly string[],
    extents: readonly (readonly [string, number])[],
  ) => {
    const sizes = new Map(extents);
    const terms = arrays.map((array, i) =>
      takeDiagonals(dropBroadcast({ array, labels: inputs[i]! }, sizes)),
    );
    let result = terms[0]!;
    for (let i = 1; i < terms.length; i++) {
      const later = new Set([...output, ...terms.slice(i + 1).flatMap((term) => term.labels)]);
      result = contractPair(result, terms[i]!, later);
    }
    return arrange(sumOut(result, new Set(output)), output, sizes);
  },
  { name: "_einsum", static_argnums: [1, 2, 3] },
);

/** Axes of extent 1 under a label that is longer elsewhere take no part. */
function dropBroadcast({ array, labels }: Term, sizes: ReadonlyMap<string, number>): Term {
  const dropped = labels.flatMap((label, axis) =>
    array.shape[axis] === 1 && sizes.get(label) !== 1 ? [axis] : [],
  );
  if (dropped.length === 0) return { array, labels };
  return { array: lax.squeeze(array, dropped), labels: labels.filter((_, axis) => !dropped.includes(axis)) };
}

/** A label twice on one operand means the diagonal of the two axes. */
function takeDiagonals(term: Term): Term {
  const { array, labels } = term;
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis);
  if (second < 0) return term;
  const first = labels.indexOf(labels[second]!);
  const isDiagonal = lax.eq(
    lax.broadcasted_iota("int32", array.shape, first),
    lax.broadcasted_iota("int32", array.shape, second),
  );
  const masked = lax.select(isDiagonal, array, array.dtype === "bool" ? false : 0);
  return takeDiagonals({ array: add(masked, [second]), labels: labels.filter((_, axis) => axis !== second) });
}

function add(array: ArrayBase, axes: readonly number[]): ArrayBase {
  return array.dtype === "bool" ? lax.reduce_or(array, axes) : lax.reduce_sum(array, axes);
}

/** Sums over the axes whose labels nobody needs any more. */
function sumOut({ array, labels }: Term, needed: ReadonlySet<string>): Term {
  const axes = labels.flatMap((label, axis) => (needed.has(label) ? [] : [axis]));
  if (axes.length === 0) return { array, labels };
  return { array: add(array, axes), labels: labels.filter((label) => needed.has(label)) };
}

function contractPair(left: Term, right: Term, needed: ReadonlySet<string>): Term {
  const a = sumOut(left, new Set([...needed, ...right.labels]));
  const b = sumOut(right, new Set([...needed, ...left.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const contracted = shared.filter((label) => !needed.has(label));
  const axesOf = (term: Term, wanted: readonly string[]): number[] =>
    wanted.map((label) => term.labels.indexOf(label));
  const array = contract(a.array, b.array, [
    [axesOf(a, contracted), axesOf(b, contracted)],
    [axesOf(a, batch), axesOf(b, batch)],
  ]);
  const free = (term: Term): string[] => term.labels.filter((label) => !shared.includes(label));
  return { array, labels: [...batch, ...free(a), ...free(b)] };
}

/** The output's labels in order; one that was dropped as broadcast comes back with extent 1. */
function arrange(
  { array, labels }: Term,
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
): ArrayBase {
  const present = output.filter((label) => labels.includes(label));
  const ordered = lax.transpose(
    array,
    present.map((label) => labels.indexOf(label)),
  );
  if (present.length === output.length) return ordered;
  return lax.broadcast_in_dim(
    ordered,
    output.map((label) => sizes.get(label)!),
    present.map((label) => output.indexOf(label)),
  );
}
