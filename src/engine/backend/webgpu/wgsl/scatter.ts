import { sizeOf } from "../../../core/aval.ts";
import type { DType } from "../../../core/dtype.ts";
import type { ScatterKernel } from "../../../kernel/kernel.ts";
import type { Tuning } from "../device.ts";
import { output, type Pass, type Plan } from "../plan.ts";
import { Body, splat, toStore } from "./body.ts";
import { axesOfElement } from "./iteration.ts";
import { mapPass } from "./map.ts";
import { Shader, storedType } from "./shader.ts";

/** A copy of the operand, then one thread an update; updates to one place meet in atomic operations. */
export function planScatter(kernel: ScatterKernel, tuning: Tuning): Plan {
  const copy = mapPass({ ...kernel, values: [kernel.operand] }, tuning, [output(0)]);
  const updates = sizeOf(kernel.updateShape);
  return { passes: updates === 0 ? [copy] : [copy, updatePass(kernel, tuning, updates)], temporaries: [] };
}

function updatePass(kernel: ScatterKernel, tuning: Tuning, updates: number): Pass {
  const shader = new Shader(kernel.params, tuning.threads);
  const { lines, axes } = axesOfElement(shader, kernel.updateShape, "i32(id)");
  const body = new Body(shader, { lanes: 1, axes, inputs: kernel.inputs });
  const target = body.emit(kernel.target).text;
  const dtype = kernel.operand.dtype;
  const update = toStore(splat(body.emit(kernel.update), dtype, 1), dtype, 1);
  const size = shader.header(1);
  const element = kernel.op === "set" ? storedType(dtype) : "atomic<u32>";
  const place = `${shader.bind(output(0), true, element).name}[place]`;
  const statements = [
    `let id = group * ${tuning.threads}u + lid;`,
    `if (id >= ${shader.header(0)}) { return; }`,
    ...lines,
    ...body.lines,
    // A negative target is a large unsigned number: dropped like any other outside.
    `let place = u32(${target});`,
    `if (place < ${size}) {`,
    `  let update = ${update};`,
    ...combine(shader, kernel.op, dtype, place).map((line) => `  ${line}`),
    "}",
  ];
  const header = [updates, sizeOf(kernel.shape)];
  return shader.pass(statements, header, Math.ceil(updates / tuning.threads), updates);
}

/** Joins `update` (in memory's form) with `place`, an atomic word. */
function combine(shader: Shader, op: ScatterKernel["op"], dtype: DType, place: string): string[] {
  if (op === "set") return [`${place} = update;`];
  if (dtype === "bool") {
    const or = op === "add" || op === "max";
    return [`${or ? "atomicOr" : "atomicAnd"}(&${place}, update);`];
  }
  if (op === "add" && dtype !== "float32") return [`atomicAdd(&${place}, bitcast<u32>(update));`];
  if (dtype === "uint32" && (op === "min" || op === "max")) {
    return [`${op === "min" ? "atomicMin" : "atomicMax"}(&${place}, update);`];
  }
  const type = storedType(dtype);
  const old = `bitcast<${type}>(expected)`;
  const joined = { add: `${old} + update`, mul: `${old} * update`, min: "", max: "" }[op];
  const extreme = (): string =>
    dtype === "float32" ? shader.call(`${op}_f`, 1, old, "update") : `${op}(${old}, update)`;
  return [
    `var expected = atomicLoad(&${place});`,
    "loop {",
    `  let wanted = bitcast<u32>(${joined === "" ? extreme() : joined});`,
    `  let seen = atomicCompareExchangeWeak(&${place}, expected, wanted);`,
    "  if (seen.exchanged) { break; }",
    "  expected = seen.old_value;",
    "}",
  ];
}
