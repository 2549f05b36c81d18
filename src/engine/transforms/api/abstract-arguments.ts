import { ArrayBase } from "../../core/array-base.ts";
import { formatShape, ShapedArray, type Shape } from "../../core/aval.ts";
import { isDType, type DType } from "../../core/dtype.ts";
import { canonicalizeDType } from "../../core/promotion.ts";
import { pythonTypeName } from "../../core/python-type-name.ts";
import { isPythonScalar } from "../../core/scalar.ts";
import { avalOf } from "../../core/tracer.ts";

/** A dtype by name, or an object such as `jnp.float32` that has one. */
type NamedDType = DType | { readonly dtype: DType };

/** The shape and dtype of an array that nobody has computed. */
export class ShapeDtypeStruct {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly weak_type: boolean;

  constructor(shape: Shape, dtype: NamedDType, weakType = false) {
    const name = typeof dtype === "string" ? dtype : dtype.dtype;
    if (!isDType(name)) throw new TypeError(`data type '${String(name)}' not understood`);
    this.shape = [...shape];
    this.dtype = canonicalizeDType(name);
    this.weak_type = weakType;
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, extent) => product * extent, 1);
  }

  /** As JAX prints it. */
  toString(): string {
    const weak = this.weak_type ? ", weak_type=True" : "";
    return `ShapeDtypeStruct(shape=${formatShape(this.shape)}, dtype=${this.dtype}${weak})`;
  }
}

/** The type of an argument: of an array, a scalar or a ShapeDtypeStruct. Throws TypeError for anything else. */
export function abstractArgument(functionName: string, leaf: unknown): ShapedArray {
  if (leaf instanceof ShapeDtypeStruct) return new ShapedArray(leaf.shape, leaf.dtype, leaf.weak_type);
  if (leaf instanceof ArrayBase || isPythonScalar(leaf)) return avalOf(leaf);
  throw new TypeError(
    `Error interpreting argument to ${functionName} as an abstract array. The problematic value is of type ` +
      `<class '${pythonTypeName(leaf)}'>.\nThis typically means that a jit-wrapped function was called with a ` +
      `non-array argument, and this argument was not marked as static using the static_argnums or ` +
      `static_argnames parameters of jax.jit.`,
  );
}
