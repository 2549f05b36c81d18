import { ArrayBase } from "../core/array-base.ts";
import { formatShape, type Shape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import type { PythonScalar } from "../core/scalar.ts";
import type { Value } from "../core/tracer.ts";
import { adopt } from "../core/foreign-array.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { divide, power } from "./arithmetic.ts";
import { broadcast_shapes } from "./broadcast-shapes.ts";
import { ones_like } from "./creation.ts";
import { parseIndex, type Index, type IndexItem } from "./index-expression.ts";
import { planGather, planIndex, type IndexPlan } from "./index-plan.ts";
import { getAdvanced, indexArray, reunite, separate, type GetMode } from "./indexing.ts";
import { arrayArgument, stretch, type ArrayLike } from "./promote.ts";

type UpdateName = "set" | "add" | "multiply" | "min" | "max";

const scatters = {
  set: lax.scatter,
  add: lax.scatter_add,
  multiply: lax.scatter_mul,
  min: lax.scatter_min,
  max: lax.scatter_max,
} satisfies Record<UpdateName, unknown>;

const combinations: Readonly<Record<UpdateName, (x: Value, y: Value) => Value>> = {
  set: (_, y) => y,
  add: lax.add,
  multiply: lax.mul,
  min: lax.min,
  max: lax.max,
};

type Fixed = ReturnType<typeof separate>["fixed"];

const scatterJit = jit(
  (
    x: ArrayBase,
    y: ArrayBase,
    positions: readonly (Value | null)[],
    fixed: Fixed,
    expandedShape: Shape,
    name: UpdateName,
    unique_indices: boolean,
  ) => {
    const selectors = reunite(positions, fixed);
    const gather = planGather({ selectors, expandedShape, isAdvanced: true });
    const updates = stretchUpdates(lax.convert_element_type(y, x.dtype), gather.shape);
    const numbers = {
      update_window_dims: gather.windowAxes,
      inserted_window_dims: gather.collapsed,
      scatter_dims_to_operand_dims: gather.startIndexMap,
    };
    const source = lax.reshape(x, expandedShape);
    const result = scatters[name](source, gather.indices, updates, numbers, { unique_indices });
    return lax.reshape(result, x.shape);
  },
  { name: "scatter", static_argnums: [3, 4, 5, 6] },
);

function stretchUpdates(y: ArrayBase, shape: Shape): ArrayBase {
  if (y.ndim > shape.length) {
    throw new ValueError(
      `Cannot broadcast to shape with fewer dimensions: arr_shape=${formatShape(y.shape)} shape=${formatShape(shape)}`,
    );
  }
  if (formatShape(broadcast_shapes(y.shape, shape)) !== formatShape(shape)) {
    throw new ValueError(
      `Incompatible shapes for broadcasting: ${formatShape(y.shape)} and requested shape ${formatShape(shape)}`,
    );
  }
  return lax.asarray(stretch(y, shape));
}

const maskedJit = jit(
  (x: ArrayBase, mask: ArrayBase, y: ArrayBase, name: UpdateName) => {
    const value = lax.convert_element_type(y, x.dtype);
    const stretched = lax.broadcast_in_dim(
      mask,
      x.shape,
      mask.shape.map((_, axis) => axis),
    );
    return lax.select(stretched, combinations[name](x, value), x);
  },
  { name: "where", static_argnums: 3 },
);

/** The mask, when the index is one boolean array over the leading axes. */
function maskOf(x: ArrayBase, items: readonly IndexItem[]): ArrayBase | undefined {
  const [item] = items;
  if (items.length !== 1 || item?.kind !== "array" || item.value.dtype !== "bool") return undefined;
  const leading = x.shape.slice(0, item.value.ndim);
  return item.value.ndim > 0 && formatShape(leading) === formatShape(item.value.shape)
    ? item.value
    : undefined;
}

/** Keyword arguments of `x.at[index].get`. */
export interface GetOptions {
  /** "clip" takes the nearest element for positions outside, "fill" the fill value. */
  readonly mode?: GetMode | "promise_in_bounds";
  /** NaN, or the smallest integer, when not given. */
  readonly fill_value?: PythonScalar;
}

/** `x.at[index]`: what can be done at those positions. Nothing changes `x`; every method returns a new array. */
export class IndexUpdate {
  readonly #array: ArrayBase;
  readonly #items: readonly IndexItem[];
  readonly #index: Index;

  constructor(array: ArrayBase, index: Index) {
    this.#array = array;
    this.#index = index;
    this.#items = parseIndex(index);
  }

  get #plan(): IndexPlan {
    return planIndex(this.#array.shape, this.#items);
  }

  /** The elements themselves, as `x[index]`. */
  get(options: GetOptions = {}): ArrayBase {
    if (options.mode !== "fill") return indexArray(this.#array, this.#index);
    return getAdvanced(this.#array, this.#plan, "fill", options.fill_value ?? null);
  }

  /** x with `values` at the positions. */
  set(values: ArrayLike): ArrayBase {
    return this.#update("set", values);
  }

  /** x with `values` added at the positions; a position named twice is added to twice. */
  add(values: ArrayLike): ArrayBase {
    return this.#update("add", values);
  }

  subtract(values: ArrayLike): ArrayBase {
    return this.#update("add", lax.neg(arrayArgument("subtract", adopt(values))));
  }

  multiply(values: ArrayLike): ArrayBase {
    return this.#update("multiply", values);
  }

  mul(values: ArrayLike): ArrayBase {
    return this.#update("multiply", values);
  }

  min(values: ArrayLike): ArrayBase {
    return this.#update("min", values);
  }

  max(values: ArrayLike): ArrayBase {
    return this.#update("max", values);
  }

  divide(values: ArrayLike): ArrayBase {
    return divide(this.#array, new IndexUpdate(ones_like(this.#array), this.#index).multiply(values));
  }

  power(values: ArrayLike): ArrayBase {
    return power(this.#array, new IndexUpdate(ones_like(this.#array), this.#index).multiply(values));
  }

  /** x with `f` applied to the elements at the positions. */
  apply(f: (x: ArrayBase) => ArrayLike): ArrayBase {
    return this.set(f(this.get()));
  }

  #update(name: UpdateName, values: ArrayLike): ArrayBase {
    const y = arrayArgument(`at.${name}`, adopt(values));
    const mask = maskOf(this.#array, this.#items);
    if (mask !== undefined && y.ndim === 0) return maskedJit(this.#array, mask, y, name);
    const plan = this.#plan;
    const { positions, fixed } = separate(plan.selectors);
    // Numbers and slices name every element once; index arrays may repeat themselves.
    return scatterJit(this.#array, y, positions, fixed, plan.expandedShape, name, !plan.isAdvanced);
  }
}

/**
 * `x.at`: takes an index in brackets where JavaScript can pass it (`x.at[0]`, `x.at["0, :"]`), and any index through
 * `item`, which is what the cell language calls.
 */
export class IndexUpdateHelper {
  readonly #array: ArrayBase;

  constructor(array: ArrayBase) {
    this.#array = array;
  }

  item(index: Index): IndexUpdate {
    return new IndexUpdate(this.#array, index);
  }
}

/** Anything that can stand between the brackets as a JavaScript property key. */
export type IndexUpdates = IndexUpdateHelper & { readonly [index: number | string]: IndexUpdate };

/** The `at` property of an array. */
export function atProperty(array: ArrayBase): IndexUpdates {
  return new Proxy(new IndexUpdateHelper(array), {
    get(helper, key) {
      if (key === "item") return helper.item.bind(helper);
      return typeof key === "string" ? helper.item(key) : undefined;
    },
  }) as unknown as IndexUpdates;
}

/** target[index] for arrays and for `x.at`; what the cell language calls for square brackets. */
export function getItem(target: ArrayBase, index: Index): ArrayBase;
export function getItem(target: IndexUpdateHelper, index: Index): IndexUpdate;
export function getItem(target: ArrayBase | IndexUpdateHelper, index: Index): ArrayBase | IndexUpdate {
  return target instanceof ArrayBase ? indexArray(target, index) : target.item(index);
}

export function isIndexable(value: unknown): value is ArrayBase | IndexUpdateHelper {
  return value instanceof ArrayBase || value instanceof IndexUpdateHelper;
}
