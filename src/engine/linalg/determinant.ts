import type { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import { custom_jvp } from "../control/custom-derivatives/custom-jvp.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import * as laxLinalg from "../lax/linalg.ts";
import { diagonal } from "../numpy/diagonals.ts";
import { trace } from "../numpy/linear.ts";
import { arrayArgument, type ArrayLike } from "../numpy/promote.ts";
import { takeRows } from "../primitives/lu.ts";
import { component, entry, floatArray, isSquare } from "./matrix-arguments.ts";
import { makeSlogdetResult, type SlogdetResult } from "./results.ts";
import { solveMatrices } from "./solve.ts";

/** Sign and logarithm of the size of the determinants, as a SlogdetResult. Throws ValueError unless square. */
export function slogdet(a: ArrayLike): SlogdetResult {
  const array = arrayArgument("jnp.linalg.slogdet", a);
  if (!isSquare(array)) {
    throw new ValueError(
      `Argument to slogdet() must have shape [..., n, n], got ${formatShape(array.shape)}`,
    );
  }
  return slogdetJit(floatArray("slogdet", array));
}

const signAndLog = custom_jvp(function slogdet(a: ArrayBase): ArrayBase[] {
  return a.shape.at(-1)! <= 2 && a.shape.at(-1)! > 0 ? smallSignAndLog(a) : signAndLogByLu(a);
});

// The derivative of log |det a| is the trace of a^-1 a'; the sign does not vary.
signAndLog.defjvp(([a]: ArrayBase[], [t]: ArrayBase[]) => {
  const [sign, log] = signAndLog(a) as [ArrayBase, ArrayBase];
  return [
    [sign, log],
    [lax.full(sign.shape, 0, sign.dtype), trace(solveMatrices(a!, t!), 0, -2, -1)],
  ];
});

const slogdetJit = jit((a: ArrayBase) => makeSlogdetResult(...(signAndLog(a) as ArrayBase[])), {
  name: "slogdet",
});

function smallSignAndLog(a: ArrayBase): ArrayBase[] {
  const value = a.shape.at(-1) === 1 ? entry(a, 0, 0) : determinant2(a);
  return [lax.sign(value), lax.log(lax.abs(value))];
}

function signAndLogByLu(a: ArrayBase): ArrayBase[] {
  const [packed, pivots] = laxLinalg.lu(a);
  const values = diagonal(packed, 0, -2, -1);
  const last = values.ndim - 1;
  const isZero = lax.reduce_or(lax.eq(values, 0), [last]);
  const flips = lax.select(lax.lt(values, 0), lax.full(values.shape, -1, a.dtype), 1);
  const sign = lax.mul(lax.reduce_prod(flips, [last]), parity(pivots, a));
  const log = lax.reduce_sum(lax.log(lax.abs(values)), [last]);
  return [lax.select(isZero, 0, sign), lax.select(isZero, -Infinity, log)];
}

/** 1 for an even number of exchanged rows, -1 for an odd one. */
function parity(pivots: ArrayBase, a: ArrayBase): ArrayBase {
  const last = pivots.ndim - 1;
  const own = lax.broadcasted_iota("int32", pivots.shape, last);
  const flips = lax.select(lax.ne(pivots, own), lax.full(pivots.shape, -1, a.dtype), 1);
  return lax.reduce_prod(flips, [last]);
}

function determinant2(a: ArrayBase): ArrayBase {
  return lax.sub(lax.mul(entry(a, 0, 0), entry(a, 1, 1)), lax.mul(entry(a, 0, 1), entry(a, 1, 0)));
}

/** Sarrus' rule: products along the diagonals, in one direction less those in the other. */
function determinant3(a: ArrayBase): ArrayBase {
  const product = (i: number, j: number, k: number): ArrayBase =>
    lax.mul(lax.mul(entry(a, 0, i), entry(a, 1, j)), entry(a, 2, k));
  const down = lax.add(lax.add(product(0, 1, 2), product(1, 2, 0)), product(2, 0, 1));
  return lax.sub(lax.sub(lax.sub(down, product(2, 1, 0)), product(0, 2, 1)), product(1, 0, 2));
}

/** The determinants of (..., n, n). Throws ValueError unless the matrices are square. */
export function det(a: ArrayLike): ArrayBase {
  const array = arrayArgument("jnp.linalg.det", a);
  if (!isSquare(array)) {
    throw new ValueError(`Argument to _det() must have shape [..., n, n], got ${formatShape(array.shape)}`);
  }
  return detJit(floatArray("det", array));
}

const detJit = jit(
  (a: ArrayBase) => {
    const n = a.shape.at(-1)!;
    if (n === 2) return determinant2(a);
    return n === 3 ? determinant3(a) : (detByLog(a) as ArrayBase);
  },
  { name: "det" },
);

const detByLog = custom_jvp(function det(a: ArrayBase): ArrayBase {
  const [sign, log] = signAndLog(a) as [ArrayBase, ArrayBase];
  return lax.mul(sign, lax.exp(log));
});

// The trace of the adjugate times the change: well defined for singular matrices, too.
detByLog.defjvp(([a]: ArrayBase[], [t]: ArrayBase[]) => {
  if (a!.shape.at(-1)! < 2) return [detByLog(a), trace(t!, 0, -2, -1)];
  const { determinant, adjugateTimes } = throughAdjugate(a!, t!);
  return [determinant, trace(adjugateTimes, 0, -2, -1)];
});

/**
 * det(a) and adj(a) t, by LU. The last pivot, which is zero when the rank is n - 1, is never divided by: with d the
 * determinant and e that without the last pivot, adj(a) = d U^-1 L^-1 P is found with the last pivot replaced by 1/e
 * and all rows but the last of L^-1 P t multiplied by d. A matrix of lower rank has an adjugate of zero.
 */
function throughAdjugate(a: ArrayBase, t: ArrayBase): { determinant: ArrayBase; adjugateTimes: ArrayBase } {
  const [packed, pivots, permutation] = laxLinalg.lu(a);
  const n = a.shape.at(-1)!;
  const values = diagonal(packed, 0, -2, -1);
  const partial = lax.cumprod(values, values.ndim - 1);
  const sign = parity(pivots, a);
  const determinant = lax.mul(component(partial, n - 1), sign);
  const before = lax.mul(component(partial, n - 2), sign);
  const [row, column] = [2, 1].map((end) => lax.broadcasted_iota("int32", a.shape, a.ndim - end));
  const isCorner = lax.bitwise_and(lax.eq(row!, n - 1), lax.eq(column!, n - 1));
  const replaced = lax.select(isCorner, overMatrices(lax.div(lax.full_like(before, 1), before), a), packed);
  const ones = lax.full([...a.shape.slice(0, -1), 1], 1, a.dtype);
  const trial = laxLinalg.triangular_solve(replaced, ones, { left_side: true });
  const isFinite = lax.is_finite(lax.reduce_sum(lax.abs(trial), [trial.ndim - 2, trial.ndim - 1]));
  const keep = overMatrices(isFinite, t);
  const kept = lax.select(keep, t, 0);
  const solved = laxLinalg.triangular_solve(replaced, takeRows(kept, permutation), {
    left_side: true,
    lower: true,
    unit_diagonal: true,
  });
  const scaled = lax.select(lax.eq(row!, n - 1), solved, lax.mul(solved, overMatrices(determinant, a)));
  const result = laxLinalg.triangular_solve(replaced, scaled, { left_side: true });
  return { determinant, adjugateTimes: lax.select(keep, result, 0) };
}

/** One number per matrix, at all its elements. */
function overMatrices(x: ArrayBase, matrices: ArrayBase): ArrayBase {
  return lax.broadcast_in_dim(
    x,
    matrices.shape,
    x.shape.map((_, axis) => axis),
  );
}
