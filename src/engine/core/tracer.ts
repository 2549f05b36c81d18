import { ArrayBase } from "./array-base.ts";
import type { ShapedArray } from "./aval.ts";
import { allocateHost, type HostArray, type HostScalar } from "./dtype.ts";
import { ConcretizationTypeError, TracerArrayConversionError, UnexpectedTracerError } from "./errors.ts";
import type { Params, Primitive } from "./primitive.ts";
import { avalOfScalar, convertScalar, type PythonScalar } from "./scalar.ts";

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
  /** The interpreter this one computes with, or was started under; the eager one has none. */
  readonly parent?: Trace | undefined;
  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[];
}

/** What concrete arrays can do and tracers usually cannot. */
interface ReadableArray extends ArrayBase {
  item(): HostScalar;
  tolist(): unknown;
  dataSync(): HostArray;
  data(): Promise<HostArray>;
}

/** A stand-in for an array while a function is traced; it knows its aval and the trace it belongs to. */
export abstract class Tracer extends ArrayBase {
  abstract readonly _trace: Trace;
  abstract override readonly aval: ShapedArray;
  /** What is being traced, for messages: `the function f for jit`. */
  abstract readonly origin: string;

  /** The value itself, where a transformation has it although it traces. */
  get known(): Value | undefined {
    return undefined;
  }

  /** The values this one is made of. */
  get parts(): readonly unknown[] {
    return [];
  }

  /** A tracer has no value to wait for. */
  block_until_ready(): this {
    return this;
  }

  item(): HostScalar {
    const { known } = this;
    if (known === undefined) throw this.#concretization();
    return known instanceof ArrayBase
      ? (known as ReadableArray).item()
      : convertScalar(known, this.aval.dtype);
  }

  tolist(): unknown {
    const { known } = this;
    if (known === undefined) throw this.#arrayConversion();
    return known instanceof ArrayBase ? (known as ReadableArray).tolist() : this.item();
  }

  dataSync(): HostArray {
    const { known } = this;
    if (known === undefined) throw this.#arrayConversion();
    if (known instanceof ArrayBase) return (known as ReadableArray).dataSync();
    const host = allocateHost(this.aval.dtype, 1);
    host[0] = this.item() as never;
    return host;
  }

  async data(): Promise<HostArray> {
    const { known } = this;
    return known instanceof ArrayBase ? (known as ReadableArray).data() : this.dataSync();
  }

  /** JavaScript asks for this where it wants a number. */
  override valueOf(): unknown {
    return this.item();
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

/** The error for a tracer that was kept beyond the transformation that made it. */
export function leakedTracer(tracer: Tracer): UnexpectedTracerError {
  return new UnexpectedTracerError(
    `Encountered an unexpected tracer. A function transformed by JAX had a side effect, allowing for a reference to ` +
      `an intermediate value with type ${tracer.description} wrapped in a ${tracer._trace.name}r to escape the ` +
      `scope of the transformation.\n` +
      `JAX transformations require that functions explicitly return their outputs, and disallow saving intermediate ` +
      `values to global state.\n` +
      `See https://docs.jax.dev/en/latest/errors.html#jax.errors.UnexpectedTracerError`,
  );
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
