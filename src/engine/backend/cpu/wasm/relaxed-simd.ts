import { i32x4, ModuleBuilder, op } from "./assembler.ts";

let known: boolean | undefined;

/** Whether the engine has relaxed SIMD, whose multiply-add takes one instruction where the processor has one. */
export function hasRelaxedSimd(): boolean {
  if (known === undefined) {
    const module = new ModuleBuilder();
    module.function([], ["v128"], () => op("f32x4.relaxed_madd", i32x4(0), i32x4(0), i32x4(0)));
    known = WebAssembly.validate(module.finish({ shared: false }));
  }
  return known;
}
