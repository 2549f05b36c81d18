import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import type { DType } from "../core/dtype.ts";
import { typedScalar } from "../core/scalar.ts";
import type { Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import type { ShapeLike } from "../numpy/creation.ts";
import type { DTypeLike } from "../numpy/dtype-like.ts";
import { checkArraylike, convert, stretch } from "../numpy/promote.ts";
import { any } from "../numpy/reductions.ts";
import { iinfo } from "../numpy/scalar-types.ts";
import { checkKey, integerDType, shapeOf, shapeOfDraw } from "./checks.ts";
import { keysOf } from "./gamma-draws.ts";
import { uniformBetween } from "./uniform.ts";

/** Keyword arguments of `poisson`. */
export interface PoissonOptions {
  readonly shape?: ShapeLike | null;
  readonly dtype?: DTypeLike | null;
}

/** Poisson counts of mean `lam`, of its shape unless another is given. Throws TypeError for a dtype that is no integer. */
export function poisson(
  key: ArrayBase,
  lam: Value,
  shape?: ShapeLike | null | PoissonOptions,
  dtype?: DTypeLike | null | PoissonOptions,
): ArrayBase {
  checkKey("poisson", key);
  const options = callArguments<PoissonOptions>("poisson", ["shape", "dtype"], [shape, dtype]);
  const target = integerDType("poisson", options.dtype);
  checkArraylike("poisson", [lam]);
  const extents = shapeOfDraw("poisson", options.shape, shapeOf(lam));
  return poissonJit(key, stretch(convert(lam, "float32"), extents), extents, target);
}

/** Below a mean of 10 by Knuth's products, else by transformed rejection; each draws for all elements. */
const poissonJit = jit(
  (key: ArrayBase, given: Value, shape: Shape, dtype: DType): ArrayBase => {
    const lam = lax.asarray(given);
    const isSmall = lax.bitwise_or(lax.ne(lam, lam), lax.lt(lam, 10));
    const small = lax.select(isSmall, lam, lax.full_like(lam, 0));
    const large = lax.select(isSmall, lax.full_like(lam, 1e5), lam);
    const counts = lax.select(
      isSmall,
      byProducts(key, small, shape, dtype),
      byRejection(key, large, shape, dtype),
    );
    return lax.select(lax.eq(lam, 0), lax.full_like(counts, 0), counts);
  },
  { name: "_poisson", static_argnums: [2, 3] },
);

/** Uniform numbers are multiplied until the product is below exp(-lam) (D. Knuth, TAOCP 3.4.1). */
function byProducts(key: ArrayBase, lam: ArrayBase, shape: Shape, dtype: DType): ArrayBase {
  const floor = lax.neg(lam);
  const start = [counter(dtype), lax.full(shape, 0, dtype), key, lax.full(shape, 0, "float32")];
  const [, count] = lax.while_loop(
    ([turn, , , logs]: ArrayBase[]) => isOpen(lax.gt(logs!, floor), turn!),
    ([turn, counts, rest, logs]: ArrayBase[]) => {
      const [following, own] = keysOf(rest!, 2);
      const more = lax.select(lax.gt(logs!, floor), lax.add(counts!, 1), counts!);
      const u = uniformBetween(own!, shape, "float32", 0, 1);
      return [lax.add(turn!, 1), more, following, lax.add(logs!, lax.log(u))];
    },
    start,
  );
  return lax.sub(count!, 1);
}

/** W. Hormann, "The transformed rejection method for generating Poisson random variables" (1993). */
function byRejection(key: ArrayBase, lam: ArrayBase, shape: Shape, dtype: DType): ArrayBase {
  const start = [counter(dtype), lax.full(shape, -1, lam.dtype), lax.full(shape, false, "bool"), key];
  const [, result] = lax.while_loop(
    ([turn, , accepted]: ArrayBase[]) => isOpen(lax.bitwise_not(accepted!), turn!),
    ([turn, drawn, accepted, rest]: ArrayBase[]) => {
      const [following, uKey, vKey] = keysOf(rest!, 3);
      const u = lax.sub(uniformBetween(uKey!, shape, lam.dtype, 0, 1), 0.5);
      const v = uniformBetween(vKey!, shape, lam.dtype, 0, 1);
      const candidate = hormann(lam, u, v);
      return [
        lax.add(turn!, 1),
        lax.select(candidate.accept, candidate.k, drawn!),
        lax.bitwise_or(accepted!, candidate.accept),
        following,
      ];
    },
    start,
  );
  return lax.convert_element_type(result!, dtype);
}

function hormann(lam: ArrayBase, u: ArrayBase, v: ArrayBase): { k: ArrayBase; accept: ArrayBase } {
  const b = lax.add(lax.mul(lax.sqrt(lam), 2.53), 0.931);
  const a = lax.add(lax.mul(b, 0.02483), -0.059);
  const inverseAlpha = lax.add(quotient(1.1328, lax.sub(b, 3.4)), 1.1239);
  const squeeze = lax.add(lax.neg(quotient(3.6224, lax.sub(b, 2))), 0.9277);
  const distance = lax.add(lax.neg(lax.abs(u)), 0.5);
  const slope = lax.add(lax.div(lax.mul(a, 2), distance), b);
  const k = lax.floor(lax.add(lax.add(lax.mul(slope, u), lam), 0.43));
  const hat = lax.add(lax.div(a, lax.mul(distance, distance)), b);
  const s = lax.log(lax.div(lax.mul(v, inverseAlpha), hat));
  const density = lax.sub(lax.add(lax.neg(lam), lax.mul(k, lax.log(lam))), lax.lgamma(lax.add(k, 1)));
  const inside = lax.bitwise_and(lax.ge(distance, 0.07), lax.le(v, squeeze));
  const corner = lax.bitwise_and(lax.lt(distance, 0.013), lax.gt(v, distance));
  const outside = lax.bitwise_or(lax.lt(k, 0), corner);
  const fits = lax.bitwise_and(lax.bitwise_not(outside), lax.le(s, density));
  return { k, accept: lax.bitwise_or(inside, fits) };
}

function quotient(numerator: number, x: ArrayBase): ArrayBase {
  return lax.div(lax.full_like(x, numerator), x);
}

function counter(dtype: DType): ArrayBase {
  return lax.full([], 0, dtype);
}

/** Whether an element is not done, and the turns are not past counting. */
function isOpen(open: ArrayBase, turn: ArrayBase): ArrayBase {
  return lax.bitwise_and(any(open), lax.lt(turn, typedScalar(new iinfo(turn.dtype).max, turn.dtype)));
}
