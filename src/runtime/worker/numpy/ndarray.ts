import {
  reprNumpyArray,
  strArray,
  ValueError,
  type DType,
  type HostArray,
  type EngineArray,
  type HostScalar,
} from "../engine-door.ts";
import { allocate, fromElement, itemsizeOf, toElement, type Elements } from "./dtype.ts";
import { finishWrites, isWorthPostponing, postpone } from "./pending-writes.ts";
import { eachPlace, gather, isContiguous, rowMajorStrides, sizeOf, type Layout } from "./strided.ts";

/**
 * NumPy's ndarray: a mutable array in the worker's memory. Slices, transposes and reshapes of one share its memory.
 * The methods that compute are installed by methods.ts.
 */
export class NdArray implements Layout {
  readonly #memory: Elements;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;

  constructor(memory: Elements, dtype: DType, layout: Layout) {
    this.#memory = memory;
    this.dtype = dtype;
    this.shape = Object.freeze([...layout.shape]);
    this.strides = layout.strides;
    this.offset = layout.offset;
  }

  /** A new array of row-major elements, which it keeps. */
  static of(elements: Elements, dtype: DType, shape: readonly number[]): NdArray {
    return new NdArray(elements, dtype, { shape, strides: rowMajorStrides(shape), offset: 0 });
  }

  /** Zeros. */
  static zeros(dtype: DType, shape: readonly number[]): NdArray {
    return NdArray.of(allocate(dtype, sizeOf(shape)), dtype, shape);
  }

  /** The memory, which other arrays may share, with everything that was to be written there. */
  get memory(): Elements {
    finishWrites();
    return this.#memory;
  }

  /** Writes the one element of an array of the engine at a place in memory, at once or before anybody looks. */
  store(place: number, value: EngineArray): void {
    if (isWorthPostponing(value)) {
      this.storeLater(place, value);
      return;
    }
    const element = value.item();
    this.memory[place] = toElement(typeof element === "boolean" ? Number(element) : element, this.dtype);
  }

  /** As `store`, before anybody looks. */
  storeLater(place: number, value: EngineArray): void {
    postpone(this.#memory, this.dtype, place, value);
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  get itemsize(): number {
    return itemsizeOf(this.dtype);
  }

  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /** The axes in reverse order, sharing memory. */
  get T(): NdArray {
    return this.view({
      shape: [...this.shape].reverse(),
      strides: [...this.strides].reverse(),
      offset: this.offset,
    });
  }

  /** Other elements of the same memory. */
  view(layout: Layout): NdArray {
    return new NdArray(this.memory, this.dtype, layout);
  }

  /** The elements in row-major order: the memory itself where it is that already, a copy elsewhere. */
  elements(): Elements {
    if (isContiguous(this)) {
      const typed = this.memory as unknown as Float64Array;
      if (this.offset === 0 && typed.length === this.size) return this.memory;
      return typed.subarray(this.offset, this.offset + this.size);
    }
    return this.copyElements();
  }

  /** As `elements`, always a copy. */
  copyElements(): Elements {
    const copy = allocate(this.dtype, this.size);
    gather(this.memory, this, copy);
    return copy;
  }

  /** A new array with memory of its own. */
  copy(): NdArray {
    return NdArray.of(this.copyElements(), this.dtype, this.shape);
  }

  /** The one element as a plain value. Throws ValueError when there are more. */
  item(): number | bigint | boolean {
    if (this.size !== 1) throw new ValueError("can only convert an array of size 1 to a Python scalar");
    return fromElement(this.elements()[0]!, this.dtype);
  }

  /** The elements as nested JavaScript arrays. */
  tolist(): unknown {
    const build = (axis: number, place: number): unknown => {
      const extent = this.shape[axis];
      if (extent === undefined) return fromElement(this.memory[place]!, this.dtype);
      return Array.from({ length: extent }, (_, i) => build(axis + 1, place + i * this.strides[axis]!));
    };
    return build(0, this.offset);
  }

  /** Fills every element with what `next` gives for its row-major position. */
  write(next: (position: number) => number | bigint): void {
    const { memory } = this;
    eachPlace(this, (place, position) => {
      memory[place] = next(position);
    });
  }

  /** What the engine asks of an array that is not its own. */
  __array__(): { data: HostArray; dtype: DType; shape: readonly number[]; isScalar: boolean } {
    const data = this.elements() as unknown as HostArray;
    return { data, dtype: this.dtype, shape: this.shape, isScalar: false };
  }

  /** `array([0. , 0.5, 1. ])` */
  __repr__(): string {
    return reprNumpyArray(this.#printable());
  }

  /** `[0.  0.5 1. ]` */
  toString(): string {
    return strArray(this.#printable());
  }

  /** Lets JavaScript use a one-element array where it wants a number. */
  valueOf(): unknown {
    return this.size === 1 ? this.item() : this;
  }

  #printable() {
    const elements = this.elements();
    const at = (position: number): HostScalar => {
      const element = elements[position]!;
      return this.dtype === "bool" ? element !== 0 : element;
    };
    return { dtype: this.dtype, shape: this.shape, weakType: false, at };
  }
}

/** One immutable value with a dtype, such as `a[0]` or `np.log(10)`: NumPy's scalar types. */
export class NumpyScalar extends NdArray {
  constructor(element: number | bigint, dtype: DType) {
    const memory = allocate(dtype, 1);
    memory[0] = element;
    super(memory, dtype, { shape: [], strides: [], offset: 0 });
  }

  override __array__(): { data: HostArray; dtype: DType; shape: readonly number[]; isScalar: boolean } {
    return { ...super.__array__(), isScalar: true };
  }

  /** `np.float64(0.5)` */
  override __repr__(): string {
    if (this.dtype === "bool") return this.memory[0] === 0 ? "np.False_" : "np.True_";
    return `np.${this.dtype}(${this.toString()})`;
  }
}

/** A result without axes is a scalar, as NumPy has it. */
export function scalarIfRank0(array: NdArray): NdArray {
  return array.ndim === 0 ? new NumpyScalar(array.memory[array.offset]!, array.dtype) : array;
}

/** Whether a condition holds for an array. Throws ValueError in NumPy's words unless it has one element. */
export function truthOf(array: NdArray): boolean {
  if (array.size === 1) return Boolean(array.item());
  throw new ValueError(
    array.size === 0
      ? "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty."
      : "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
  );
}
