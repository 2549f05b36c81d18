import { ArrayBase } from "../core/array-base.ts";
import { formatShape, type Shape } from "../core/aval.ts";
import { IndexError } from "../core/errors.ts";
import { Tracer } from "../core/tracer.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import * as lax from "../lax/lax.ts";
import { broadcast_shapes } from "./broadcast-shapes.ts";
import { array } from "./creation.ts";
import { int32Array } from "./host-array.ts";
import { Slice, sliceRange, type IndexItem } from "./index-expression.ts";
import type { NestedData } from "./nested-data.ts";

/** What one axis of the indexed array is addressed by. */
export type AxisSelector =
  | { readonly kind: "range"; readonly start: number; readonly step: number; readonly length: number }
  /** One position, not negative where it was in range. */
  | { readonly kind: "integer"; readonly value: number | ArrayBase }
  | { readonly kind: "array"; readonly value: ArrayBase };

/** An index resolved against a shape. */
export interface IndexPlan {
  /** One selector per axis of the array, axes of extent 1 that the index inserts included. */
  readonly selectors: readonly AxisSelector[];
  /** The array's shape with those axes inserted. */
  readonly expandedShape: Shape;
  /** Whether an index array (not just integers, slices and new axes) takes part. */
  readonly isAdvanced: boolean;
}

/** Resolves an index. Throws IndexError for too many components, or boolean arrays of another shape. */
export function planIndex(shape: Shape, items: readonly IndexItem[]): IndexPlan {
  const resolved = items.flatMap(resolveArray);
  const used = resolved.filter((item) => item.kind !== "newaxis" && item.kind !== "ellipsis");
  const axesUsed = used.reduce((count, item) => count + axesOf(item), 0);
  if (axesUsed > shape.length) {
    throw new IndexError(
      `Too many indices: array is ${String(shape.length)}-dimensional, but ${String(axesUsed)} were indexed`,
    );
  }
  const all: IndexItem = { kind: "slice", slice: new Slice() };
  const filler = Array.from({ length: shape.length - axesUsed }, () => all);
  const at = resolved.findIndex((item) => item.kind === "ellipsis");
  const complete =
    at < 0 ? [...resolved, ...filler] : [...resolved.slice(0, at), ...filler, ...resolved.slice(at + 1)];
  return selectorsFor(shape, complete);
}

function resolveArray(item: IndexItem): IndexItem[] {
  if (item.kind !== "list") return [item];
  const value = item.value.length === 0 ? int32Array([]) : array(item.value as readonly NestedData[]);
  if (value.dtype.startsWith("float")) {
    throw new TypeError(`Indexer must have integer or boolean type, got indexer with type ${value.dtype}`);
  }
  return [{ kind: "array", value }];
}

/** A boolean array addresses as many axes as it has. */
function axesOf(item: IndexItem): number {
  return item.kind === "array" && item.value.dtype === "bool" ? item.value.ndim : 1;
}

function selectorsFor(shape: Shape, items: readonly IndexItem[]): IndexPlan {
  const selectors: AxisSelector[] = [];
  const expandedShape: number[] = [];
  let axis = 0;
  for (const item of items) {
    if (item.kind === "newaxis") {
      selectors.push({ kind: "range", start: 0, step: 1, length: 1 });
      expandedShape.push(1);
      continue;
    }
    const extent = shape[axis] ?? 1;
    if (item.kind === "array" && item.value.dtype === "bool") {
      const covered = shape.slice(axis, axis + item.value.ndim);
      selectors.push(...positionsOf(item.value, covered, axis));
      expandedShape.push(...covered);
      axis += covered.length;
      continue;
    }
    selectors.push(selectorOf(item, extent));
    expandedShape.push(extent);
    axis += 1;
  }
  return { selectors, expandedShape, isAdvanced: selectors.some((each) => each.kind === "array") };
}

function selectorOf(item: IndexItem, extent: number): AxisSelector {
  switch (item.kind) {
    case "integer":
      return { kind: "integer", value: item.value < 0 ? item.value + extent : item.value };
    case "slice":
      return { kind: "range", ...sliceRange(item.slice, extent) };
    case "array":
      return { kind: "array", value: item.value };
    default:
      throw new IndexError(`internal error: unresolved index component ${item.kind}`);
  }
}

/** Positions of the true elements, one index array per axis. */
function positionsOf(mask: ArrayBase, covered: Shape, axis: number): AxisSelector[] {
  if (formatShape(mask.shape) !== formatShape(covered)) {
    throw new IndexError(
      `boolean index did not match shape of indexed array in index ${String(axis)}: got ` +
        `${formatShape(mask.shape)}, expected ${formatShape(covered)}`,
    );
  }
  return truePositions(mask).map((positions) => ({ kind: "array", value: int32Array(positions) }));
}

/** Positions of the elements that are not zero, per axis, in row-major order. Throws for a tracer. */
export function truePositions(mask: ArrayBase): number[][] {
  if (mask instanceof Tracer || !(mask instanceof ArrayImpl)) {
    throw new NonConcreteBooleanIndexError(
      `Array boolean indices must be concrete; got ${mask.aval.toString()}\n\n` +
        `See https://docs.jax.dev/en/latest/errors.html#jax.errors.NonConcreteBooleanIndexError`,
    );
  }
  const data = mask.dataSync();
  const positions: number[][] = mask.shape.map(() => []);
  for (let flat = 0; flat < data.length; flat++) {
    if (Number(data[flat]) === 0) continue;
    let rest = flat;
    for (let axis = mask.ndim - 1; axis >= 0; axis--) {
      const extent = mask.shape[axis]!;
      positions[axis]!.push(rest % extent);
      rest = Math.floor(rest / extent);
    }
  }
  return positions;
}

/** A traced boolean array was used as an index: how many elements it selects is not known. */
class NonConcreteBooleanIndexError extends IndexError {}

/** A gather or scatter that carries out an advanced index. */
export interface GatherPlan {
  /** Shape of what is selected. */
  readonly shape: Shape;
  /** Its axes that run within a slice of the array; the others are those of the index arrays. */
  readonly windowAxes: readonly number[];
  /** Array axes addressed by single positions. */
  readonly collapsed: readonly number[];
  /** Array axis that component k of the index vectors positions. */
  readonly startIndexMap: readonly number[];
  readonly sliceSizes: Shape;
  /** Index vectors along the last axis; non-negative where the index was in range. */
  readonly indices: ArrayBase;
}

/** An axis of the selection: that of a slice, or one of those the index arrays broadcast to. */
type ResultAxis =
  | { readonly from: "slice"; readonly axis: number; readonly extent: number; readonly isWindow: boolean }
  | { readonly from: "arrays"; readonly position: number; readonly extent: number };

/** Lays an index out as gather and scatter take it. Integers count as index arrays, as in NumPy. */
export function planGather(plan: IndexPlan): GatherPlan {
  const { selectors, expandedShape } = plan;
  const isPoint = (selector: AxisSelector): boolean => selector.kind !== "range";
  const arrayShape = broadcast_shapes(
    ...selectors.map((selector) => (selector.kind === "array" ? selector.value.shape : [])),
  );
  const axes = resultAxes(plan, arrayShape);
  const batch = axes.filter((axis) => axis.from === "arrays" || !axis.isWindow);
  const batchShape = batch.map((axis) => axis.extent);
  const components: { axis: number; value: ArrayBase | number }[] = [];
  selectors.forEach((selector, axis) => {
    const value = startOf(selector, axis, expandedShape[axis]!, batch);
    if (value !== undefined) components.push({ axis, value });
  });
  const isWindow = (selector: AxisSelector): boolean => selector.kind === "range" && selector.step === 1;
  return {
    shape: axes.map((axis) => axis.extent),
    windowAxes: axes.flatMap((axis, k) => (axis.from === "slice" && axis.isWindow ? [k] : [])),
    collapsed: selectors.flatMap((selector, axis) =>
      isPoint(selector) || !isWindow(selector) ? [axis] : [],
    ),
    startIndexMap: components.map((component) => component.axis),
    sliceSizes: selectors.map((selector) =>
      selector.kind === "range" && selector.step === 1 ? selector.length : 1,
    ),
    indices: indexVectors(
      components.map((component) => component.value),
      batchShape,
    ),
  };
}

/** Index arrays that stand side by side put their axes in that place, others put them first. */
function resultAxes({ selectors }: IndexPlan, arrayShape: Shape): ResultAxis[] {
  const points = selectors.flatMap((selector, axis) => (selector.kind === "range" ? [] : [axis]));
  const arrays: ResultAxis[] = arrayShape.map((extent, position) => ({ from: "arrays", position, extent }));
  const isTogether = points.every((axis, k) => k === 0 || axis === points[k - 1]! + 1);
  const place = isTogether ? points[0] : undefined;
  const result: ResultAxis[] = place === undefined ? [...arrays] : [];
  selectors.forEach((selector, axis) => {
    if (axis === place) result.push(...arrays);
    if (selector.kind !== "range") return;
    result.push({ from: "slice", axis, extent: selector.length, isWindow: selector.step === 1 });
  });
  return result;
}

/** Where slices along an axis start; undefined where they cover the whole axis. */
function startOf(
  selector: AxisSelector,
  axis: number,
  extent: number,
  batch: readonly ResultAxis[],
): ArrayBase | number | undefined {
  const batchShape = batch.map((each) => each.extent);
  switch (selector.kind) {
    case "integer":
      return typeof selector.value === "number"
        ? selector.value
        : lax.broadcast_in_dim(selector.value, batchShape, []);
    case "array": {
      const positions = wrapNegative(selector.value, extent);
      const own = batch.flatMap((each, k) => (each.from === "arrays" ? [k] : []));
      return lax.broadcast_in_dim(positions, batchShape, own.slice(own.length - positions.ndim));
    }
    case "range": {
      if (selector.step === 1) return selector.length === extent ? undefined : selector.start;
      const along = batch.findIndex((each) => each.from === "slice" && each.axis === axis);
      const steps = lax.broadcasted_iota("int32", batchShape, along);
      return lax.add(lax.mul(steps, selector.step), selector.start);
    }
  }
}

/** Negative positions count from the end. */
export function wrapNegative(positions: ArrayBase, extent: number): ArrayBase {
  if (positions.dtype === "uint32") return positions;
  return lax.select(lax.lt(positions, 0), lax.add(positions, extent), positions);
}

function indexVectors(components: readonly (ArrayBase | number)[], batchShape: Shape): ArrayBase {
  const shape = [...batchShape, 1];
  const numbers = components.filter((component) => typeof component === "number");
  if (numbers.length === components.length && batchShape.length === 0) return int32Array(numbers);
  const columns = components.map((component) =>
    typeof component === "number"
      ? lax.full(shape, component, "int32")
      : lax.reshape(lax.convert_element_type(component, "int32"), shape),
  );
  if (columns.length === 0) return lax.full([...batchShape, 0], 0, "int32");
  return lax.concatenate(columns, batchShape.length);
}
