import { sizeOf } from "../../../core/aval.ts";
import type { DType, HostArray, HostScalar } from "../../../core/dtype.ts";
import { ExprBuilder } from "../../../kernel/expr-builder.ts";
import { outputSizes, type Kernel, type ReduceOp } from "../../../kernel/kernel.ts";
import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import { CpuBackend } from "../cpu-backend.ts";

const backend = new CpuBackend();

/** Runs a kernel on fresh buffers and gives its outputs; memory starts dirty, as reused memory does. */
export function runKernel(
  kernel: Kernel,
  inputs: readonly HostArray[],
  params: readonly HostScalar[] = [],
): HostArray[] {
  const buffers = inputs.map((data, k) => backend.upload(kernel.inputs[k]!, data));
  const outputs = outputSizes(kernel).map((size, k) => {
    const dtype = kernel.outputs[k]!;
    backend.release(backend.upload("int32", new Int32Array(size * 2 + 2).fill(0x5a5a5a5a)));
    return backend.allocate(dtype, size);
  });
  backend.dispatch(backend.compile(kernel), buffers, params, outputs);
  const results = outputs.map((buffer) => backend.readSync(buffer, 0, buffer.length));
  for (const buffer of [...buffers, ...outputs]) backend.release(buffer);
  return results;
}

/** A flat elementwise kernel over equally long inputs. */
export function mapFlat(
  inputs: readonly HostArray[],
  dtypes: readonly DType[],
  f: (b: ExprBuilder, ...values: ScalarExpr[]) => ScalarExpr,
): HostArray {
  const length = inputs[0]!.length;
  const b = new ExprBuilder();
  const value = f(b, ...dtypes.map((dtype, k) => b.load(k, dtype, b.index(0, length))));
  const kernel: Kernel = {
    kind: "map",
    shape: [length],
    inputs: dtypes,
    params: [],
    outputs: [value.dtype],
    values: [value],
  };
  return runKernel(kernel, inputs)[0]!;
}

/** Row-major position of a point given by one index per axis. */
export function flatten(b: ExprBuilder, index: readonly ScalarExpr[], shape: readonly number[]): ScalarExpr {
  let position = b.int(0);
  index.forEach((value, axis) => {
    position = b.indexAdd(b.indexMultiply(position, shape[axis]!), value);
  });
  return position;
}

/** Folds the given axes of one array; the result has the kept axes in order. */
export function reduceArray(
  op: ReduceOp,
  data: HostArray,
  dtype: DType,
  shape: readonly number[],
  axes: readonly number[],
): HostArray {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const b = new ExprBuilder();
  const index: ScalarExpr[] = [];
  order.forEach((axis, loop) => (index[axis] = b.index(loop, shape[axis]!)));
  const value = b.load(0, dtype, flatten(b, index, shape));
  const result = op === "argmax" || op === "argmin" ? "int32" : dtype;
  const kernel: Kernel = {
    kind: "reduce",
    shape: kept.map((axis) => shape[axis]!),
    reduceShape: axes.map((axis) => shape[axis]!),
    inputs: [dtype],
    params: [],
    outputs: [result],
    reductions: [{ op, value, dtype: result }],
    values: [b.accumulator(0, result)],
  };
  if (sizeOf(shape) !== data.length) throw new Error("the data does not have that shape");
  return runKernel(kernel, [data])[0]!;
}
