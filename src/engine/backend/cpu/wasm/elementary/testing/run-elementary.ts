import { i32, load, ModuleBuilder, op, store } from "../../assembler.ts";
import { elementaryFunction, type ElementaryOp, type PowerOptions } from "../elementary.ts";

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** An operation's function on arrays of one float dtype, each argument as long as the first. */
export function runElementary<T extends Floats>(
  operation: ElementaryOp,
  args: readonly T[],
  options: PowerOptions = {},
): T {
  const single = args[0] instanceof Float32Array;
  const module = new ModuleBuilder();
  const callee = elementaryFunction(module, operation, single ? "float32" : "float64", options);
  const bytes = Math.ceil(args[0]!.byteLength / 16) * 16;
  const run = module.function([], [], (f) => {
    const at = f.local("i32");
    f.for(at, i32(bytes), 16, () => {
      const values = callee.params.map((_, k) =>
        load("v128.load", op("i32.add", at, i32(Math.min(k, args.length - 1) * bytes))),
      );
      f.do(store("v128.store", op("i32.add", at, i32(args.length * bytes)), f.call(callee, ...values)));
    });
    return [];
  });
  module.export("run", run);
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(((args.length + 1) * bytes) / 65536),
    maximum: 65536,
  });
  const make = args[0]!.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => T;
  args.forEach((arg, k) => new make(memory.buffer, k * bytes, arg.length).set(arg));
  const compiled = new WebAssembly.Module(module.finish({ shared: false }));
  (new WebAssembly.Instance(compiled, { env: { memory } }).exports["run"] as () => void)();
  return new make(memory.buffer, args.length * bytes, args[0]!.length).slice() as T;
}
