import type { DType } from "../../../core/dtype.ts";
import { headerWords, type BufferRef, type Pass } from "../plan.ts";
import { helperText } from "./helper-functions.ts";

/** Values in registers come singly or as the four elements of a block. */
export type Lanes = 1 | 4;

/** The WGSL type of a value in a register. */
export function wgslType(dtype: DType, lanes: Lanes = 1): string {
  const scalar = scalarTypes[dtype];
  if (scalar === undefined) throw new Error(`${dtype} is not supported on WebGPU`);
  return lanes === 1 ? scalar : `vec4<${scalar}>`;
}
const scalarTypes: Partial<Record<DType, string>> = {
  bool: "bool",
  int32: "i32",
  uint32: "u32",
  float32: "f32",
};

/** The WGSL type of an element in memory: a bool takes a whole word. */
export function storedType(dtype: DType): string {
  return dtype === "bool" ? "u32" : wgslType(dtype);
}

interface Binding {
  readonly ref: BufferRef;
  readonly writable: boolean;
  readonly name: string;
  elementType: string;
}

/** Collects what one shader needs (buffers, helper functions, uniforms) and writes its text. */
export class Shader {
  readonly #bindings: Binding[] = [];
  readonly #declarations: string[] = [];
  readonly #helpers = new Set<string>();
  readonly #prologue: string[] = [];
  readonly #once = new Map<string, string>();
  readonly #params: readonly DType[];
  readonly threads: number;
  /** Whether the adapter shifts one lane after the other; code that avoids shifts is right on every adapter. */
  readonly shiftsLaneByLane: boolean;
  #names = 0;

  constructor(params: readonly DType[], threads: number, shiftsLaneByLane = true) {
    this.#params = params;
    this.threads = threads;
    this.shiftsLaneByLane = shiftsLaneByLane;
  }

  /** A name not used before in this shader. */
  name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  /** Module-scope text, written once. */
  declare(text: string): void {
    if (!this.#declarations.includes(text)) this.#declarations.push(text);
  }

  /** Statements at the start of main, before any control flow. */
  prologue(line: string): void {
    this.#prologue.push(line);
  }

  /** A value computed once at the start of main, under the name returned. */
  hoist(key: string, expression: string): string {
    const known = this.#once.get(key);
    if (known !== undefined) return known;
    const name = this.name("h");
    this.#prologue.push(`let ${name} = ${expression};`);
    this.#once.set(key, name);
    return name;
  }

  /** The text of a call to a helper function. */
  call(helper: string, lanes: Lanes, ...args: string[]): string {
    const name = lanes === 1 ? helper : `${helper}_v`;
    this.#helpers.add(name);
    return `${name}(${args.join(", ")})`;
  }

  /** Scalar parameter `slot` of the kernel. */
  param(slot: number): string {
    const dtype = this.#params[slot];
    if (dtype === undefined) throw new Error(`kernel has no parameter slot ${slot}`);
    const word = headerWords + slot;
    const raw = `U.words[${word >> 2}].${"xyzw"[word & 3]!}`;
    return this.hoist(
      `param ${slot}`,
      dtype === "bool" ? `${raw} != 0u` : `bitcast<${wgslType(dtype)}>(${raw})`,
    );
  }

  /** Word `word` of the uniforms' header as u32. */
  header(word: number): string {
    return this.hoist(`header ${word}`, `U.words[${word >> 2}].${"xyzw"[word & 3]!}`);
  }

  /** A float that Tint does not accept as a constant expression: infinities and NaN. */
  unusualFloat(bits: string): string {
    const variable = `bits_${bits}`;
    this.declare(`var<private> ${variable} = ${bits}u;`);
    return this.hoist(`float ${bits}`, `bitcast<f32>(${variable})`);
  }

  /** Binds a buffer; the element type may still change until the text is written. */
  bind(ref: BufferRef, writable: boolean, elementType: string): Binding {
    const known = this.#bindings.find((b) => b.ref.kind === ref.kind && b.ref.index === ref.index);
    if (known !== undefined) return known;
    const binding = { ref, writable, name: `buffer${this.#bindings.length}`, elementType };
    this.#bindings.push(binding);
    return binding;
  }

  /** The pass that runs `body` in every thread of `workgroups` workgroups. */
  pass(body: readonly string[], header: readonly number[], workgroups: number, work: number): Pass {
    return {
      code: this.#text(body),
      bindings: this.#bindings.map(({ ref, writable }) => ({ ref, writable })),
      header,
      workgroups,
      work,
    };
  }

  #text(body: readonly string[]): string {
    const words = headerWords / 4 + Math.ceil(this.#params.length / 4);
    const bindings = this.#bindings.map(
      (b, i) =>
        `@group(0) @binding(${i}) var<storage, ${b.writable ? "read_write" : "read"}> ${b.name}: array<${b.elementType}>;`,
    );
    return [
      `struct Uniforms { words: array<vec4<u32>, ${words}> }`,
      ...bindings,
      "@group(1) @binding(0) var<uniform> U: Uniforms;",
      ...this.#bindings.filter((b) => !b.writable).map(loadFunction),
      ...this.#declarations,
      helperText(this.#helpers),
      `@compute @workgroup_size(${this.threads})`,
      "fn main(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) wn: vec3<u32>,",
      "        @builtin(local_invocation_index) lid: u32) {",
      "  let group = wid.x + wid.y * wn.x;",
      ...this.#prologue.map((line) => `  ${line}`),
      ...body.map((line) => `  ${line}`),
      "}",
      "",
    ].join("\n");
  }
}

/** Reads one element by its position, also where the buffer is declared in blocks of four. */
function loadFunction(binding: Binding): string {
  const block = /^vec4<(\w+)>$/.exec(binding.elementType);
  const element = block === null ? `${binding.name}[i]` : `${binding.name}[i >> 2u][i & 3u]`;
  return `fn load_${binding.name}(i: u32) -> ${block?.[1] ?? binding.elementType} { return ${element}; }`;
}
