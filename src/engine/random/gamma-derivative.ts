import type { ArrayBase } from "../core/array-base.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { any } from "../numpy/reductions.ts";
import { finfo } from "../numpy/scalar-types.ts";

/** More terms than any sample takes before its sum settles. */
const maxTerms = 20_000;

/**
 * How a value of Gamma(alpha, 1) at a fixed place of the distribution (or its logarithm) moves with alpha:
 * -(dP/da) / p for the distribution function P and density p. With P = x^a e^-x / Gamma(a+1) S,
 * S = sum of t_n, t_n = x^n / ((a+1)...(a+n)), this is -(x/a) (S (log x - digamma(a+1)) + dS/da).
 */
export const gammaDerivative = jit(
  (alpha: ArrayBase, value: ArrayBase, isLog: boolean): ArrayBase => {
    const { dtype } = value;
    const x = lax.max(isLog ? lax.exp(value) : value, new finfo(dtype).tiny);
    const zeros = lax.full_like(x, 0);
    const ones = lax.full_like(x, 1);
    const start = [lax.full([], 1, dtype), ones, zeros, ones, zeros];
    const [, , , sum, slope] = lax.while_loop(
      ([n, term, , total]: ArrayBase[]) => {
        const matters = lax.gt(term!, lax.mul(total!, new finfo(dtype).eps / 8));
        return lax.bitwise_and(any(matters), lax.lt(n!, maxTerms));
      },
      ([n, term, harmonic, total, derivative]: ArrayBase[]) => {
        const place = lax.add(alpha, n!);
        const next = lax.div(lax.mul(term!, x), place);
        const inverses = lax.add(harmonic!, lax.div(ones, place));
        return [
          lax.add(n!, 1),
          next,
          inverses,
          lax.add(total!, next),
          lax.sub(derivative!, lax.mul(next, inverses)),
        ];
      },
      start,
    ) as [ArrayBase, ArrayBase, ArrayBase, ArrayBase, ArrayBase];
    const drift = lax.sub(lax.log(x), lax.digamma(lax.add(alpha, 1)));
    const bracket = lax.add(lax.mul(sum, drift), slope);
    return lax.neg(lax.div(isLog ? bracket : lax.mul(bracket, x), alpha));
  },
  { name: "_gamma_grad", static_argnums: [2] },
);
