import { sizeOf } from "../../../core/aval.ts";
import type { DotKernel } from "../../../kernel/kernel.ts";
import type { Tuning } from "../device.ts";
import { input, output, temporary, type BufferRef, type Pass, type Plan } from "../plan.ts";
import { affineIndex } from "./affine-index.ts";
import { Body, toStore, type AxisValue } from "./body.ts";
import { axesOfBlock } from "./iteration.ts";
import { uniformAxis } from "./lane-index.ts";
import { multiplyAdd } from "./multiply-add.ts";
import { Shader, storedType } from "./shader.ts";

/** Rows of outputs a thread makes. */
const rows = 8;
/** Products with more multiplications than this pay for the longer compilation of wider blocks. */
const wideFrom = 2 ** 25;
/** A workgroup makes 4 x 4 blocks: few threads, so that small products keep every core busy. */
const side = 4;
const threads = side * side;

const lanes = ["x", "y", "z", "w"] as const;
const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/**
 * Where an operand lies: in blocks of four elements `along` the summed axis or along its own (rows of the left operand,
 * columns of the right one). Strides and offset are in blocks; `stride` is that of the other axis.
 */
interface Operand {
  readonly ref: BufferRef;
  readonly along: "k" | "own";
  readonly offset: number;
  readonly batch: number;
  readonly stride: number;
}

type Side = "lhs" | "rhs";

/**
 * A product without workgroup memory: each thread makes 8 x 4 or 8 x 8 outputs from whole blocks of the operands. An
 * operand that lies in memory in blocks, by rows or by columns, is read in place; another is evaluated first, padded
 * with zeros.
 */
export function planBlocked(kernel: DotKernel, tuning: Tuning): Plan {
  const passes: Pass[] = [];
  const temporaries: number[] = [];
  const place = (side: Side): Operand => {
    const found = inPlace(kernel, side);
    if (found !== undefined) return found;
    const shape = packedShape(kernel, side);
    const ref = temporary(temporaries.length);
    passes.push(packPass(kernel, tuning, side, shape, ref));
    temporaries.push(sizeOf(shape) * 4);
    const [, stride, last] = shape;
    const along = side === "lhs" ? "k" : "own";
    return { ref, along, offset: 0, batch: (stride * last) / 4, stride: last / 4 };
  };
  const left = place("lhs");
  const right = place("rhs");
  return { passes: [...passes, blockedPass(kernel, left, right)], temporaries };
}

/** The operand as it lies in an input, if it is one, read in blocks. */
function inPlace(kernel: DotKernel, side: Side): Operand | undefined {
  const node = kernel[side];
  if (node.op !== "load" || kernel.k % 4 !== 0) return undefined;
  const index = affineIndex(node.args[0]!, 4);
  if (index === undefined) return undefined;
  const batch = index.strides[0]!;
  const own = index.strides[side === "lhs" ? 1 : 2]!;
  const k = index.strides[3]!;
  const blocked = [index.offset, batch].every(isWholeBlocks);
  if (!blocked) return undefined;
  const found = { ref: input(node.buffer), offset: index.offset / 4, batch: batch / 4 };
  if (k === 1 && isWholeBlocks(own)) return { ...found, along: "k", stride: own / 4 };
  if (own === 1 && isWholeBlocks(k)) return { ...found, along: "own", stride: k / 4 };
  return undefined;
}

function isWholeBlocks(elements: number): boolean {
  return elements >= 0 && elements % 4 === 0;
}

/** The left operand by rows along k, the right one along its columns: what is computed is written as it is read. */
function packedShape({ batch, m, n, k }: DotKernel, side: Side): readonly [number, number, number] {
  const whole = (extent: number): number => Math.ceil(extent / 4) * 4;
  return side === "lhs" ? [batch, m, whole(k)] : [batch, whole(k), whole(n)];
}

/** Writes an operand over `shape`, zero where the kernel has no such element. Header: blocks, m, n, k. */
function packPass(
  kernel: DotKernel,
  tuning: Tuning,
  side: Side,
  shape: readonly [number, number, number],
  ref: BufferRef,
): Pass {
  const isLeft = side === "lhs";
  const shader = new Shader(kernel.params, tuning.threads);
  const dtype = kernel.outputs[0]!;
  const { lines, axes } = axesOfBlock(shader, shape, "i32(id * 4u)");
  const none: AxisValue = { first: "0", facts: uniformAxis };
  const body = new Body(shader, {
    lanes: 4,
    axes: isLeft ? [axes[0]!, axes[1]!, none, axes[2]!] : [axes[0]!, none, axes[2]!, axes[1]!],
    inputs: kernel.inputs,
  });
  const value = toStore(body.emitWide(kernel[side]), dtype, 4);
  const target = shader.bind(ref, true, `vec4<${storedType(dtype)}>`);
  // Axis 2 runs along the lanes; axis 1 of the right operand is k, padded too.
  const positions = `(vec4<u32>(u32(${axes[2]!.first})) + vec4<u32>(0u, 1u, 2u, 3u))`;
  const inLanes = `(${positions} < vec4<u32>(${shader.header(isLeft ? 3 : 2)}))`;
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

// Header: m, n, blocks along k, workgroups along n and along m, batch; offset, batch and other stride of left and right.

function blockedPass(kernel: DotKernel, left: Operand, right: Operand): Pass {
  const { batch, m, n, k } = kernel;
  const shader = new Shader(kernel.params, threads);
  const element = storedType(kernel.outputs[0]!);
  const work = batch * m * n * k;
  const width = work >= wideFrom ? 2 : 1;
  const [across, down] = [Math.ceil(n / (4 * width * side)), Math.ceil(m / (rows * side))];
  const statements = [
    // Workgroups go down the rows first: the columns of the right operand they share stay in the cache.
    `let down = (group % ${shader.header(4)}) * ${side}u + lid / ${side}u;`,
    `let rest = group / ${shader.header(4)};`,
    `let across = (rest % ${shader.header(3)}) * ${side}u + lid % ${side}u;`,
    `let batch = rest / ${shader.header(3)};`,
    `let column = across * ${width * 4}u;`,
    `let row = down * ${rows}u;`,
    `if (column >= ${shader.header(1)} || row >= ${shader.header(0)} || batch >= ${shader.header(5)}) { return; }`,
    ...count(rows).flatMap((i) => count(width).map((j) => `var c${i}_${j} = vec4<${element}>();`)),
    ...starts(shader, left, "lhs", rows),
    ...starts(shader, right, "rhs", width * 4),
    `for (var k = 0u; k < ${shader.header(2)}; k += 1u) {`,
    ...step(shader, kernel, left, right, width),
    "}",
    ...stores(shader, n, width, element),
  ];
  const header = [m, n, Math.ceil(k / 4), across, down, batch];
  for (const operand of [left, right]) header.push(operand.offset, operand.batch, operand.stride);
  return shader.pass(statements, header, across * down * batch, work);
}

/**
 * The blocks where the thread's part of an operand starts, `lhs0`, `lhs1`, ...: one for each of its rows (columns),
 * which stay inside the matrix, or one for every four of them; those may lie outside, and are not stored then.
 */
function starts(shader: Shader, operand: Operand, side: Side, extent: number): string[] {
  const isLeft = side === "lhs";
  const [offset, batch, stride] = [0, 1, 2].map((word) => shader.header((isLeft ? 6 : 9) + word));
  const [first, size] = isLeft ? ["row", shader.header(0)] : ["column", shader.header(1)];
  const start = `${offset!} + batch * ${batch!}`;
  return operand.along === "k"
    ? count(extent).map(
        (i) => `let ${side}${i} = ${start} + min(${first} + ${i}u, ${size} - 1u) * ${stride!};`,
      )
    : count(extent / 4).map((i) => `let ${side}${i} = ${start} + ${first} / 4u + ${i}u;`);
}

/** Four steps of the sum. */
function step(shader: Shader, kernel: DotKernel, left: Operand, right: Operand, width: number): string[] {
  const dtype = kernel.outputs[0]!;
  const element = storedType(dtype);
  const load = (operand: Operand, at: string): string =>
    `${shader.bind(operand.ref, false, `vec4<${element}>`).name}[${at}]`;
  const whole = (operand: Operand, side: Side, extent: number, name: string): string[] =>
    operand.along === "k"
      ? count(extent).map((i) => `  let ${name}${i} = ${load(operand, `${side}${i} + k`)};`)
      : [];
  const [leftStride, rightStride] = [shader.header(8), shader.header(11)];
  const lines = [...whole(left, "lhs", rows, "a"), ...whole(right, "rhs", width * 4, "t")];
  for (const [l, lane] of lanes.entries()) {
    lines.push("  {");
    if (left.along === "own") {
      for (const i of count(rows / 4))
        lines.push(`    let a${i} = ${load(left, `lhs${i} + (k * 4u + ${l}u) * ${leftStride}`)};`);
    }
    const scalar = (i: number): string =>
      left.along === "k" ? `a${i}.${lane}` : `a${i >> 2}.${lanes[i & 3]!}`;
    for (const j of count(width)) {
      const columns = count(4).map((c) => `t${j * 4 + c}.${lane}`);
      const block =
        right.along === "k"
          ? `vec4<${element}>(${columns.join(", ")})`
          : load(right, `rhs${j} + (k * 4u + ${l}u) * ${rightStride}`);
      lines.push(`    let b${j} = ${block};`);
      for (const i of count(rows)) {
        const sum = `c${i}_${j}`;
        lines.push(`    ${sum} = ${multiplyAdd(dtype, sum, scalar(i), `b${j}`, element)};`);
      }
    }
    lines.push("  }");
  }
  return lines;
}

/** Writes what lies inside the result, in whole blocks where its rows are. */
function stores(shader: Shader, n: number, width: number, element: string): string[] {
  const inBlocks = n % 4 === 0;
  const target = shader.bind(output(0), true, inBlocks ? `vec4<${element}>` : element).name;
  const [m, size] = [shader.header(0), shader.header(1)];
  return count(rows).flatMap((i) => {
    const at = `((batch * ${m} + row + ${i}u) * ${size} + column)`;
    const columns = count(width).flatMap((j) => {
      if (inBlocks) {
        return [`  if (column + ${j * 4}u < ${size}) { ${target}[${at} / 4u + ${j}u] = c${i}_${j}; }`];
      }
      return lanes.map((lane, l) => {
        const column = j * 4 + l;
        return `  if (column + ${column}u < ${size}) { ${target}[${at} + ${column}u] = c${i}_${j}.${lane}; }`;
      });
    });
    return [`if (row + ${i}u < ${m}) {`, ...columns, "}"];
  });
}
