import type { ArrayBase } from "../core/array-base.ts";
import { formatShape, sizeOf } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import { custom_jvp } from "../control/custom-derivatives/custom-jvp.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import * as laxLinalg from "../lax/linalg.ts";
import { matmul } from "../numpy/linear.ts";
import { broadcast_shapes } from "../numpy/broadcast-shapes.ts";
import { broadcast_to, moveaxis } from "../numpy/shape.ts";
import { arrayArgument, type ArrayLike } from "../numpy/promote.ts";
import { floatArray, floatArrays, identities, isSquare } from "./matrix-arguments.ts";

/** x of a x = b by LU, for (..., m, m) and (..., m, k) whose leading axes broadcast. */
export function solveMatrices(a: ArrayBase, b: ArrayBase): ArrayBase {
  return solveWithRule(a, b) as ArrayBase;
}

const solveWithRule = custom_jvp(function solve(a: ArrayBase, b: ArrayBase): ArrayBase {
  return factored(a)(b);
});

// a x = b: a x' = b' - a' x, by the same factors.
solveWithRule.defjvp(([a, b]: ArrayBase[], [t, u]: ArrayBase[]) => {
  const solve = factored(a!);
  const x = solve(b!);
  return [x, solve(lax.sub(withBatch(u!, x.shape.slice(0, -2)), matmul(t!, x)))];
});

/** Factors `a` once, for any number of right-hand sides. */
function factored(a: ArrayBase): (b: ArrayBase) => ArrayBase {
  const [packed, , permutation] = laxLinalg.lu(a);
  return (b) => {
    const batch = broadcast_shapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const order = broadcast_to(permutation, [...batch, a.shape.at(-1)!]);
    return laxLinalg.lu_solve(withBatch(packed, batch), order, withBatch(b, batch));
  };
}

/** Matrices with these leading axes. */
function withBatch(x: ArrayBase, batch: readonly number[]): ArrayBase {
  return broadcast_to(x, [...batch, ...x.shape.slice(-2)]);
}

/**
 * x of a x = b for (..., m, m) `a`; `b` is a vector (m) or matrices (..., m, k), leading axes broadcast. A singular
 * matrix gives infinities and NaN. Throws ValueError when the shapes do not fit.
 */
export function solve(a: ArrayLike, b: ArrayLike): ArrayBase {
  const [x, y] = floatArrays("solve", [a, b]) as [ArrayBase, ArrayBase];
  checkShapes(x, y);
  return solveJit(x, y);
}

const solveJit = jit(
  (a: ArrayBase, b: ArrayBase) => {
    if (b.ndim > 1) return solveMatrices(a, b);
    const x = solveMatrices(a, lax.expand_dims(b, [1]));
    return lax.squeeze(x, [x.ndim - 1]);
  },
  { name: "solve" },
);

function checkShapes(a: ArrayBase, b: ArrayBase): void {
  const shapeOf = (x: ArrayBase): string => formatShape(x.shape);
  if (a.ndim < 2) {
    throw new ValueError(`left hand array must be at least two dimensional; got a.shape=${shapeOf(a)}`);
  }
  const n = a.shape.at(-1)!;
  if (b.ndim > 1 && a.ndim === b.ndim + 1 && n === b.shape.at(-1) && n !== b.shape.at(-2)) {
    throw new ValueError(
      `Invalid shapes for solve: ${shapeOf(a)}, ${shapeOf(b)}. Prior to JAX v0.5.0, this would have been treated as ` +
        `a batched 1-dimensional solve. To recover this behavior, use solve(a, b[..., None]).squeeze(-1).`,
    );
  }
  const signature = b.ndim === 1 ? "(m,m),(m)->(m)" : "(m,m),(m,n)->(m,n)";
  const m = a.shape.at(-2)!;
  const rows = b.ndim === 1 ? b.shape[0] : b.shape.at(-2);
  const other = m !== n ? n : rows;
  if (other === m) return;
  throw new ValueError(
    `inconsistent size for core dimension 'm': ${String(other)} vs ${String(m)} on vectorized function with ` +
      `excluded=frozenset() and signature='${signature}'`,
  );
}

/** The inverses of (..., n, n); infinities and NaN for a singular matrix. Throws ValueError unless they are square. */
export function inv(a: ArrayLike): ArrayBase {
  const array = arrayArgument("jnp.linalg.inv", a);
  if (!isSquare(array)) {
    throw new ValueError(`Argument to inv must have shape [..., n, n], got ${formatShape(array.shape)}.`);
  }
  return invJit(floatArray("inv", array));
}

const invJit = jit((a: ArrayBase) => solveMatrices(a, identities(a)), { name: "inv" });

/** The inverse for `tensordot(a, x, ind)`. Throws ValueError unless the two groups of axes have one size. */
export function tensorinv(a: ArrayLike, ind: number | { readonly ind?: number } = 2): ArrayBase {
  const array = floatArray("tensorinv", a);
  const count = typeof ind === "number" ? ind : (ind.ind ?? 2);
  if (count <= 0) throw new ValueError(`ind must be a positive integer; got ind=${String(count)}`);
  const [left, right] = [array.shape.slice(0, count), array.shape.slice(count)];
  if (sizeOf(left) !== sizeOf(right)) {
    throw new ValueError(
      "tensorinv is only possible when the product of the first `ind` dimensions equals that of the remaining " +
        `dimensions. got arr.shape=${formatShape(array.shape)} with ind=${String(count)}.`,
    );
  }
  const inverse = inv(lax.reshape(array, [sizeOf(left), sizeOf(right)]));
  return lax.reshape(inverse, [...right, ...left]);
}

/** x of tensordot(a, x, x.ndim) = b. Throws ValueError when the shapes do not fit. */
export function tensorsolve(
  a: ArrayLike,
  b: ArrayLike,
  axes: readonly number[] | null | { readonly axes?: readonly number[] | null } = null,
): ArrayBase {
  const [x, y] = floatArrays("tensorsolve", [a, b]) as [ArrayBase, ArrayBase];
  const last = Array.isArray(axes) ? (axes as number[]) : ((axes as { axes?: number[] } | null)?.axes ?? []);
  const moved =
    last.length === 0
      ? x
      : moveaxis(
          x,
          last,
          last.map((_, k) => x.ndim - last.length + k),
        );
  const [lead, rest] = [moved.shape.slice(0, y.ndim), moved.shape.slice(y.ndim)];
  if (lead.join() !== y.shape.join()) {
    throw new ValueError(
      "After moving axes to end, leading shape of a must match shape of b. got " +
        `a.shape=${formatShape(moved.shape)}, b.shape=${formatShape(y.shape)}`,
    );
  }
  if (y.size !== sizeOf(rest)) {
    throw new ValueError(
      "Input arrays must have prod(a.shape[:b.ndim]) == prod(a.shape[b.ndim:]); got " +
        `a.shape=${formatShape(moved.shape)}, b.ndim=${String(y.ndim)}.`,
    );
  }
  return lax.reshape(solve(lax.reshape(moved, [y.size, y.size]), lax.reshape(y, [y.size])), rest);
}
