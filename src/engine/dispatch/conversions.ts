import { ArrayBase } from "../core/array-base.ts";
import { TracerBoolConversionError, ValueError } from "../core/errors.ts";
import { WeakFloat } from "../core/scalar.ts";
import { Tracer } from "../core/tracer.ts";
import { ArrayImpl } from "./array.ts";

/**
 * Python's truth value of anything used as a condition. Arrays of one element convert, larger and empty ones raise
 * ValueError in NumPy's words, tracers raise TracerBoolConversionError; other values follow JavaScript.
 */
export function truth(value: unknown): boolean {
  if (!(value instanceof ArrayBase)) return value instanceof WeakFloat ? value.value !== 0 : Boolean(value);
  if (value.size === 0) {
    throw new ValueError(
      "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty.",
    );
  }
  if (value.size > 1) {
    throw new ValueError(
      "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
    );
  }
  if (value instanceof Tracer) {
    if (value.known !== undefined) return truth(value.known);
    throw new TracerBoolConversionError(
      `Attempted boolean conversion of traced array with shape ${value.description}.\n` +
        `The error occurred while tracing ${value.origin}. This concrete value was not available because it depends ` +
        `on the value of an argument.\n` +
        `See https://docs.jax.dev/en/latest/errors.html#jax.errors.TracerBoolConversionError`,
    );
  }
  return value instanceof ArrayImpl && Boolean(value.item());
}

/** What `x[i] = v` raises: arrays are immutable, and JAX says what to write instead. */
export function setItem(target: ArrayBase): never {
  const type =
    target instanceof Tracer
      ? "jax._src.interpreters.partial_eval.DynamicJaxprTracer"
      : "jaxlib.xla_extension.ArrayImpl";
  throw new TypeError(
    `'<class '${type}'>' object does not support item assignment. JAX arrays are immutable. Instead of ` +
      "``x[idx] = y``, use ``x = x.at[idx].set(y)`` or another .at[] method: " +
      "https://jax.readthedocs.io/en/latest/_autosummary/jax.numpy.ndarray.at.html",
  );
}
