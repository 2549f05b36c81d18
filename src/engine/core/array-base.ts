import { itemsize, type DType } from "./dtype.ts";
import type { Shape, ShapedArray } from "./aval.ts";

/**
 * What concrete arrays and tracers share. The methods users chain (`x.sum()`, `x.at[i].set(v)`) are installed on this
 * class by one typed file of the NumPy layer, so that the core need not know them.
 */
export abstract class ArrayBase {
  abstract readonly aval: ShapedArray;
  #shape: Shape | undefined;

  /** The lengths of the axes. Frozen: what cannot change is a tuple, and shown as one. */
  get shape(): Shape {
    this.#shape ??= Object.freeze([...this.aval.shape]);
    return this.#shape;
  }

  get dtype(): DType {
    return this.aval.dtype;
  }

  get weak_type(): boolean {
    return this.aval.weakType;
  }

  get ndim(): number {
    return this.aval.ndim;
  }

  /** Number of elements. */
  get size(): number {
    return this.aval.size;
  }

  get itemsize(): number {
    return itemsize(this.aval.dtype);
  }

  /** Bytes of the elements in NumPy's layout. */
  get nbytes(): number {
    return this.aval.size * itemsize(this.aval.dtype);
  }
}
