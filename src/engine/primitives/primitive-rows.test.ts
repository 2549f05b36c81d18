import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import type { ArrayBase } from "../core/array-base.ts";
import { sameShape, type Shape } from "../core/aval.ts";
import { allocateHost, is64Bit, isFloating, type DType, type HostArray } from "../core/dtype.ts";
import type { BatchDim, Primitive, Tangent } from "../core/primitive.ts";
import { convertScalar } from "../core/scalar.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind, type Value } from "../core/tracer.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { useBackend } from "../dispatch/devices.ts";
import { jit } from "../dispatch/jit.ts";
import { initialize, jax } from "../index.ts";
import { fromHost } from "../numpy/host-array.ts";
import { evalJaxpr } from "../transforms/eval-jaxpr.ts";
import { jvpFlat, type FlatFunction } from "../transforms/jvp.ts";
import { linearizeFlat } from "../transforms/partial-eval.ts";
import { backwardPass } from "../transforms/transpose.ts";
import { vmapFlat } from "../transforms/vmap.ts";
import { primitiveRows } from "./primitive-rows.ts";
import type { PrimitiveRow, RowCase, RowOperand } from "./rows/row.ts";
import { instantiateZeros } from "./zeros.ts";

const webgpu = testDevice();

beforeAll(() => {
  jax.config.update("jax_enable_x64", true);
});
afterAll(() => {
  jax.config.update("jax_enable_x64", false);
});

/** Elements on the host: what a check starts from and compares. */
interface Host {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: HostArray;
}

let state = 1;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
}

function hostOf(operand: RowOperand, float: DType): Host {
  const dtype = operand.dtype === "float" ? float : operand.dtype;
  const size = operand.shape.reduce((product, extent) => product * extent, 1);
  const data = allocateHost(dtype, size);
  for (let k = 0; k < size; k++) {
    const span = operand.high - operand.low;
    const drawn = isFloating(dtype)
      ? operand.low + random() * span
      : operand.low + Math.floor(random() * (span + 1));
    (data as Float64Array)[k] = Number(convertScalar(operand.values?.[k] ?? drawn, dtype));
  }
  return { shape: operand.shape, dtype, data };
}

const upload = ({ data, shape, dtype }: Host): ArrayImpl => fromHost(data, shape, dtype);

async function download(value: Value): Promise<Host> {
  const array = value as ArrayImpl;
  return { shape: array.shape, dtype: array.dtype, data: await array.data() };
}

function downloadSync(value: Value): Host {
  const array = (value instanceof ArrayImpl ? value : instantiated(value)) as ArrayImpl;
  return { shape: array.shape, dtype: array.dtype, data: array.dataSync() };
}

function instantiated(value: Value): ArrayBase {
  const aval = avalOf(value);
  const data = allocateHost(aval.dtype, 1);
  (data as Float64Array)[0] = Number(convertScalar(value as number, aval.dtype));
  return fromHost(data, [], aval.dtype);
}

function functionOf(row: PrimitiveRow, each: RowCase, float: DType): FlatFunction {
  const params = each.params?.(float) ?? {};
  return (...values) => bind(row.primitive, values, params);
}

/** Whether the results of a case can be differentiated by its operands. */
function isDifferentiable(row: PrimitiveRow, each: RowCase): boolean {
  return row.primitive.jvp !== "zero" && each.operands.some((operand) => operand.dtype === "float");
}

function describeCase(row: PrimitiveRow, each: RowCase): string {
  const operands = each.operands.map((operand) => `${operand.dtype}[${operand.shape.join(",")}]`);
  return `${row.primitive.name}(${operands.join(", ")}) ${JSON.stringify(each.params?.("float32") ?? {})}`;
}

function expectSame(actual: Host, wanted: Host, tolerance: number, what: string, ofLargest = false): void {
  expect(actual.dtype, what).toBe(wanted.dtype);
  expect(actual.shape, what).toEqual(wanted.shape);
  let largest = 0;
  if (ofLargest) for (const x of wanted.data) largest = Math.max(largest, Math.abs(Number(x)));
  for (let k = 0; k < wanted.data.length; k++) {
    const [left, right] = [Number(actual.data[k]), Number(wanted.data[k])];
    if (Object.is(left, right) || left === right) continue;
    const bound = tolerance * Math.max(Math.abs(right), largest);
    if (!(Math.abs(left - right) <= bound)) {
      expect.fail(`${what}: element ${String(k)} is ${String(left)}, wanted ${String(right)}`);
    }
  }
}

function dotProduct(left: readonly Host[], right: readonly Host[]): number {
  let sum = 0;
  left.forEach((host, k) => {
    host.data.forEach((x, n) => (sum += Number(x) * Number(right[k]!.data[n])));
  });
  return sum;
}

/** Directions to differentiate in, one per operand; zeros for what is no float. */
function directions(hosts: readonly Host[]): Host[] {
  return hosts.map((host) => {
    const data = allocateHost(host.dtype, host.data.length);
    if (isFloating(host.dtype)) data.forEach((_, k) => ((data as Float64Array)[k] = random() * 2 - 1));
    return { ...host, data };
  });
}

function tangentsOf(hosts: readonly Host[]): Tangent[] {
  return hosts.map((host) => {
    const array = upload(host);
    return isFloating(host.dtype) ? array : new Zero(array.aval);
  });
}

function moved(hosts: readonly Host[], along: readonly Host[], step: number): Host[] {
  return hosts.map((host, k) => {
    if (!isFloating(host.dtype)) return host;
    const data = host.data.slice() as Float64Array;
    data.forEach((x, n) => (data[n] = x + step * Number(along[k]!.data[n])));
    return { ...host, data };
  });
}

function checkAbstractEval(row: PrimitiveRow, each: RowCase, float: DType): void {
  const what = describeCase(row, each);
  const hosts = each.operands.map((operand) => hostOf(operand, float));
  const args = hosts.map(upload);
  const avals = row.primitive.abstractEval(
    args.map((arg) => arg.aval),
    each.params?.(float) ?? {},
  );
  const results = functionOf(row, each, float)(...args);
  expect(results.length, what).toBe(avals.length);
  results.forEach((result, k) => {
    const host = downloadSync(result);
    expect(sameShape(host.shape, avals[k]!.shape), what).toBe(true);
    expect(host.data.length, what).toBe(avals[k]!.size);
    expect(host.data.constructor, what).toBe(allocateHost(avals[k]!.dtype, 0).constructor);
  });
}

/** jvp against central differences, and the transpose of the linear program against the program. */
function checkDerivatives(row: PrimitiveRow, each: RowCase): void {
  const what = describeCase(row, each);
  const f = functionOf(row, each, "float64");
  const hosts = each.operands.map((operand) => hostOf(operand, "float64"));
  const along = directions(hosts);
  const { primals, tangents } = jvpFlat(f, hosts.map(upload), tangentsOf(along));
  const derivative = tangents.map((tangent) => downloadSync(instantiateZeros(tangent)));
  const step = 1e-5;
  const [ahead, behind] = [step, -step].map((by) =>
    f(...moved(hosts, along, by).map(upload)).map(downloadSync),
  );
  primals.forEach((primal, k) => {
    const value = downloadSync(primal);
    if (!isFloating(value.dtype)) return;
    // A float32 result has too few digits for differences: the derivative is that of the identity there.
    const isCoarse = value.dtype === "float32";
    const difference = allocateHost(value.dtype, value.data.length);
    difference.forEach((_, n) => {
      const rise = Number(ahead![k]!.data[n]) - Number(behind![k]!.data[n]);
      (difference as Float64Array)[n] = rise / (2 * step);
    });
    expectSame(
      derivative[k]!,
      { ...value, data: difference },
      isCoarse ? 0.05 : 1e-6,
      `jvp of ${what}`,
      true,
    );
  });
  checkTranspose(f, hosts, along, derivative, what);
}

function checkTranspose(
  f: FlatFunction,
  hosts: readonly Host[],
  along: readonly Host[],
  derivative: readonly Host[],
  what: string,
): void {
  const linear = linearizeFlat(f, hosts.map(upload));
  const { jaxpr, consts } = linear.jaxpr;
  const nonzero = derivative.filter((_, k) => linear.nonzeroOut[k]);
  const again = evalJaxpr(jaxpr, consts, tangentsOf(along).map(instantiateZeros)).map((value) =>
    downloadSync(value),
  );
  again.forEach((host, k) => {
    expectSame(host, nonzero[k]!, host.dtype === "float32" ? 1e-5 : 1e-9, `linearized ${what}`, true);
  });
  const cotangents = directions(nonzero);
  const undefineds = jaxpr.invars.map((variable) => new UndefinedPrimal(variable.aval));
  const back = backwardPass(jaxpr, consts, undefineds, cotangents.map(upload)).map((cotangent) =>
    downloadSync(instantiateZeros(cotangent)),
  );
  back.forEach((host, k) => {
    expect(host.shape, `vjp of ${what}`).toEqual(hosts[k]!.shape);
  });
  const [left, right] = [dotProduct(cotangents, nonzero), dotProduct(back, along)];
  const coarse = nonzero.some((host) => host.dtype === "float32");
  const scale = Math.sqrt(dotProduct(cotangents, cotangents) * dotProduct(nonzero, nonzero)) + 1e-300;
  if (!(Math.abs(left - right) <= (coarse ? 1e-5 : 1e-10) * scale)) {
    expect.fail(`vjp of ${what}: <ct, J t> is ${String(left)}, <vjp(ct), t> is ${String(right)}`);
  }
}

/** Axis 0, the last axis, or none, for each operand; all of them for up to two operands. */
function batchDims(operands: readonly RowOperand[]): BatchDim[][] {
  const choices = operands.map((operand): BatchDim[] => [null, 0, operand.shape.length]);
  const all = choices.reduce<BatchDim[][]>(
    (lists, own) => lists.flatMap((list) => own.map((dim) => [...list, dim])),
    [[]],
  );
  const unique = [...new Map(all.map((dims) => [String(dims), dims])).values()];
  const some = unique.filter((dims) => dims.some((dim) => dim !== null));
  if (operands.length <= 2) return some;
  // Three and more: one alone, all but one, all, in front and behind.
  return some.filter((dims) => {
    const count = dims.filter((dim) => dim !== null).length;
    const isExtreme = count === 1 || count >= dims.length - 1;
    const isFront = dims.every((dim) => dim === null || dim === 0);
    return (
      isExtreme && (isFront || dims.every((dim, k) => dim === null || dim === operands[k]!.shape.length))
    );
  });
}

const batchSize = 2;

/** Examples side by side along axis `dim`. */
function stacked(examples: readonly Host[], dim: number): Host {
  const first = examples[0]!;
  const inner = first.shape.slice(dim).reduce((product, extent) => product * extent, 1);
  const outer = first.shape.slice(0, dim).reduce((product, extent) => product * extent, 1);
  const data = allocateHost(first.dtype, first.data.length * batchSize);
  for (let o = 0; o < outer; o++) {
    examples.forEach((example, k) => {
      for (let n = 0; n < inner; n++) {
        (data as Float64Array)[(o * batchSize + k) * inner + n] = example.data[o * inner + n] as number;
      }
    });
  }
  return { shape: first.shape.toSpliced(dim, 0, batchSize), dtype: first.dtype, data };
}

function checkVmap(row: PrimitiveRow, each: RowCase): void {
  const f = functionOf(row, each, "float64");
  const examples = Array.from({ length: batchSize }, () =>
    each.operands.map((operand) => hostOf(operand, "float64")),
  );
  for (const dims of batchDims(each.operands)) {
    const what = `vmap of ${describeCase(row, each)} over ${String(dims.map((dim) => dim ?? "none"))}`;
    const loop = examples.map((example) =>
      f(...example.map((own, k) => upload(dims[k] === null ? examples[0]![k]! : own))).map(downloadSync),
    );
    const args = dims.map((dim, k) =>
      upload(
        dim === null
          ? examples[0]![k]!
          : stacked(
              examples.map((example) => example[k]!),
              dim,
            ),
      ),
    );
    const { values, dims: outDims } = vmapFlat(f, args, dims, batchSize);
    values.forEach((value, k) => {
      const wanted = loop.map((results) => results[k]!);
      const dim = outDims[k]!;
      expect(dim, what).not.toBeNull();
      expectSame(downloadSync(value), stacked(wanted, dim), 1e-13, what, true);
    });
  }
}

function checkJit(row: PrimitiveRow, each: RowCase, float: DType): void {
  const what = `jit of ${describeCase(row, each)}`;
  const f = functionOf(row, each, float);
  const args = each.operands.map((operand) => upload(hostOf(operand, float)));
  const eager = f(...args).map(downloadSync);
  const compiled = jit((...values: ArrayBase[]) => f(...values), { name: row.primitive.name })(...args);
  compiled.forEach((value, k) => expectSame(downloadSync(value), eager[k]!, 0, what));
}

/** The value and, where there is one, the derivative, in float32. */
function valueAndTangent(row: PrimitiveRow, each: RowCase): (...args: ArrayBase[]) => Value[] {
  const f = functionOf(row, each, "float32");
  const count = each.operands.length;
  return (...args) => {
    const isRepeated = row.primitive.lower.kind === "elementwise" && isSmall(each);
    if (isRepeated || !isDifferentiable(row, each)) return [...f(...args.slice(0, count))];
    const tangents = args
      .slice(count)
      .map((tangent): Tangent => (isFloating(tangent.dtype) ? tangent : new Zero(tangent.aval)));
    const results = jvpFlat(f, args.slice(0, count), tangents);
    return [
      ...results.primals,
      ...results.tangents.filter((tangent): tangent is Value => !(tangent instanceof Zero)),
    ];
  };
}

async function checkWebGPU(row: PrimitiveRow, each: RowCase): Promise<void> {
  const hosts = each.operands.map((operand) => hostOf(operand, "float32"));
  const params = each.params?.("float32") ?? {};
  if (Object.values(params).some((param) => typeof param === "string" && param.endsWith("64"))) return;
  if (hosts.some((host) => is64Bit(host.dtype))) return;
  const inputs = [...hosts, ...directions(hosts)];
  const run = (): Promise<Host[]> => {
    const compiled = jit(valueAndTangent(row, each), { name: row.primitive.name });
    return Promise.all(compiled(...inputs.map(upload)).map(download));
  };
  const wanted = await run();
  useBackend(webgpu());
  try {
    const actual = await run();
    const results = functionOf(row, each, "float32")(...hosts.map(upload)).length;
    actual.forEach((host, k) => {
      // A derivative is a formula of several steps, near zero where they cancel.
      const isTangent = k >= results;
      const ulp = isTangent ? 64 + 4 * (row.ulp ?? 0) : (row.ulp ?? 0);
      const what = `WebGPU, ${isTangent ? "jvp of " : ""}${describeCase(row, each)}`;
      expectSame(host, wanted[k]!, ulp * 2 ** -23, what, isTangent || row.ofLargest === true);
    });
  } finally {
    await initialize("cpu");
  }
}

const isSmall = (each: RowCase): boolean =>
  each.operands.every((operand) => operand.shape.reduce((product, extent) => product * extent, 1) <= 64);

describe.each(primitiveRows.map((row) => [row.primitive.name, row] as const))("%s", (_, row) => {
  test("abstractEval says what a run gives", () => {
    for (const float of ["float32", "float64"] as const) {
      for (const each of row.cases) checkAbstractEval(row, each, float);
    }
  });

  test("jvp agrees with differences, vjp with jvp", () => {
    for (const each of row.cases) if (isDifferentiable(row, each)) checkDerivatives(row, each);
  });

  test("vmap agrees with a loop", () => {
    for (const each of row.cases) if (isSmall(each)) checkVmap(row, each);
  });

  test("jit agrees with eager evaluation", () => {
    for (const float of ["float32", "float64"] as const) {
      for (const each of row.cases) checkJit(row, each, float);
    }
  });

  test("WebGPU agrees with the CPU", async () => {
    for (const each of row.cases) if (each.cpuOnly !== true) await checkWebGPU(row, each);
  });
});

describe("the table", () => {
  test("has one row for every primitive of this folder", async () => {
    const found = new Map<Primitive, string>();
    for (const file of readdirSync(new URL(".", import.meta.url))) {
      if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
      const exported = (await import(`./${file}`)) as Record<string, unknown>;
      for (const value of Object.values(exported)) {
        if (isPrimitive(value)) found.set(value, `${value.name} of ${file}`);
      }
    }
    const rows = primitiveRows.map((row) => row.primitive);
    expect(new Set(rows).size).toBe(rows.length);
    const missing = [...found].filter(([primitive]) => !rows.includes(primitive));
    expect(missing.map(([, where]) => where)).toEqual([]);
    expect(found.size).toBeGreaterThan(80);
  });
});

function isPrimitive(value: unknown): value is Primitive {
  return typeof value === "object" && value !== null && "abstractEval" in value && "lower" in value;
}
