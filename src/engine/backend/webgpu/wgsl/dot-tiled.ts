import type { DotKernel } from "../../../kernel/kernel.ts";
import { output, type Pass } from "../plan.ts";
import { Body, splat, toStore } from "./body.ts";
import { multiplyAdd } from "./multiply-add.ts";
import { uniformAxis } from "./lane-index.ts";
import { Shader, storedType } from "./shader.ts";

/** A workgroup of 16 x 16 threads makes a tile of 64 x 64 outputs, each thread 4 x 4 of them. */
const side = 16;
const tile = 64;
/** Steps of k held in workgroup memory at a time. */
const depth = 16;

// Header: m, n, k, tiles along n, tiles along m.

/** A product made in tiles in workgroup memory. */
export function tiledPass(kernel: DotKernel): Pass {
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
