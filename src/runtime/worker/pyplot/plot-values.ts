import { isArray, isTracer } from "../engine-door.ts";
import { HintedError } from "../hinted-error.ts";

/** Numbers for a plot: their shape at once, the elements when the device has computed them. */
export interface PlotValues {
  readonly shape: readonly number[];
  readonly data: Promise<ArrayLike<number>>;
}

/**
 * Takes a snapshot of anything a plot can be made of: arrays, numbers, lists of them (nested to any depth), typed
 * arrays, and whatever converts itself by `__array__()`. Later writes to a mutable source do not show.
 */
export function plotValues(value: unknown): PlotValues {
  if (isArray(value)) {
    // A handle of its own: the caller's may be given back before the elements have arrived.
    const held = value.alias();
    const data = held.data().then(asNumbers);
    void data.catch(() => undefined).then(() => held.delete());
    return { shape: value.shape, data };
  }
  if (isTracer(value)) {
    throw new HintedError(
      "TracerArrayConversionError",
      `The numpy.ndarray conversion method __array__() was called on traced array with shape ${value.aval.toString()}`,
      "Plot the result of the transformed function, outside of it.",
    );
  }
  const elements = numbersOf(value);
  if (elements !== undefined) return known([elements.length], elements);
  if (typeof value === "object" && value !== null) return fromObject(value);
  return known([], [scalar(value)]);
}

/** A number from an option: `0.5` in a cell is an object that stands for a float. */
export function scalar(value: unknown): number {
  if (isArray(value) || typeof value === "bigint") return Number(isArray(value) ? value.item() : value);
  const number = value === undefined || value === null || typeof value === "string" ? NaN : Number(value);
  if (Number.isNaN(number) && typeof value !== "number" && value !== null) {
    throw new HintedError("TypeError", `must be real number, not ${typeof value}`);
  }
  return number;
}

function known(shape: readonly number[], data: ArrayLike<number>): PlotValues {
  return { shape, data: Promise.resolve(data) };
}

function asNumbers(data: ArrayLike<number | bigint>): ArrayLike<number> {
  return typeof data[0] === "bigint" ? Float64Array.from(data, Number) : (data as ArrayLike<number>);
}

/** A copy of flat numbers; undefined for anything else. */
function numbersOf(value: unknown): ArrayLike<number> | undefined {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return asNumbers((value as unknown as Float64Array).slice());
  if (Array.isArray(value) && value.every((item) => typeof item === "number"))
    return Float64Array.from(value);
  return undefined;
}

function fromObject(value: object): PlotValues {
  const { __array__: convert } = value as { __array__?: unknown };
  if (typeof convert === "function") return plotValues(Reflect.apply(convert, value, []));
  const { shape, data } = value as { shape?: unknown; data?: unknown };
  const elements = numbersOf(data);
  if (Array.isArray(shape) && elements !== undefined) return known(shape as number[], elements);
  if (Symbol.iterator in value) return stack([...(value as Iterable<unknown>)].map(plotValues));
  return known([], [scalar(value)]);
}

/** Values of one shape as one value with a new first axis. */
function stack(items: readonly PlotValues[]): PlotValues {
  const inner = items[0]?.shape ?? [];
  if (
    items.some(({ shape }) => shape.length !== inner.length || shape.some((extent, k) => extent !== inner[k]))
  ) {
    throw new HintedError(
      "ValueError",
      "setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 " +
        `dimensions. The detected shape was (${String(items.length)},) + inhomogeneous part.`,
    );
  }
  const size = inner.reduce((a, b) => a * b, 1);
  const join = async (): Promise<ArrayLike<number>> => {
    const parts = await Promise.all(items.map(({ data }) => data));
    const joined = new Float64Array(items.length * size);
    parts.forEach((part, k) => joined.set(part, k * size));
    return joined;
  };
  return { shape: [items.length, ...inner], data: join() };
}

/** "(3,)" or "(80, 80)", as Python writes a shape. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${String(shape[0])},)` : `(${shape.join(", ")})`;
}

/** Number of elements. */
export function sizeOf({ shape }: PlotValues): number {
  return shape.reduce((a, b) => a * b, 1);
}
