import { formatShape } from "../../core/aval.ts";
import { callArguments } from "../../core/call-arguments.ts";
import { ValueError } from "../../core/errors.ts";
import { avalOf, type Value } from "../../core/tracer.ts";
import { treeFlatten, type PyTreeDef } from "../../core/tree.ts";
import { batchAxisAt } from "../batch-axis.ts";
import {
  asArray,
  checkCallable,
  checkLeaf,
  FlatCall,
  functionName,
  shown,
  type AnyFunction,
} from "../flat-call.ts";
import { vmapFlat } from "../vmap.ts";
import { axesOfLeaves, parameterNames, pathsOfLeaves } from "./axis-tree.ts";
import { longName } from "./vjp.ts";

/** An axis, null for "the same for every example", or a tree prefix of them. */
export type Axes = number | null | readonly Axes[] | { readonly [key: string]: Axes };

export interface VmapOptions {
  /** Which axis of each argument to map over; 0 unless said. */
  readonly in_axes?: Axes;
  /** Where the mapped axis appears in each result; 0 unless said. */
  readonly out_axes?: Axes;
  /** The number of examples, where no argument shows it. */
  readonly axis_size?: number;
}

/**
 * `f` for a whole batch at once: a function of arguments with one axis more. `in_axes` and `out_axes` may be tree
 * prefixes of the arguments and of the result; negative axes count from the end.
 *
 * Throws ValueError when mapped axes differ in size or do not exist.
 */
export function vmap(f: AnyFunction, ...rest: unknown[]): (...args: unknown[]) => unknown {
  checkCallable(f);
  const options = callArguments<VmapOptions>("vmap", ["in_axes", "out_axes", "axis_size"], rest);
  const inAxes = options.in_axes === undefined ? 0 : options.in_axes;
  const outAxes = options.out_axes === undefined ? 0 : options.out_axes;
  if (!(inAxes === null || Number.isInteger(inAxes) || Array.isArray(inAxes))) {
    throw new TypeError(
      `vmap in_axes must be an int, None, or a tuple of entries corresponding to the positional arguments passed ` +
        `to the function, but got ${typeof inAxes === "string" ? inAxes : shown(inAxes)}.`,
    );
  }
  const mapped = (...args: unknown[]): unknown => {
    const { leaves, treedef } = treeFlatten(args);
    const values = leaves.map(checkLeaf);
    const dims = inputDims(inAxes, treedef, args.length, values);
    const axisSize = sizeOfBatch(f, treedef, values, dims, options.axis_size);
    const call = new FlatCall(f, treedef);
    const results = vmapFlat(call.flat, values, dims, axisSize);
    const targets = axesOfLeaves("vmap out_axes", outAxes, call.out);
    return call.result(
      results.values.map((value, k) => resultAt(value, results.dims[k]!, targets[k]!, axisSize)),
    );
  };
  Object.defineProperty(mapped, "name", { value: functionName(f) });
  return mapped;
}

/** The batch axis of every argument, counted from the front. */
function inputDims(
  inAxes: Axes,
  treedef: PyTreeDef,
  count: number,
  values: readonly Value[],
): readonly (number | null)[] {
  if (Array.isArray(inAxes) && inAxes.length !== count) {
    throw new ValueError(
      `vmap in_axes must be an int, None, or a tuple of entries corresponding to the positional arguments passed ` +
        `to the function, but got len(in_axes)=${String(inAxes.length)}, len(args)=${String(count)}`,
    );
  }
  return axesOfLeaves("vmap in_axes", inAxes, treedef).map((axis, k) => {
    if (axis === null) return null;
    const { shape, ndim } = avalOf(values[k]!);
    const needed = axis < 0 ? -axis : axis + 1;
    if (ndim < needed) {
      throw new ValueError(
        `vmap was requested to map its argument along axis ${String(axis)}, which implies that its rank should be ` +
          `at least ${String(needed)}, but is only ${String(ndim)} (its shape is ${formatShape(shape)})`,
      );
    }
    return axis < 0 ? axis + ndim : axis;
  });
}

/** The number of examples; every mapped axis must have it. */
function sizeOfBatch(
  f: AnyFunction,
  treedef: PyTreeDef,
  values: readonly Value[],
  dims: readonly (number | null)[],
  axisSize: number | undefined,
): number {
  const mapped = dims.flatMap((dim, leaf) =>
    dim === null ? [] : [{ dim, leaf, size: avalOf(values[leaf]!).shape[dim]! }],
  );
  const size = axisSize ?? mapped[0]?.size;
  if (size === undefined) {
    throw new ValueError(
      values.length === 0
        ? "vmap wrapped function must be passed at least one argument containing an array or axis_size must be " +
            "specified, got empty *args=() and **kwargs={}"
        : "vmap must have at least one non-None value in in_axes or axis_size must be specified",
    );
  }
  if (mapped.every((axis) => axis.size === size)) return size;
  const count = treedef.kind === "list" ? treedef.children.length : 0;
  const paths = pathsOfLeaves(treedef, parameterNames(f, count));
  const groups = new Map<number, string[]>();
  for (const { dim, leaf, size: own } of mapped) {
    const place = `axis ${String(dim)} of argument ${paths[leaf]!} of type ${longName(avalOf(values[leaf]!))}`;
    groups.set(own, [...(groups.get(own) ?? []), place]);
  }
  throw new ValueError(
    `vmap got inconsistent sizes for array axes to be mapped:\n${describe(groups, axisSize)}`,
  );
}

/** One line for each size: the size most axes have comes first. */
function describe(groups: ReadonlyMap<number, readonly string[]>, axisSize: number | undefined): string {
  const ordered = [...groups].sort(([, left], [, right]) => right.length - left.length);
  const lines = ordered.map(([size, places], k) => {
    const one = places.length === 1;
    const who = one ? "one axis" : `${k === 0 ? "most" : "some"} axes (${String(places.length)} of them)`;
    return `  * ${who} had size ${String(size)}${one ? ":" : ", e.g."} ${places[0]!}`;
  });
  if (axisSize !== undefined) lines.unshift(`  * the \`axis_size\` argument was ${String(axisSize)}`);
  return lines.join(";\n");
}

/** A result with its batch axis where the caller wants it. */
function resultAt(value: Value, dim: number | null, target: number | null, axisSize: number): Value {
  if (target === null) {
    if (dim === null) return value;
    throw new ValueError(
      `at vmap out_axes, got axis spec None but output was batched on axis ${String(dim)}`,
    );
  }
  const ndim = avalOf(value).ndim + (dim === null ? 1 : 0);
  if (target < -ndim || target >= ndim) {
    throw new ValueError(`axis ${String(target)} is out of bounds for array of dimension ${String(ndim)}`);
  }
  return asArray(batchAxisAt(value, dim, target < 0 ? target + ndim : target, axisSize));
}
