import { lane, op, type Expr, type FunctionBuilder, type FunctionRef, type Local } from "../assembler.ts";

/** A scalar function of doubles on both lanes of each argument; its results, of 64 bits each, in lanes again. */
export function onLanes(f: FunctionBuilder, callee: FunctionRef, ...args: readonly Expr[]): Local[] {
  const results = [0, 1].map((index) =>
    f.callMulti(callee, ...args.map((arg) => lane("f64x2.extract_lane", index, arg))),
  );
  return callee.results.map((type, k) => {
    const shape = `${type}x2`;
    const low = op(`${shape}.splat`, results[0]![k]!);
    return f.let(lane(`${shape}.replace_lane`, 1, low, results[1]![k]!));
  });
}
