import { opcodes, unsigned, type ValueType } from "./opcodes.ts";

export type { ValueType } from "./opcodes.ts";

/** Bytes of code, nested so that joining costs nothing. */
type Code = number | readonly Code[];

/** Instructions that leave one value on the stack. Used twice, they run twice: see `FunctionBuilder.let`. */
export interface Expr {
  readonly type: ValueType;
  readonly code: Code;
}

/** Instructions that leave nothing on the stack. */
export interface Statement {
  readonly type: undefined;
  readonly code: Code;
}

/** A local variable; as an expression, its value. */
export interface Local extends Expr {
  readonly index: number;
}

/** A function of the module under construction. */
export interface FunctionRef {
  readonly index: number;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A place to branch to: the end of a block, or the start of a loop. */
export interface Label {
  readonly depth: number;
}

const typeBytes: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const noResult = 0x40;

/**
 * One instruction by its name in the WebAssembly specification, its operands checked. Lane and memory instructions
 * have functions of their own below.
 */
export function op(name: string, ...args: readonly Expr[]): Expr {
  return instruction(name, args, []);
}

/** A lane instruction: `lane("f32x4.extract_lane", 2, v)`. */
export function lane(name: string, index: number, ...args: readonly Expr[]): Expr {
  return instruction(name, args, [index]);
}

/** Reads memory at `address + offset`; `laneArgs` for `load32_lane` and its kin: the lane, then the vector. */
export function load(name: string, address: Expr, offset = 0): Expr {
  return instruction(name, [address], memoryImmediate(name, offset));
}

/** `v128.loadN_lane`: `vector` with lane `index` read from memory. */
export function loadLane(name: string, index: number, address: Expr, vector: Expr, offset = 0): Expr {
  return instruction(name, [address, vector], [...memoryImmediate(name, offset), index]);
}

export function store(name: string, address: Expr, value: Expr, offset = 0): Statement {
  return statement(name, [address, value], memoryImmediate(name, offset));
}

/** `v128.storeN_lane`: writes lane `index` of `vector`. */
export function storeLane(name: string, index: number, address: Expr, vector: Expr, offset = 0): Statement {
  return statement(name, [address, vector], [...memoryImmediate(name, offset), index]);
}

export function i32(value: number): Expr {
  return { type: "i32", code: [0x41, ...signed(BigInt(value | 0))] };
}

export function i64(value: bigint): Expr {
  return { type: "i64", code: [0x42, ...signed(BigInt.asIntN(64, value))] };
}

export function f32(value: number): Expr {
  return { type: "f32", code: [0x43, ...new Uint8Array(Float32Array.of(value).buffer)] };
}

export function f64(value: number): Expr {
  return { type: "f64", code: [0x44, ...new Uint8Array(Float64Array.of(value).buffer)] };
}

/** A constant vector by its 16 bytes. */
export function v128(bytes: Uint8Array): Expr {
  return { type: "v128", code: [0xfd, 12, ...bytes] };
}

export const f32x4 = (...lanes: readonly number[]): Expr =>
  v128(new Uint8Array(Float32Array.from(fill(lanes, 4)).buffer));
export const f64x2 = (...lanes: readonly number[]): Expr =>
  v128(new Uint8Array(Float64Array.from(fill(lanes, 2)).buffer));
export const i32x4 = (...lanes: readonly number[]): Expr =>
  v128(new Uint8Array(Int32Array.from(fill(lanes, 4)).buffer));
export const i64x2 = (...lanes: readonly bigint[]): Expr =>
  v128(new Uint8Array(BigInt64Array.from(fill(lanes, 2)).buffer));

/** One value stands for all lanes. */
function fill<T>(lanes: readonly T[], count: number): readonly T[] {
  return lanes.length === 1 ? new Array<T>(count).fill(lanes[0]!) : lanes;
}

/** Bytes of `a` then `b` picked by position: 0..15 from `a`, 16..31 from `b`. */
export function shuffle(bytes: readonly number[], a: Expr, b: Expr): Expr {
  return { type: "v128", code: [a.code, b.code, 0xfd, 13, ...bytes] };
}

/** As `shuffle`, by lanes of 32 bits: 0..3 from `a`, 4..7 from `b`. */
export function shuffle32(lanes: readonly [number, number, number, number], a: Expr, b: Expr): Expr {
  return shuffle(
    lanes.flatMap((index) => [4 * index, 4 * index + 1, 4 * index + 2, 4 * index + 3]),
    a,
    b,
  );
}

/** As `shuffle`, by lanes of 64 bits: 0, 1 from `a`, 2, 3 from `b`. */
export function shuffle64(lanes: readonly [number, number], a: Expr, b: Expr): Expr {
  return shuffle32([2 * lanes[0], 2 * lanes[0] + 1, 2 * lanes[1], 2 * lanes[1] + 1], a, b);
}

/** `condition ? a : b`, both evaluated. */
export function select(condition: Expr, a: Expr, b: Expr): Expr {
  const code = [a.code, b.code, condition.code];
  return { type: a.type, code: a.type === "v128" ? [...code, 0x1c, 1, typeBytes.v128] : [...code, 0x1b] };
}

export function memoryFill(to: Expr, byte: Expr, bytes: Expr): Statement {
  return { type: undefined, code: [to.code, byte.code, bytes.code, 0xfc, 11, 0] };
}

function find(name: string, args: readonly Expr[]): readonly number[] {
  const opcode = opcodes.get(name);
  if (opcode === undefined) throw new TypeError(`no instruction ${name}`);
  const given = args.map((arg) => arg.type).join(" ");
  if (given !== opcode.operands.join(" ")) {
    throw new TypeError(`${name} takes (${opcode.operands.join(" ")}), got (${given})`);
  }
  return opcode.bytes;
}

function instruction(name: string, args: readonly Expr[], immediate: readonly number[]): Expr {
  const bytes = find(name, args);
  const type = opcodes.get(name)!.result;
  if (type === undefined) throw new TypeError(`${name} leaves no value`);
  return { type, code: [...args.map((arg) => arg.code), ...bytes, ...immediate] };
}

function statement(name: string, args: readonly Expr[], immediate: readonly number[]): Statement {
  return { type: undefined, code: [...args.map((arg) => arg.code), ...find(name, args), ...immediate] };
}

function memoryImmediate(name: string, offset: number): number[] {
  return [Math.log2(opcodes.get(name)?.width ?? 1), ...unsigned(offset)];
}

/** LEB128 of a signed number. */
function signed(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = Number(rest & 127n);
    rest >>= 7n;
    if ((rest === 0n && low < 64) || (rest === -1n && low >= 64)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

/** Builds the body of one function: statements in order, locals as they are needed. */
export class FunctionBuilder {
  readonly params: readonly Local[];
  readonly #locals: ValueType[] = [];
  readonly #code: Code[] = [];
  #current: Code[] = this.#code;
  #depth = 0;

  constructor(params: readonly ValueType[]) {
    this.params = params.map((type, index) => localOf(type, index));
  }

  /** A new local variable, zero at first. */
  local(type: ValueType): Local {
    this.#locals.push(type);
    return localOf(type, this.params.length + this.#locals.length - 1);
  }

  /** A new local holding the value of `expr` now. */
  let(expr: Expr): Local {
    const local = this.local(expr.type);
    this.set(local, expr);
    return local;
  }

  set(local: Local, expr: Expr): void {
    if (local.type !== expr.type) throw new TypeError(`a ${local.type} local cannot hold ${expr.type}`);
    this.#current.push(expr.code, 0x21, ...unsigned(local.index));
  }

  do(statement: Statement): void {
    this.#current.push(statement.code);
  }

  /** Calls a function of one result. */
  call(callee: FunctionRef, ...args: readonly Expr[]): Expr {
    checkArguments(callee, args);
    if (callee.results.length !== 1) throw new TypeError("the function has not exactly one result");
    return {
      type: callee.results[0]!,
      code: [...args.map((arg) => arg.code), 0x10, ...unsigned(callee.index)],
    };
  }

  /** Calls a function of any number of results, each kept in a local. */
  callMulti(callee: FunctionRef, ...args: readonly Expr[]): Local[] {
    checkArguments(callee, args);
    this.#current.push(...args.map((arg) => arg.code), 0x10, ...unsigned(callee.index));
    const locals = callee.results.map((type) => this.local(type));
    for (const local of [...locals].reverse()) this.#current.push(0x21, ...unsigned(local.index));
    return locals;
  }

  if(condition: Expr, then: () => void, otherwise?: () => void): void {
    this.#current.push(condition.code, 0x04, noResult);
    this.#nested(then);
    if (otherwise !== undefined) {
      this.#current.push(0x05);
      this.#nested(otherwise);
    }
    this.#current.push(0x0b);
  }

  /** A block; `break` to its label leaves it. */
  block(body: (label: Label) => void): void {
    this.#scope(0x02, body);
  }

  /** A loop; `break` to its label starts the next turn, falling out of `body` ends it. */
  loop(body: (label: Label) => void): void {
    this.#scope(0x03, body);
  }

  /** Runs `body` while `condition` holds; the condition is evaluated before each turn. */
  while(condition: () => Expr, body: () => void): void {
    this.block((end) => {
      this.loop((next) => {
        this.breakIf(end, op("i32.eqz", condition()));
        body();
        this.break(next);
      });
    });
  }

  /** Runs `body` for `counter` = its value now, `+ step`, ... while it is below `end` (signed). */
  for(counter: Local, end: Expr, step: number, body: () => void): void {
    this.while(
      () => op("i32.lt_s", counter, end),
      () => {
        body();
        this.set(counter, op("i32.add", counter, i32(step)));
      },
    );
  }

  break(label: Label): void {
    this.#current.push(0x0c, ...unsigned(this.#depth - label.depth));
  }

  breakIf(label: Label, condition: Expr): void {
    this.#current.push(condition.code, 0x0d, ...unsigned(this.#depth - label.depth));
  }

  return(...values: readonly Expr[]): void {
    this.#current.push(...values.map((value) => value.code), 0x0f);
  }

  unreachable(): void {
    this.#current.push(0x00);
  }

  /** The function's bytes in the code section. */
  finish(results: readonly Expr[]): number[] {
    const groups: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last?.[1] === type) last[0] += 1;
      else groups.push([1, type]);
    }
    const bytes = [...vector(groups.map(([count, type]) => [...unsigned(count), typeBytes[type]]))];
    flatten([this.#code, ...results.map((result) => result.code), 0x0b], bytes);
    return sized(bytes);
  }

  #nested(body: () => void): void {
    this.#depth += 1;
    body();
    this.#depth -= 1;
  }

  #scope(opcode: number, body: (label: Label) => void): void {
    this.#current.push(opcode, noResult);
    this.#nested(() => {
      body({ depth: this.#depth });
    });
    this.#current.push(0x0b);
  }
}

function localOf(type: ValueType, index: number): Local {
  return { type, index, code: [0x20, ...unsigned(index)] };
}

function checkArguments(callee: FunctionRef, args: readonly Expr[]): void {
  const given = args.map((arg) => arg.type).join(" ");
  if (given !== callee.params.join(" ")) {
    throw new TypeError(`the function takes (${callee.params.join(" ")}), got (${given})`);
  }
}

type Build = (f: FunctionBuilder, ...params: Local[]) => Expr | readonly Expr[];

/**
 * One WebAssembly module that works on an imported memory ("env", "memory"). Imported functions come before functions of
 * its own.
 */
export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #typeBytes: number[][] = [];
  readonly #imports: number[][] = [];
  readonly #functions: { type: number; bytes: number[] }[] = [];
  readonly #exports: number[][] = [];
  readonly #known = new Map<string, FunctionRef>();

  /** A function of the host, ("env", name). To be called before any function is defined. */
  importFunction(name: string, params: readonly ValueType[], results: readonly ValueType[]): FunctionRef {
    if (this.#functions.length > 0) throw new Error("imports come first");
    const index = this.#imports.length;
    this.#imports.push([...text("env"), ...text(name), 0, ...unsigned(this.#type(params, results))]);
    return { index, params, results };
  }

  /** Defines a function; `build` gives its results, and may use functions defined before. */
  function(params: readonly ValueType[], results: readonly ValueType[], build: Build): FunctionRef {
    const f = new FunctionBuilder(params);
    const built = build(f, ...f.params);
    const values: readonly Expr[] = "type" in built ? [built] : built;
    if (values.map((value) => value.type).join(" ") !== results.join(" ") && values.length > 0) {
      throw new TypeError(`the function gives (${values.map((value) => value.type).join(" ")})`);
    }
    if (values.length === 0 && results.length > 0) f.unreachable(); // All paths have returned.
    const bytes = f.finish(values);
    const type = this.#type(params, results);
    this.#functions.push({ type, bytes });
    return { index: this.#imports.length + this.#functions.length - 1, params, results };
  }

  /** As `function`, defined once for each `name`: what a module calls from several places. */
  shared(
    name: string,
    params: readonly ValueType[],
    results: readonly ValueType[],
    build: Build,
  ): FunctionRef {
    let known = this.#known.get(name);
    if (known === undefined) this.#known.set(name, (known = this.function(params, results, build)));
    return known;
  }

  export(name: string, callee: FunctionRef): void {
    this.#exports.push([...text(name), 0, ...unsigned(callee.index)]);
  }

  /** The module's bytes; `shared` says what kind of memory it will be given. */
  finish({ shared }: { readonly shared: boolean }): Uint8Array<ArrayBuffer> {
    const memory = [...text("env"), ...text("memory"), 2, shared ? 3 : 1, ...unsigned(1), ...unsigned(65536)];
    const sections: [number, number[][]][] = [
      [1, this.#typeBytes],
      [2, [...this.#imports, memory]],
      [3, this.#functions.map((defined) => unsigned(defined.type))],
      [7, this.#exports],
      [10, this.#functions.map((defined) => defined.bytes)],
    ];
    const bytes: number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    for (const [id, entries] of sections) {
      bytes.push(id);
      for (const byte of sized(vector(entries))) bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  }

  #type(params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${params.join()}>${results.join()}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    const list = (types: readonly ValueType[]): number[] => vector(types.map((type) => [typeBytes[type]]));
    this.#typeBytes.push([0x60, ...list(params), ...list(results)]);
    return this.#types.push(key) - 1;
  }
}

function flatten(code: Code, into: number[]): void {
  // Deep nesting comes with long expressions: a stack of our own does not overflow.
  const stack: Code[] = [code];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (typeof top === "number") into.push(top);
    else for (let k = top.length - 1; k >= 0; k--) stack.push(top[k]!);
  }
}

function vector(entries: readonly (readonly number[])[]): number[] {
  const bytes = unsigned(entries.length);
  for (const entry of entries) for (const byte of entry) bytes.push(byte);
  return bytes;
}

function sized(bytes: readonly number[]): number[] {
  const all = unsigned(bytes.length);
  for (const byte of bytes) all.push(byte);
  return all;
}

function text(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [...unsigned(bytes.length), ...bytes];
}
