import { sizeOf } from "../../../core/aval.ts";
import type { DType } from "../../../core/dtype.ts";
import type { DotKernel, ReduceKernel } from "../../../kernel/kernel.ts";
import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import type { Tuning } from "../device.ts";
import { output, temporary, type Pass, type Plan } from "../plan.ts";
import { Body, splat, type AxisValue, toStore } from "./body.ts";
import { axesOfBlock } from "./iteration.ts";
import { uniformAxis } from "./lane-index.ts";
import { planReduce } from "./reduce.ts";
import { Shader, storedType, wgslType } from "./shader.ts";

/** A workgroup of 16 x 16 threads makes a tile of 64 x 64 outputs, each thread 4 x 4 of them. */
const side = 16;
const tile = 64;
/** Steps of k held in workgroup memory at a time. */
const depth = 16;

/** Products with a vector are reductions; others are made in blocks, in workgroup memory where that pays. */
export function planDot(kernel: DotKernel, tuning: Tuning): Plan {
  const { batch, m, n, k } = kernel;
  if (k === 0 || m < 8 || n < 8 || batch * m * n * k < 2 ** 15)
    return planReduce(asReduction(kernel), tuning);
  return tuning.sharesWorkgroupMemory
    ? { passes: [tiledPass(kernel)], temporaries: [] }
    : planBlocked(kernel, tuning);
}

function asReduction(kernel: DotKernel): ReduceKernel {
  const { lhs, rhs } = kernel;
  const dtype = kernel.outputs[0]!;
  // New nodes beside the kernel's own need fresh ids only.
  const value: ScalarExpr = { op: "mul", dtype, args: [lhs, rhs], id: Math.max(lhs.id, rhs.id) + 1 };
  return {
    kind: "reduce",
    inputs: kernel.inputs,
    params: kernel.params,
    outputs: kernel.outputs,
    shape: [kernel.batch, kernel.m, kernel.n],
    reduceShape: [kernel.k],
    reductions: [{ op: "sum", value, dtype }],
    values: [{ op: "accumulator", slot: 0, dtype, args: [], id: value.id + 1 }],
  };
}

// Header: m, n, k, tiles along n, tiles along m.

function tiledPass(kernel: DotKernel): Pass {
  const shader = new Shader(kernel.params, side * side);
  const dtype = kernel.outputs[0]!;
  const element = storedType(dtype);
  const [m, n, k] = [shader.header(0), shader.header(1), shader.header(2)];
  const target = shader.bind(output(0), true, element);
  shader.declare(`var<workgroup> left: array<vec4<${element}>, ${(depth * tile) / 4}>;`);
  shader.declare(`var<workgroup> right: array<vec4<${element}>, ${(depth * tile) / 4}>;`);
  const sums = [0, 1, 2, 3].map((i) => `var c${i} = vec4<${element}>();`);
  const steps = [
    `for (var s = 0u; s < ${depth}u; s += 1u) {`,
    `  let a = left[s * ${side}u + ty];`,
    `  let b = right[s * ${side}u + tx];`,
    ...["x", "y", "z", "w"].map(
      (lane, i) => `  c${i} = ${multiplyAdd(dtype, `c${i}`, `a.${lane}`, "b", element)};`,
    ),
    "}",
  ];
  const stores = [0, 1, 2, 3].flatMap((i) =>
    ["x", "y", "z", "w"].map((lane, j) => {
      const [row, column] = [`row + ${i}u`, `column + ${j}u`];
      const at = `(batch * ${m} + ${row}) * ${n} + ${column}`;
      return `if (${row} < ${m} && ${column} < ${n}) { ${target.name}[${at}] = c${i}.${lane}; }`;
    }),
  );
  const statements = [
    `let across = group % ${shader.header(3)};`,
    `let down = (group / ${shader.header(3)}) % ${shader.header(4)};`,
    `let batch = group / (${shader.header(3)} * ${shader.header(4)});`,
    `if (batch >= ${shader.header(5)}) { return; }`,
    `let tx = lid % ${side}u;`,
    `let ty = lid / ${side}u;`,
    ...sums,
    `for (var k0 = 0u; k0 < ${k}; k0 += ${depth}u) {`,
    ...fillTile(shader, kernel, "lhs").map((line) => `  ${line}`),
    ...fillTile(shader, kernel, "rhs").map((line) => `  ${line}`),
    "  workgroupBarrier();",
    ...steps.map((line) => `  ${line}`),
    "  workgroupBarrier();",
    "}",
    `let row = down * ${tile}u + ty * 4u;`,
    `let column = across * ${tile}u + tx * 4u;`,
    ...stores,
  ];
  const [down, across] = [Math.ceil(kernel.m / tile), Math.ceil(kernel.n / tile)];
  const header = [kernel.m, kernel.n, kernel.k, across, down, kernel.batch];
  const work = kernel.batch * kernel.m * kernel.n * kernel.k;
  return shader.pass(statements, header, kernel.batch * down * across, work);
}

/** Each thread evaluates four elements of the operand's tile, laid out with k outermost. */
function fillTile(shader: Shader, kernel: DotKernel, operand: "lhs" | "rhs"): string[] {
  const isLeft = operand === "lhs";
  const value = isLeft ? kernel.lhs : kernel.rhs;
  const dtype = kernel.outputs[0]!;
  const element = storedType(dtype);
  const name = isLeft ? "left" : "right";
  // The operand's own free axis is 1 (rows) or 2 (columns); axis 3 is k.
  const free = isLeft ? `down * ${tile}u` : `across * ${tile}u`;
  const bound = shader.header(isLeft ? 0 : 1);
  const axes = ["i32(batch)", isLeft ? "i32(f)" : "0", isLeft ? "0" : "i32(f)", "i32(kk)"];
  const body = new Body(shader, {
    lanes: 1,
    axes: axes.map((first) => ({ first, facts: uniformAxis })),
    inputs: kernel.inputs,
  });
  const text = toStore(splat(body.emit(value), dtype, 1), dtype, 1);
  // Neighbouring threads walk along the axis that is contiguous in memory: k for the left, n for the right operand.
  const place = isLeft
    ? [`let kk = k0 + lid % ${depth}u;`, `let f0 = (lid / ${depth}u) * 4u;`]
    : [`let kk = k0 + lid / ${side}u;`, `let f0 = (lid % ${side}u) * 4u;`];
  return [
    "{",
    ...place,
    `var block = vec4<${element}>();`,
    "for (var e = 0u; e < 4u; e += 1u) {",
    `  let f = ${free} + f0 + e;`,
    `  if (f < ${bound} && kk < ${shader.header(2)}) {`,
    ...body.lines.map((line) => `    ${line}`),
    `    block[e] = ${text};`,
    "  }",
    "}",
    `${name}[(kk - k0) * ${side}u + f0 / 4u] = block;`,
    "}",
  ];
}

function multiplyAdd(dtype: DType, sum: string, a: string, b: string, element: string): string {
  // For bool the sum of products is "any of both".
  if (dtype === "bool") return `${sum} | (vec4<${element}>(${a}) & ${b})`;
  return wgslType(dtype) === "f32" ? `fma(vec4<f32>(${a}), ${b}, ${sum})` : `${sum} + ${a} * ${b}`;
}

/**
 * Without workgroup memory: the operands are first evaluated into blocks of four (the left along k, the right along n,
 * padded with zeros), then each thread makes 4 x 4 outputs from whole blocks.
 */
function planBlocked(kernel: DotKernel, tuning: Tuning): Plan {
  const { batch, m, n, k } = kernel;
  const whole = (extent: number): number => Math.ceil(extent / 4) * 4;
  const left = packPass(kernel, tuning, "lhs", [batch, m, whole(k)]);
  const right = packPass(kernel, tuning, "rhs", [batch, whole(k), whole(n)]);
  const temporaries = [batch * m * whole(k) * 4, batch * whole(k) * whole(n) * 4];
  return { passes: [left, right, blockedPass(kernel, tuning)], temporaries };
}

/** Writes an operand over `shape`, zero where the kernel has no such element. Header: blocks, m, n, k. */
function packPass(
  kernel: DotKernel,
  tuning: Tuning,
  operand: "lhs" | "rhs",
  shape: readonly [number, number, number],
): Pass {
  const isLeft = operand === "lhs";
  const shader = new Shader(kernel.params, tuning.threads);
  const dtype = kernel.outputs[0]!;
  const { lines, axes } = axesOfBlock(shader, shape, "i32(id * 4u)");
  const none: AxisValue = { first: "0", facts: uniformAxis };
  const body = new Body(shader, {
    lanes: 4,
    axes: isLeft ? [axes[0]!, axes[1]!, none, axes[2]!] : [axes[0]!, none, axes[2]!, axes[1]!],
    inputs: kernel.inputs,
  });
  const value = toStore(body.emitWide(isLeft ? kernel.lhs : kernel.rhs), dtype, 4);
  const target = shader.bind(temporary(isLeft ? 0 : 1), true, `vec4<${storedType(dtype)}>`);
  // Axis 2 runs along the lanes; axis 1 of the right operand is k, padded too.
  const lanes = `(vec4<u32>(u32(${axes[2]!.first})) + vec4<u32>(0u, 1u, 2u, 3u))`;
  const inLanes = `(${lanes} < vec4<u32>(${shader.header(isLeft ? 3 : 2)}))`;
  const inside = isLeft ? inLanes : `(${inLanes} & vec4<bool>(u32(${axes[1]!.first}) < ${shader.header(3)}))`;
  const zero = `vec4<${storedType(dtype)}>()`;
  const statements = [
    `let id = group * ${tuning.threads}u + lid;`,
    `if (id >= ${shader.header(0)}) { return; }`,
    ...lines,
    ...body.lines,
    `${target.name}[id] = select(${zero}, ${value}, ${inside});`,
  ];
  const blocks = sizeOf(shape) / 4;
  const header = [blocks, kernel.m, kernel.n, kernel.k];
  return shader.pass(statements, header, Math.ceil(blocks / tuning.threads), blocks * 4);
}

/** Header: m, n, blocks along k, blocks along n, blocks along m, batch. */
function blockedPass(kernel: DotKernel, tuning: Tuning): Pass {
  const shader = new Shader(kernel.params, tuning.threads);
  const dtype = kernel.outputs[0]!;
  const element = storedType(dtype);
  const [m, n, kBlocks, nBlocks, mBlocks] = [0, 1, 2, 3, 4].map((word) => shader.header(word)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const left = shader.bind(temporary(0), false, `vec4<${element}>`).name;
  const right = shader.bind(temporary(1), false, `vec4<${element}>`).name;
  const target = shader.bind(output(0), true, element).name;
  const rows = [0, 1, 2, 3];
  const lanes = ["x", "y", "z", "w"];
  const statements = [
    `let id = group * ${tuning.threads}u + lid;`,
    `if (id >= ${mBlocks} * ${nBlocks} * ${shader.header(5)}) { return; }`,
    `let column = id % ${nBlocks};`,
    `let row = ((id / ${nBlocks}) % ${mBlocks}) * 4u;`,
    `let batch = id / (${nBlocks} * ${mBlocks});`,
    ...rows.map((i) => `var c${i} = vec4<${element}>();`),
    ...rows.map((i) => `let r${i} = (batch * ${m} + min(row + ${i}u, ${m} - 1u)) * ${kBlocks};`),
    `var at = batch * ${kBlocks} * 4u * ${nBlocks} + column;`,
    `for (var k = 0u; k < ${kBlocks}; k += 1u) {`,
    ...rows.map((i) => `  let a${i} = ${left}[r${i} + k];`),
    ...lanes.flatMap((lane, l) => [
      `  let b${l} = ${right}[at];`,
      `  at += ${nBlocks};`,
      ...rows.map((i) => `  c${i} = ${multiplyAdd(dtype, `c${i}`, `a${i}.${lane}`, `b${l}`, element)};`),
    ]),
    "}",
    ...rows.flatMap((i) =>
      lanes.map((lane, j) => {
        const at = `(batch * ${m} + row + ${i}u) * ${n} + column * 4u + ${j}u`;
        return `if (row + ${i}u < ${m} && column * 4u + ${j}u < ${n}) { ${target}[${at}] = c${i}.${lane}; }`;
      }),
    ),
  ];
  const blocks = [kernel.k, kernel.n, kernel.m].map((extent) => Math.ceil(extent / 4)) as [
    number,
    number,
    number,
  ];
  const header = [kernel.m, kernel.n, ...blocks, kernel.batch];
  const threads = blocks[1] * blocks[2] * kernel.batch;
  const work = kernel.batch * kernel.m * kernel.n * kernel.k;
  return shader.pass(statements, header, Math.ceil(threads / tuning.threads), work);
}
