import { f32x4, i32x4, ModuleBuilder, op } from "./assembler.ts";

let known: boolean | undefined;
let fuses: boolean | undefined;

/** Whether the engine has relaxed SIMD, whose multiply-add takes one instruction where the processor has one. */
export function hasRelaxedSimd(): boolean {
  if (known === undefined) {
    const module = new ModuleBuilder();
    module.function([], ["v128"], () => op("f32x4.relaxed_madd", i32x4(0), i32x4(0), i32x4(0)));
    known = WebAssembly.validate(module.finish({ shared: false }));
  }
  return known;
}

/** Whether its multiply-add rounds once, as it may and need not: then it stands for `fma` exactly. */
export function fusesMultiplyAdd(): boolean {
  return (fuses ??= hasRelaxedSimd() && squareKeepsItsLastBit());
}

/** (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, whose last term a rounded product has lost. */
function squareKeepsItsLastBit(): boolean {
  const module = new ModuleBuilder();
  const test = module.function(["f32"], ["i32"], (f, x) => {
    const vector = f.let(op("f32x4.splat", x));
    const rest = op("f32x4.relaxed_madd", vector, vector, f32x4(-(1 + 2 ** -11)));
    return op("v128.any_true", op("f32x4.ne", rest, i32x4(0)));
  });
  module.export("test", test);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const compiled = new WebAssembly.Module(module.finish({ shared: false }));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return (exports["test"] as (x: number) => number)(1 + 2 ** -12) !== 0;
}
