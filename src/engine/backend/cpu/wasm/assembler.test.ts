import { expect, test } from "vitest";
import {
  f32,
  f64,
  i32,
  i64,
  lane,
  load,
  ModuleBuilder,
  op,
  store,
  type Expr,
  type ValueType,
} from "./assembler.ts";
import { opcodes, type Opcode } from "./opcodes.ts";

function instantiate(module: ModuleBuilder): { exports: WebAssembly.Exports; memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const compiled = new WebAssembly.Module(module.finish({ shared: false }));
  return { exports: new WebAssembly.Instance(compiled, { env: { memory } }).exports, memory };
}

const zero: Record<ValueType, Expr> = {
  i32: i32(0),
  i64: i64(0n),
  f32: f32(0),
  f64: f64(0),
  v128: op("i32x4.splat", i32(0)),
};

function example(name: string, { operands, immediate, result }: Opcode): Expr | ReturnType<typeof store> {
  const args = operands.map((type) => zero[type]);
  if (immediate === "lane") return lane(name, 0, ...args);
  if (immediate === "memory")
    return result === undefined ? store(name, args[0]!, args[1]!) : load(name, args[0]!);
  return op(name, ...args);
}

const isCertain = ([name, { immediate }]: [string, Opcode]): boolean =>
  immediate !== "memoryLane" && !name.includes("relaxed");

test.each([...opcodes].filter(isCertain))(
  "%s is what WebAssembly takes with these operands and this result",
  (name, opcode) => {
    const module = new ModuleBuilder();
    module.function([], opcode.result === undefined ? [] : [opcode.result], (f) => {
      const built = example(name, opcode);
      if (built.type !== undefined) return built;
      f.do(built);
      return [];
    });
    expect(WebAssembly.validate(module.finish({ shared: false }))).toBe(true);
  },
);

test("loops, calls, several results, memory", () => {
  const module = new ModuleBuilder();
  const divide = module.function(["i32", "i32"], ["i32", "i32"], (_, a, b) => [
    op("i32.div_s", a, b),
    op("i32.rem_s", a, b),
  ]);
  const run = module.function(["i32"], ["i32"], (f, n) => {
    const k = f.local("i32");
    const total = f.local("i32");
    f.for(k, n, 1, () => {
      const [quotient, rest] = f.callMulti(divide, k, i32(3));
      f.if(op("i32.eqz", rest!), () => {
        f.set(total, op("i32.add", total, quotient!));
      });
      f.do(store("i32.store", op("i32.shl", k, i32(2)), total));
    });
    return total;
  });
  module.export("run", run);
  const { exports, memory } = instantiate(module);
  expect((exports["run"] as (n: number) => number)(10)).toBe(0 + 1 + 2 + 3);
  expect([...new Int32Array(memory.buffer, 0, 10)]).toEqual([0, 0, 0, 1, 1, 1, 3, 3, 3, 6]);
});

test("an operand of the wrong type is refused when it is written", () => {
  expect(() => op("f32.add", i32(1), i32(2))).toThrow("f32.add takes (f32 f32), got (i32 i32)");
  expect(() => op("f32.plus", f32(1))).toThrow("no instruction f32.plus");
});
