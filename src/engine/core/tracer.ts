import { ArrayBase } from "./array-base.ts";
import type { ShapedArray } from "./aval.ts";
import { ConcretizationTypeError, TracerArrayConversionError } from "./errors.ts";
import type { Params, Primitive } from "./primitive.ts";
import { avalOfScalar, type PythonScalar } from "./scalar.ts";

/** What primitives are bound to: concrete arrays, tracers, Python scalars. */
export type Value = ArrayBase | PythonScalar;

/** The aval of anything that can be an operand. */
export function avalOf(value: Value): ShapedArray {
  return value instanceof ArrayBase ? value.aval : avalOfScalar(value);
}

/** An interpreter of primitives: eager evaluation, tracing to a Jaxpr, and every transformation is one. */
export interface Trace {
  /** JAX's class name, as printing a tracer shows it. */
  readonly name: string;
  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[];
}

/** A stand-in for an array while a function is traced; it knows its aval and the trace it belongs to. */
export abstract class Tracer extends ArrayBase {
  abstract readonly _trace: Trace;
  abstract override readonly aval: ShapedArray;
  /** What is being traced, for messages: `the function f for jit`. */
  abstract readonly origin: string;

  /** A tracer has no value to wait for. */
  block_until_ready(): this {
    return this;
  }

  item(): never {
    throw this.#concretization();
  }

  tolist(): never {
    throw this.#arrayConversion();
  }

  dataSync(): never {
    throw this.#arrayConversion();
  }

  data(): Promise<never> {
    return Promise.reject(this.#arrayConversion());
  }

  /** JavaScript asks for this where it wants a number. */
  override valueOf(): never {
    throw this.#concretization();
  }

  override toString(): string {
    return `Traced<${this.description}>with<${this._trace.name}>`;
  }

  /** As JAX's messages write it: `float32[3]`. */
  get description(): string {
    return `${this.aval.dtype}[${this.aval.shape.join(",")}]`;
  }

  #concretization(): ConcretizationTypeError {
    return new ConcretizationTypeError(
      `Abstract tracer value encountered where concrete value is expected: traced array with shape ` +
        `${this.description}.\nThe error occurred while tracing ${this.origin}.\n` +
        `See https://docs.jax.dev/en/latest/errors.html#jax.errors.ConcretizationTypeError`,
    );
  }

  #arrayConversion(): TracerArrayConversionError {
    return new TracerArrayConversionError(
      `The numpy.ndarray conversion method __array__() was called on traced array with shape ${this.description}.\n` +
        `The error occurred while tracing ${this.origin}.\n` +
        `See https://docs.jax.dev/en/latest/errors.html#jax.errors.TracerArrayConversionError`,
    );
  }
}

let current: Trace | undefined;

/** The innermost interpreter: it sees every primitive that is bound now. */
export function currentTrace(): Trace {
  if (current === undefined) throw new Error("internal error: the engine's eager trace is not installed");
  return current;
}

/** Installs the outermost interpreter; called once by the engine's door. */
export function installBaseTrace(trace: Trace): void {
  current = trace;
}

/** Runs `body` with `trace` as the innermost interpreter. */
export function withTrace<T>(trace: Trace, body: () => T): T {
  const previous = current;
  current = trace;
  try {
    return body();
  } finally {
    current = previous;
  }
}

/** Applies a primitive: the one way anything is ever computed. */
export function bind(
  primitive: Primitive,
  operands: readonly Value[],
  params: Params = {},
): readonly ArrayBase[] {
  return currentTrace().processPrimitive(primitive, operands, params);
}

/** `bind` for the primitives with one result. */
export function bind1(primitive: Primitive, operands: readonly Value[], params: Params = {}): ArrayBase {
  return bind(primitive, operands, params)[0]!;
}
