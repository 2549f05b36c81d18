import type { LinalgKernel } from "../../../../kernel/kernel.ts";
import type { Tuning } from "../../device.ts";
import { temporary, type BufferRef, type Pass } from "../../plan.ts";
import { Body, splat } from "../body.ts";
import { uniformAxis } from "../lane-index.ts";
import { Shader } from "../shader.ts";

/** Columns (or rows) that are finished before the rest of the matrix is brought up to date. */
export const panel = 16;

/** Threads that share one piece of work on hardware; a software adapter runs one, as barriers cost it most. */
const teamSize = 64;

/** One pass of a shader over `units` pieces of work; `numbers` are its further header words. */
export type Dispatch = (units: number, work: number, ...numbers: readonly number[]) => void;

/** What a shader of this folder is written with. */
export interface Writer {
  readonly shader: Shader;
  /** Threads of one unit: 1, or a whole workgroup. */
  readonly team: number;
  /** Header word k of `numbers`, as u32 text. */
  number(k: number): string;
  /** The buffer's name; `writable` for one that the shader also writes. */
  buffer(ref: BufferRef, writable?: boolean, type?: string): string;
  /** Statements that join `names` over the team's threads (every thread gets the result), and wait for it. */
  join(names: readonly string[], operator: (left: string, right: string) => string): string[];
  /** Statements that let every thread of the team see what the others stored. */
  wait(): string[];
}

/**
 * Collects the passes of one kernel. Long factorizations are many short passes of few shaders: a shader's text is made
 * once and dispatched with one header after another, so that nothing waits inside a loop.
 */
export class MatrixPlan {
  readonly passes: Pass[] = [];
  readonly temporaries: number[] = [];
  readonly batch: number;
  readonly #kernel: LinalgKernel;
  readonly #tuning: Tuning;

  constructor(kernel: LinalgKernel, tuning: Tuning) {
    this.#kernel = kernel;
    this.#tuning = tuning;
    this.batch = kernel.batch;
  }

  /** Memory for `words` numbers a matrix. */
  memory(words: number): BufferRef {
    this.temporaries.push(Math.max(words * this.batch * 4, 4));
    return temporary(this.temporaries.length - 1);
  }

  /** Threads that work on one unit of a `cooperate` shader. */
  get team(): number {
    return this.#tuning.sharesWorkgroupMemory ? teamSize : 1;
  }

  /** A shader whose units are single threads: `unit` is the thread's own number. */
  each(write: (writer: Writer) => readonly string[]): Dispatch {
    return this.#shader(1, write);
  }

  /** A shader whose units are taken on by teams: `unit`, and `lane` of `team` threads. */
  cooperate(write: (writer: Writer) => readonly string[]): Dispatch {
    return this.#shader(this.team, write);
  }

  /** Writes operand `which`, (rows, columns), by rows or by columns. */
  evaluate(which: number, target: BufferRef, rows: number, columns: number, byColumns = false): void {
    const { params, inputs, operands } = this.#kernel;
    const run = this.#shader(
      1,
      (w) => {
        const [fast, slow] = byColumns ? [w.number(0), w.number(1)] : [w.number(1), w.number(0)];
        const inner = `i32(unit % ${fast})`;
        const outer = `i32(unit / ${fast} % ${slow})`;
        const axes = [`i32(unit / (${fast} * ${slow}))`, ...(byColumns ? [inner, outer] : [outer, inner])];
        const body = new Body(w.shader, {
          lanes: 1,
          axes: axes.map((first) => ({ first, facts: uniformAxis })),
          inputs,
        });
        const value = splat(body.emit(operands[which]!), "float32", 1);
        return [...body.lines, `${w.buffer(target, true)}[unit] = ${value};`];
      },
      params,
    );
    run(this.batch * rows * columns, 1, rows, columns);
  }

  #shader(
    team: number,
    write: (writer: Writer) => readonly string[],
    params: LinalgKernel["params"] = [],
  ): Dispatch {
    const threads = team === 1 ? this.#tuning.threads : team;
    const shader = new Shader(params, threads);
    const body = write(new ShaderWriter(shader, team));
    const unit = team === 1 ? `group * ${threads}u + lid` : "group";
    const statements = [
      `let unit = ${unit};`,
      `if (unit >= ${shader.header(0)}) { return; }`,
      ...(team === 1 ? [] : ["let lane = lid;"]),
      ...body,
    ];
    const pass = shader.pass(statements, [], 0, 0);
    return (units, work, ...numbers) => {
      if (units === 0) return;
      const workgroups = team === 1 ? Math.ceil(units / threads) : units;
      this.passes.push({ ...pass, header: [units, ...numbers], workgroups, work: units * work });
    };
  }
}

class ShaderWriter implements Writer {
  readonly shader: Shader;
  readonly team: number;

  constructor(shader: Shader, team: number) {
    this.shader = shader;
    this.team = team;
  }

  number(k: number): string {
    return this.shader.header(k + 1);
  }

  buffer(ref: BufferRef, writable = false, type = "f32"): string {
    return this.shader.bind(ref, writable, type).name;
  }

  join(names: readonly string[], operator: (left: string, right: string) => string): string[] {
    if (this.team === 1) return [];
    const shared = names.map((name) => {
      const memory = this.shader.name("shared");
      this.shader.declare(`var<workgroup> ${memory}: array<f32, ${this.team}>;`);
      return { name, memory };
    });
    return [
      ...shared.map(({ name, memory }) => `${memory}[lane] = ${name};`),
      "workgroupBarrier();",
      ...shared.map(({ name, memory }) => `${name} = ${memory}[0];`),
      `for (var other = 1u; other < ${this.team}u; other += 1u) {`,
      ...shared.map(({ name, memory }) => `  ${name} = ${operator(name, `${memory}[other]`)};`),
      "}",
    ];
  }

  wait(): string[] {
    return this.team === 1 ? [] : ["storageBarrier();"];
  }
}

/** The loop of a team's thread over every `team`-th number from `from` to `to`, or of a lone thread over all. */
export function shareOf(w: Writer, name: string, from: string, to: string): string {
  const start = w.team === 1 ? from : `${from} + lane`;
  return `for (var ${name} = ${start}; ${name} < ${to}; ${name} += ${w.team}u) {`;
}

/** Columns that `subtractProduct` takes at a time. */
export const columnsOfThread = 4;

/**
 * Statements that subtract from element(row, j) the sum of factor(k) * element(k, j) over k = start to end - 1, for four
 * columns j: `first` and those `stride` further on, below `limit`. Each factor is loaded once for all four.
 */
export function subtractProduct(product: {
  readonly element: (row: string, column: string) => string;
  readonly factor: (k: string) => string;
  /** The row that step q of the sum is about. */
  readonly row: (q: string) => string;
  readonly start: string;
  readonly end: string;
  readonly first: string;
  readonly stride: string;
  readonly limit: string;
}): string[] {
  const { element } = product;
  const each = Array.from({ length: columnsOfThread }, (_, k) => k);
  return [
    ...each.flatMap((k) => [
      `let column${k} = ${product.first} + ${k}u * ${product.stride};`,
      `let c${k} = min(column${k}, ${product.limit} - 1u);`,
      `var value${k} = ${element("i", `c${k}`)};`,
    ]),
    `for (var q = ${product.start}; q < ${product.end}; q += 1u) {`,
    `  let k = ${product.row("q")};`,
    `  let factor = ${product.factor("k")};`,
    ...each.map((k) => `  value${k} -= factor * ${element("k", `c${k}`)};`),
    "}",
    ...each.map((k) => `if (column${k} < ${product.limit}) { ${element("i", `c${k}`)} = value${k}; }`),
  ];
}

/** A NaN that no compiler folds away. */
export function notANumber(w: Writer): string {
  return w.shader.unusualFloat("0x7fc00000");
}

/** Whether a value is NaN or infinite, by its bits: compilers may assume that neither occurs. */
export function isUnusual(value: string): string {
  return `((bitcast<u32>(${value}) & 0x7f800000u) == 0x7f800000u)`;
}
