import { ArrayBase } from "../core/array-base.ts";
import { ShapedArray } from "../core/aval.ts";
import type { ClosedJaxpr } from "../core/jaxpr.ts";
import type { BatchDim, Params, Primitive } from "../core/primitive.ts";
import { bind, currentTrace, Tracer, withTrace, type Trace, type Value } from "../core/tracer.ts";
import { batchAxisAt } from "./batch-axis.ts";
import { DerivedJaxprs, flagKey, spread, withoutConstants } from "./derived-jaxprs.ts";
import { evalJaxpr } from "./eval-jaxpr.ts";
import { traceToJaxpr } from "./jaxpr-trace.ts";
import type { FlatFunction } from "./jvp.ts";

/** One example's view of a whole batch. */
export class BatchTracer extends Tracer {
  override readonly _trace: BatchTrace;
  /** The batch, with its examples along axis `dim`. */
  readonly value: ArrayBase;
  readonly dim: number;
  override readonly aval: ShapedArray;

  constructor(trace: BatchTrace, value: ArrayBase, dim: number) {
    super();
    this._trace = trace;
    this.value = value;
    this.dim = dim;
    this.aval = value.aval.update({ shape: value.shape.filter((_, axis) => axis !== dim) });
  }

  override get origin(): string {
    return this.value instanceof Tracer ? this.value.origin : "a function for vmap";
  }

  override get parts(): readonly unknown[] {
    return [this.value];
  }

  override toString(): string {
    const batched = `${this.value.dtype}[${this.value.shape.join(",")}]`;
    return `VmapTracer(aval=${this.description}, batched=${batched})`;
  }
}

/** Computes every primitive for all examples at once, with its parent. */
export class BatchTrace implements Trace {
  readonly name = "BatchTrace";
  readonly parent: Trace;
  readonly axisSize: number;

  constructor(parent: Trace, axisSize: number) {
    this.parent = parent;
    this.axisSize = axisSize;
  }

  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    const pairs = operands.map((operand) => this.unwrap(operand));
    const values = pairs.map(({ value }) => value);
    const dims = pairs.map(({ dim }) => dim);
    return withTrace(this.parent, () => {
      if (dims.every((dim) => dim === null)) return bind(primitive, values, params);
      const results = primitive.batch(values, dims, params, this.axisSize);
      return results.values.map((value, k) => this.wrap(value as ArrayBase, results.dims[k]!));
    });
  }

  /** The batch behind a value; values from outside are the same for every example. */
  unwrap(value: Value): { value: Value; dim: BatchDim } {
    return value instanceof BatchTracer && value._trace === this ? value : { value, dim: null };
  }

  wrap(value: ArrayBase, dim: BatchDim): ArrayBase {
    return dim === null ? value : new BatchTracer(this, value, dim);
  }
}

/** Runs `f` for a whole batch: `dims[k]` is the batch axis of argument k. Results are not wrapped in tracers. */
export function vmapFlat(
  f: FlatFunction,
  values: readonly Value[],
  dims: readonly BatchDim[],
  axisSize: number,
): { readonly values: readonly Value[]; readonly dims: readonly BatchDim[] } {
  const trace = new BatchTrace(currentTrace(), axisSize);
  const args = dims.map((dim, k) => (dim === null ? values[k]! : trace.wrap(values[k] as ArrayBase, dim)));
  const results = withTrace(trace, () => f(...(args as readonly ArrayBase[]))).map((value) =>
    trace.unwrap(value),
  );
  return { values: results.map(({ value }) => value), dims: results.map(({ dim }) => dim) };
}

/** A Jaxpr that runs another one for a whole batch. */
export interface BatchedJaxpr {
  /** Batch axes are axis 0, in and out. */
  readonly jaxpr: ClosedJaxpr;
  readonly batchedOut: readonly boolean[];
}

const batches = new DerivedJaxprs<BatchedJaxpr>();

/**
 * The batched form of a Jaxpr. `batched[k]`: argument k has a batch axis; `instantiate[k]`: result k shall have one
 * even if it is the same for every example.
 */
export function batchJaxpr(
  closed: ClosedJaxpr,
  axisSize: number,
  batched: readonly boolean[],
  instantiate: readonly boolean[] | boolean,
): BatchedJaxpr {
  const wanted = spread(instantiate, closed.out_avals.length);
  const key = `${String(axisSize)} ${flagKey(batched)} ${flagKey(wanted)}`;
  return batches.get(closed, key, () => {
    let batchedOut: readonly boolean[] = [];
    const avals = closed.in_avals.map((aval, k) =>
      batched[k] ? aval.update({ shape: [axisSize, ...aval.shape] }) : aval,
    );
    const body = (...args: readonly ArrayBase[]): readonly Value[] => {
      const f: FlatFunction = (...examples) => evalJaxpr(closed.jaxpr, closed.consts, examples);
      const results = vmapFlat(
        f,
        args,
        batched.map((flag) => (flag ? 0 : null)),
        axisSize,
      );
      batchedOut = results.dims.map((dim, k) => wanted[k]! || dim !== null);
      return results.values.map((value, k) =>
        batchedOut[k] ? batchAxisAt(value, results.dims[k]!, 0, axisSize) : value,
      );
    };
    const jaxpr = withoutConstants(traceToJaxpr(body, avals, "vmap", currentTrace()));
    return { jaxpr, batchedOut };
  });
}
