import { shortName, type DType } from "./dtype.ts";

export type Shape = readonly number[];

/** What is known about an array before it is computed: shape, dtype, and whether the dtype is weak. */
export class ShapedArray {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly weakType: boolean;
  #id = -1;

  constructor(shape: Shape, dtype: DType, weakType = false) {
    this.shape = shape;
    this.dtype = dtype;
    this.weakType = weakType;
  }

  get ndim(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  update(change: { shape?: Shape; dtype?: DType; weakType?: boolean }): ShapedArray {
    return new ShapedArray(
      change.shape ?? this.shape,
      change.dtype ?? this.dtype,
      change.weakType ?? this.weakType,
    );
  }

  /** As a Jaxpr writes it: `f32[3,4]`. */
  toString(): string {
    return `${shortName(this.dtype)}[${this.shape.join(",")}]`;
  }

  /** Everything a compiled program depends on, as text: `f32[3,4]*` when weak. */
  get key(): string {
    return this.weakType ? `${this.toString()}*` : this.toString();
  }

  /** A number that stands for `key`: equal exactly when the keys are, and found much faster. */
  get id(): number {
    if (this.#id < 0) this.#id = idOf(this.key);
    return this.#id;
  }
}

const ids = new Map<string, number>();

function idOf(key: string): number {
  let id = ids.get(key);
  if (id === undefined) ids.set(key, (id = ids.size));
  return id;
}

/** How many elements a shape has. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

export function sameShape(left: Shape, right: Shape): boolean {
  if (left === right) return true;
  if (left.length !== right.length) return false;
  for (let axis = 0; axis < left.length; axis++) if (left[axis] !== right[axis]) return false;
  return true;
}

/** A shape as Python prints the tuple: `(3,)`, `(2, 3)`, `()`. */
export function formatShape(shape: Shape): string {
  return shape.length === 1 ? `(${String(shape[0])},)` : `(${shape.join(", ")})`;
}
