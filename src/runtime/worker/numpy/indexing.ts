import { IndexError, isArray, isTracer, ValueError, WeakFloat } from "../engine-door.ts";
import { Tuple } from "../tuple.ts";
import { asarray, plainValue, type ArrayLike } from "./as-array.ts";
import { stretchLayout, tryBroadcast } from "./broadcast.ts";
import { allocate, isFloat, toElement, weakKindOf } from "./dtype.ts";
import { nonzero } from "./comparing.ts";
import { NdArray, NumpyScalar } from "./ndarray.ts";
import { eachPlace, shapeText, sizeOf, sliceRange, type Layout } from "./strided.ts";

type Item =
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "slice"; readonly bounds: readonly (number | null)[] }
  | { readonly kind: "newaxis" }
  | { readonly kind: "ellipsis" }
  | { readonly kind: "array"; readonly value: NdArray };

const notAnIndex = (): IndexError =>
  new IndexError(
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid indices",
  );

function parse(key: unknown): Item[] {
  const items = key instanceof Tuple ? key.items.flatMap(parseOne) : parseOne(key);
  if (items.filter((item) => item.kind === "ellipsis").length > 1)
    throw new IndexError("an index can only have a single ellipsis ('...')");
  return items;
}

function parseOne(key: unknown): Item[] {
  if (key === null || key === undefined) return [{ kind: "newaxis" }];
  if (typeof key === "number" || typeof key === "bigint") {
    if (!Number.isInteger(Number(key))) throw notAnIndex();
    return [{ kind: "integer", value: Number(key) }];
  }
  if (typeof key === "string") return parseText(key);
  if (key instanceof WeakFloat) throw notAnIndex();
  if (key instanceof NdArray || isArray(key) || isTracer(key)) return [arrayItem(asarray(key))];
  if (Array.isArray(key)) {
    const list = asarray(key as ArrayLike);
    return [{ kind: "array", value: list.size === 0 ? asarray(list, "int64") : checkIndices(list) }];
  }
  if (typeof key === "boolean") return [{ kind: "array", value: asarray(key) }];
  throw notAnIndex();
}

function arrayItem(value: NdArray): Item {
  if (value.ndim === 0 && value.dtype !== "bool" && !isFloat(value.dtype))
    return { kind: "integer", value: Number(value.item()) };
  return { kind: "array", value: checkIndices(value) };
}

function checkIndices(value: NdArray): NdArray {
  if (!isFloat(value.dtype)) return value;
  throw value.ndim === 0
    ? notAnIndex()
    : new IndexError("arrays used as indices must be of integer (or boolean) type");
}

function parseText(text: string): Item[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.length > 1 && parts.at(-1) === "") parts.pop();
  return parts.map((part): Item => {
    if (part === "...") return { kind: "ellipsis" };
    if (part === "None" || part === "null" || part === "newaxis") return { kind: "newaxis" };
    if (/^[+-]?\d+$/.test(part)) return { kind: "integer", value: Number(part) };
    const bounds = part.split(":").map((bound) => bound.trim());
    const isSlice = bounds.length === 2 || bounds.length === 3;
    if (!isSlice || !bounds.every((bound) => /^([+-]?\d+)?$/.test(bound))) throw notAnIndex();
    const numbers = bounds.map((bound) => (bound === "" ? null : Number(bound)));
    if (numbers[2] === 0) throw new ValueError("slice step cannot be zero");
    return { kind: "slice", bounds: numbers };
  });
}

/** The position meant by an integer, which may count from the end. */
function checkPosition(value: number, axis: number, extent: number): number {
  if (value >= -extent && value < extent) return value < 0 ? value + extent : value;
  throw new IndexError(
    `index ${String(value)} is out of bounds for axis ${String(axis)} with size ${String(extent)}`,
  );
}

/** How many axes of the array an item stands for. */
function axesOf(item: Item): number {
  if (item.kind === "newaxis" || item.kind === "ellipsis") return 0;
  return item.kind === "array" && item.value.dtype === "bool" ? item.value.ndim : 1;
}

/** The items with the ellipsis, or the axes not named, written out as whole slices. */
function complete(array: NdArray, items: readonly Item[]): Item[] {
  const named = items.reduce((count, item) => count + axesOf(item), 0);
  if (named > array.ndim) {
    throw new IndexError(
      `too many indices for array: array is ${String(array.ndim)}-dimensional, but ${String(named)} were indexed`,
    );
  }
  const whole = new Array<Item>(array.ndim - named).fill({ kind: "slice", bounds: [null, null] });
  const at = items.findIndex((item) => item.kind === "ellipsis");
  return at < 0 ? [...items, ...whole] : [...items.slice(0, at), ...whole, ...items.slice(at + 1)];
}

/** Elements picked one by one: their places in memory, row-major over `shape`. */
interface Places {
  readonly places: readonly number[];
  readonly shape: readonly number[];
}

function basicLayout(array: NdArray, items: readonly Item[]): Layout {
  const shape: number[] = [];
  const strides: number[] = [];
  let { offset } = array;
  let axis = 0;
  for (const item of items) {
    if (item.kind === "newaxis") {
      shape.push(1);
      strides.push(0);
      continue;
    }
    const [extent, stride] = [array.shape[axis]!, array.strides[axis]!];
    if (item.kind === "integer") offset += checkPosition(item.value, axis, extent) * stride;
    else if (item.kind === "slice") {
      const range = sliceRange(item.bounds, extent);
      offset += range.length === 0 ? 0 : range.start * stride;
      shape.push(range.length);
      strides.push(range.step * stride);
    }
    axis++;
  }
  return { shape, strides, offset };
}

/** One axis of positions, from an index array or one axis of a mask. */
interface Positions {
  readonly axis: number;
  readonly value: NdArray;
}

function positionsOf(array: NdArray, item: Item, axis: number): Positions[] {
  if (item.kind === "integer") return [{ axis, value: asarray(item.value) }];
  if (item.kind !== "array") return [];
  const { value } = item;
  if (value.dtype !== "bool") return [{ axis, value }];
  value.shape.forEach((extent, i) => {
    const own = array.shape[axis + i]!;
    if (extent !== own) {
      throw new IndexError(
        `boolean index did not match indexed array along axis ${String(axis + i)}; size of axis is ` +
          `${String(own)} but size of corresponding boolean axis is ${String(extent)}`,
      );
    }
  });
  return nonzero(value).map((each, i) => ({ axis: axis + i, value: each }));
}

/**
 * Index arrays: broadcast together they make up one block of axes, which stands where they stood, or first when
 * other axes lie between them.
 */
function advancedPlaces(array: NdArray, items: readonly Item[]): Places {
  const before: Item[] = [];
  const after: Item[] = [];
  const positions: Positions[] = [];
  let [axis, isSplit, seen] = [0, false, false];
  const sliceAxes: { item: Item; axis: number; isAfter: boolean }[] = [];
  for (const item of items) {
    const own = positionsOf(array, item, axis);
    if (own.length > 0) {
      if (after.length > 0) isSplit = true;
      positions.push(...own);
      seen = true;
    } else {
      (seen ? after : before).push(item);
      sliceAxes.push({ item, axis, isAfter: seen });
    }
    axis += axesOf(item);
  }
  const shape = tryBroadcast(positions.map(({ value }) => value.shape));
  if (shape === undefined) {
    const text = positions.map(({ value }) => `${shapeText(value.shape).replaceAll(", ", ",")} `).join("");
    throw new IndexError(
      `shape mismatch: indexing arrays could not be broadcast together with shapes ${text}`,
    );
  }
  const picked = new Array<number>(sizeOf(shape)).fill(array.offset);
  for (const { axis: at, value } of positions) {
    const elements = value.view(stretchLayout(value, shape)).elements();
    for (let i = 0; i < picked.length; i++)
      picked[i]! += checkPosition(Number(elements[i]), at, array.shape[at]!) * array.strides[at]!;
  }
  const rest = (isAfter: boolean): Layout => {
    const chosen = sliceAxes.filter((each) => each.isAfter === isAfter);
    const ranges = chosen.map(({ item, axis: at }) =>
      item.kind === "slice"
        ? { ...sliceRange(item.bounds, array.shape[at]!), stride: array.strides[at]! }
        : { start: 0, step: 0, length: 1, stride: 0 },
    );
    return {
      shape: ranges.map(({ length }) => length),
      strides: ranges.map(({ step, stride }) => step * stride),
      offset: ranges.reduce((sum, { start, stride }) => sum + start * stride, 0),
    };
  };
  return combine(picked, shape, rest(false), rest(true), isSplit);
}

function combine(
  picked: readonly number[],
  shape: readonly number[],
  before: Layout,
  after: Layout,
  isSplit: boolean,
): Places {
  const places: number[] = [];
  const eachPicked = (base: number): void => {
    for (const place of picked) eachPlace(after, (inner) => places.push(base + place + inner));
  };
  if (!isSplit) {
    eachPlace(before, eachPicked);
    return { places, shape: [...before.shape, ...shape, ...after.shape] };
  }
  for (const place of picked)
    eachPlace(before, (outer) => eachPlace(after, (inner) => places.push(place + outer + inner)));
  return { places, shape: [...shape, ...before.shape, ...after.shape] };
}

/** Where one element is, when the index names exactly one by plain numbers; undefined for every other index. */
function placeOfElement(array: NdArray, key: unknown): number | undefined {
  const { shape, strides } = array;
  if (typeof key === "number" && shape.length === 1 && Number.isInteger(key))
    return array.offset + checkPosition(key, 0, shape[0]!) * strides[0]!;
  if (!(key instanceof Tuple) || key.items.length !== shape.length) return undefined;
  let place = array.offset;
  for (let axis = 0; axis < shape.length; axis++) {
    const item = key.items[axis];
    if (typeof item !== "number" || !Number.isInteger(item)) return undefined;
    place += checkPosition(item, axis, shape[axis]!) * strides[axis]!;
  }
  return place;
}

/** `array[key]`: a scalar, a view for integers and slices, a copy for index arrays. Throws IndexError as NumPy does. */
export function getItem(array: NdArray, key: unknown): NdArray {
  const place = placeOfElement(array, key);
  if (place !== undefined) return new NumpyScalar(array.memory[place]!, array.dtype);
  const items = complete(array, parse(key));
  if (!items.some((item) => item.kind === "array")) {
    const layout = basicLayout(array, items);
    const isElement = items.every((item) => item.kind === "integer");
    return isElement ? new NumpyScalar(array.memory[layout.offset]!, array.dtype) : array.view(layout);
  }
  const { places, shape } = advancedPlaces(array, items);
  const memory = allocate(array.dtype, places.length);
  places.forEach((from, i) => (memory[i] = array.memory[from]!));
  return NdArray.of(memory, array.dtype, shape);
}

/** `array[key] = value`, in place. Throws IndexError, or ValueError when the value does not fit. */
export function setItem(array: NdArray, key: unknown, value: unknown): void {
  if (array instanceof NumpyScalar)
    throw new TypeError(`'numpy.${array.dtype}' object does not support item assignment`);
  const place = placeOfElement(array, key);
  if (place !== undefined) {
    if (isArray(value) && value.size === 1) array.store(place, value);
    else array.memory[place] = elementFrom(value, array);
    return;
  }
  const items = complete(array, parse(key));
  if (!items.some((item) => item.kind === "array")) {
    const target = array.view(basicLayout(array, items));
    const source = sourceFor(value, target.shape, array);
    target.write((position) => source(position));
    return;
  }
  const { places, shape } = advancedPlaces(array, items);
  const source = sourceFor(value, shape, array);
  places.forEach((to, i) => (array.memory[to] = source(i)));
}

/** The element to store for a value that must be a single one. */
function elementFrom(value: unknown, array: NdArray): number | bigint {
  if (weakKindOf(value) !== undefined) return toElement(plainValue(value), array.dtype);
  const given = asarray(value as ArrayLike);
  if (given.size !== 1 || Array.isArray(value))
    throw new ValueError("setting an array element with a sequence.");
  return toElement(given.elements()[0]!, array.dtype);
}

function sourceFor(
  value: unknown,
  shape: readonly number[],
  array: NdArray,
): (position: number) => number | bigint {
  const given = asarray(value as ArrayLike);
  // Axes of extent 1 in front do not count.
  let lead = 0;
  while (given.ndim - lead > shape.length && given.shape[lead] === 1) lead++;
  const trimmed = given.view({
    shape: given.shape.slice(lead),
    strides: given.strides.slice(lead),
    offset: given.offset,
  });
  const joint = tryBroadcast([trimmed.shape, shape]);
  if (joint === undefined || shapeText(joint) !== shapeText(shape)) {
    const [from, into] = [given.shape, shape].map((each) => shapeText(each).replaceAll(", ", ","));
    throw new ValueError(`could not broadcast input array from shape ${from!} into shape ${into!}`);
  }
  const layout = stretchLayout(trimmed, shape);
  // A copy where both may share memory: `a[1:] = a[:-1]`.
  const elements =
    given.memory === array.memory ? trimmed.view(layout).copyElements() : trimmed.view(layout).elements();
  return (position) => toElement(elements[position]!, array.dtype);
}

/** The parts along the first axis. */
export function* iterate(array: NdArray): Generator<NdArray> {
  const [extent] = array.shape;
  if (extent === undefined) throw new TypeError("iteration over a 0-d array");
  for (let i = 0; i < extent; i++) yield getItem(array, i);
}
