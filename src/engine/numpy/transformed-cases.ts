import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import type { ArrayLike } from "./promote.ts";
import { getItem } from "./at.ts";
import * as jnp from "./index.ts";

/** An operand's shape, and where its elements lie: -2 to 2 unless said. */
export interface CaseOperand {
  readonly shape: Shape;
  readonly low?: number;
  readonly high?: number;
  /** Positions rather than numbers to differentiate by. */
  readonly isIndex?: boolean;
}

/** A function of jax.numpy to be batched and differentiated. */
export interface TransformedCase {
  readonly name: string;
  readonly operands: readonly CaseOperand[];
  readonly f: (...args: ArrayBase[]) => ArrayLike | readonly ArrayLike[];
  /** Whether its derivative is checked too. */
  readonly isSmooth: boolean;
}

type Run = TransformedCase["f"];

const on = (name: string, operands: readonly CaseOperand[], f: Run, isSmooth = true): TransformedCase => ({
  name,
  operands,
  f,
  isSmooth,
});
const s = (...shape: number[]): CaseOperand => ({ shape });
const positive = (...shape: number[]): CaseOperand => ({ shape, low: 0.2, high: 3 });
const fraction = (...shape: number[]): CaseOperand => ({ shape, low: -0.9, high: 0.9 });
const positions = (high: number, ...shape: number[]): CaseOperand => ({ shape, low: 0, high, isIndex: true });

const unaryNames = (
  "negative positive abs fabs square sin cos tan sinh cosh tanh arcsinh arctan exp exp2 expm1 sinc deg2rad rad2deg " +
  "nan_to_num"
).split(" ");
const positiveNames = "sqrt cbrt log log2 log10 log1p reciprocal".split(" ");
const fractionNames = "arcsin arccos arctanh".split(" ");
const stepNames = "sign floor ceil trunc rint round isnan isfinite signbit logical_not".split(" ");
const binaryNames =
  "add subtract multiply divide maximum minimum fmax fmin arctan2 hypot logaddexp logaddexp2 copysign".split(
    " ",
  );
const comparisonNames = "equal less greater_equal logical_and floor_divide heaviside isclose".split(" ");
const reductionNames =
  "sum prod max min mean std var ptp nansum nanprod nanmax nanmin nanmean nanstd nanvar".split(" ");

const named = jnp as unknown as Readonly<Record<string, (...args: unknown[]) => ArrayBase>>;

const elementwise: readonly TransformedCase[] = [
  ...unaryNames.map((name) => on(name, [s(3)], named[name]!)),
  ...positiveNames.map((name) => on(name, [positive(3)], named[name]!)),
  ...fractionNames.map((name) => on(name, [fraction(3)], named[name]!)),
  ...stepNames.map((name) => on(name, [s(3)], named[name]!, false)),
  on("arccosh", [{ shape: [3], low: 1.2, high: 3 }], jnp.arccosh),
  ...binaryNames.flatMap((name) => [
    on(name, [s(2, 3), positive(3)], named[name]!),
    on(`${name} of a scalar`, [s(3), positive()], named[name]!),
  ]),
  ...comparisonNames.map((name) => on(name, [s(2, 3), positive(3)], named[name]!, false)),
  on("remainder", [s(3), positive(3)], jnp.remainder),
  on("fmod", [s(3), positive(3)], jnp.fmod),
  on("power", [positive(3), s(2, 3)], jnp.power),
  on("power 2", [s(3)], (x) => jnp.power(x, 2)),
  on("power 1.5", [positive(3)], (x) => jnp.power(x, 1.5)),
  on("2 power", [s(3)], (x) => jnp.power(2, x)),
  on("float_power", [positive(3), s(3)], jnp.float_power),
  on("modf", [s(3)], (x) => jnp.modf(x), false),
  on("divmod", [s(3), positive(3)], (x, y) => jnp.divmod(x, y), false),
  on("clip", [s(4)], (x) => jnp.clip(x, -1, 1)),
  on("where", [s(4), s(4)], (x, y) => jnp.where(jnp.greater(x, 0), y, jnp.sin(x))),
  on("where with a scalar", [s(2, 3), s()], (x, y) => jnp.where(jnp.greater(x, y), x, y)),
  on("select", [s(4)], (x) => jnp.select([jnp.less(x, -1), jnp.less(x, 1)], [x, jnp.square(x)], 7)),
];

const folds: readonly TransformedCase[] = [
  ...reductionNames.flatMap((name) => [
    on(`${name} of all`, [positive(2, 3)], (x) => named[name]!(x)),
    on(`${name} over axis 0`, [positive(4, 2)], (x) => named[name]!(x, 0)),
    on(`${name} over axis -1, kept`, [positive(2, 4)], (x) => named[name]!(x, { axis: -1, keepdims: true })),
  ]),
  ...["any", "all", "argmax", "argmin", "count_nonzero", "nanargmax"].map((name) =>
    on(name, [s(2, 3)], (x) => named[name]!(x, 1), false),
  ),
  ...["cumsum", "cumprod", "nancumsum", "nancumprod"].flatMap((name) => [
    on(`${name} of all`, [positive(2, 3)], (x) => named[name]!(x)),
    on(`${name} along axis 0`, [positive(3, 2)], (x) => named[name]!(x, 0)),
  ]),
  on("diff", [s(2, 5)], (x) => jnp.diff(x)),
  on("trapezoid", [s(5)], (x) => jnp.trapezoid(x)),
  on("average", [s(4), positive(4)], (x, weights) => jnp.average(x, { weights })),
  on("median", [s(5)], (x) => jnp.median(x)),
  on("quantile", [s(5)], (x) => jnp.quantile(x, 0.3)),
  on("percentile", [s(2, 5)], (x) => jnp.percentile(x, 40, { axis: 1 })),
  on("cov", [s(2, 5)], (x) => jnp.cov(x)),
  on("corrcoef", [s(2, 5)], (x) => jnp.corrcoef(x)),
];

const shapes: readonly TransformedCase[] = [
  on("reshape", [s(2, 3)], (x) => jnp.reshape(x, [3, 2])),
  on("ravel", [s(2, 3)], (x) => jnp.ravel(x)),
  on("transpose", [s(2, 3)], (x) => jnp.transpose(x)),
  on("swapaxes", [s(2, 3, 1)], (x) => jnp.swapaxes(x, 0, 2)),
  on("moveaxis", [s(2, 3, 4)], (x) => jnp.moveaxis(x, 0, -1)),
  on("squeeze", [s(1, 3)], (x) => jnp.squeeze(x)),
  on("expand_dims", [s(3)], (x) => jnp.expand_dims(x, 0)),
  on("broadcast_to", [s(3)], (x) => jnp.broadcast_to(x, [2, 3])),
  on("broadcast_arrays", [s(3), s(2, 1)], (x, y) => jnp.broadcast_arrays(x, y)),
  on("atleast_2d", [s(3)], (x) => jnp.atleast_2d(x)),
  on("flip", [s(2, 3)], (x) => jnp.flip(x, 1)),
  on("rot90", [s(2, 3)], (x) => jnp.rot90(x)),
  on("roll", [s(2, 3)], (x) => jnp.roll(x, 1, 1)),
  on("tile", [s(3)], (x) => jnp.tile(x, 2)),
  on("repeat", [s(3)], (x) => jnp.repeat(x, 2)),
  on("pad", [s(3)], (x) => jnp.pad(x, 2)),
  on("pad by reflection", [s(4)], (x) => jnp.pad(x, 2, "reflect")),
  on("concatenate", [s(2, 2), s(2, 3)], (x, y) => jnp.concatenate([x, y], 1)),
  on("stack", [s(3), s(3)], (x, y) => jnp.stack([x, y])),
  on("stack of scalars", [s(), s()], (x, y) => jnp.stack([x, jnp.multiply(x, y)])),
  on("vstack", [s(3), s(3)], (x, y) => jnp.vstack([x, y])),
  on("hstack", [s(3), s(2)], (x, y) => jnp.hstack([x, y])),
  on("column_stack", [s(3), s(3)], (x, y) => jnp.column_stack([x, y])),
  on("append", [s(3), s(2)], (x, y) => jnp.append(x, y)),
  on("split", [s(6)], (x) => jnp.split(x, 3)),
  on("meshgrid", [s(3), s(2)], (x, y) => jnp.meshgrid(x, y)),
  on("diag", [s(3)], (x) => jnp.diag(x)),
  on("diag of a matrix", [s(3, 3)], (x) => jnp.diag(x)),
  on("tril", [s(3, 3)], (x) => jnp.tril(x)),
  on("triu", [s(3, 3)], (x) => jnp.triu(x, 1)),
  on("array of scalars", [s(), s()], (x, y) => jnp.array([x, y])),
  on("zeros_like", [s(3)], (x) => jnp.zeros_like(x), false),
  on("full_like", [s(3)], (x) => jnp.full_like(x, 2), false),
  on("linspace", [s(), s()], (x, y) => jnp.linspace(x, y, 4)),
];

const products: readonly TransformedCase[] = [
  on("dot", [s(3), s(3)], (x, y) => jnp.dot(x, y)),
  on("matmul", [s(2, 3), s(3, 4)], (x, y) => jnp.matmul(x, y)),
  on("matmul with a vector", [s(2, 3), s(3)], (x, y) => jnp.matmul(x, y)),
  on("matmul of stacks", [s(2, 2, 3), s(3, 2)], (x, y) => jnp.matmul(x, y)),
  on("vdot", [s(2, 3), s(2, 3)], (x, y) => jnp.vdot(x, y)),
  on("inner", [s(2, 3), s(4, 3)], (x, y) => jnp.inner(x, y)),
  on("outer", [s(2), s(3)], (x, y) => jnp.outer(x, y)),
  on("tensordot", [s(2, 3), s(3, 2)], (x, y) => jnp.tensordot(x, y, 1)),
  on("trace", [s(3, 3)], (x) => jnp.trace(x)),
  on("cross", [s(3), s(3)], (x, y) => jnp.cross(x, y)),
  on("kron", [s(2, 2), s(1, 3)], (x, y) => jnp.kron(x, y)),
  on("einsum", [s(2, 3), s(3, 4)], (x, y) => jnp.einsum("ij,jk->ki", x, y)),
  on("polyval", [s(3), s(2)], (p, x) => jnp.polyval(p, x)),
  on("convolve", [s(5), s(3)], (x, y) => jnp.convolve(x, y)),
  on("interp", [s(4)], (x) => jnp.interp(x, jnp.array([-3, 0, 1, 3]), jnp.array([1, 4, 2, 5]))),
];

const selections: readonly TransformedCase[] = [
  on("x[1]", [s(4)], (x) => itemOf(x, 1)),
  on("x[-1]", [s(4, 2)], (x) => itemOf(x, -1)),
  on("x[1:3]", [s(4)], (x) => itemOf(x, "1:3")),
  on("x[::-2]", [s(5)], (x) => itemOf(x, "::-2")),
  on("x[:, 0]", [s(2, 3)], (x) => itemOf(x, ":, 0")),
  on("x[i]", [s(5), positions(4)], (x, i) => itemOf(x, i)),
  on("x[indices]", [s(5), positions(4, 3)], (x, i) => itemOf(x, i)),
  on("take", [s(5, 2), positions(4, 3)], (x, i) => jnp.take(x, i, 0)),
  on("take_along_axis", [s(2, 4), positions(3, 2, 3)], (x, i) => jnp.take_along_axis(x, i, 1)),
  on("at[1].set", [s(4), s()], (x, y) => x.at[1]!.set(y)),
  on("at[1:3].set", [s(4), s(2)], (x, y) => x.at["1:3"]!.set(y)),
  on("at[i].set", [s(4), positions(3), s()], (x, i, y) => x.at.item(i).set(y)),
  on("at[indices].add", [s(4), positions(3, 5), s(5)], (x, i, y) => x.at.item(i).add(y)),
  on("at[0].multiply", [s(4), s()], (x, y) => x.at[0]!.multiply(y)),
  on("at[indices].min", [s(4), positions(3, 3), s(3)], (x, i, y) => x.at.item(i).min(y)),
  on("at[indices].max", [s(4), positions(3, 3), s(3)], (x, i, y) => x.at.item(i).max(y)),
  on("at[mask].set", [s(4), s()], (x, y) => x.at.item(jnp.greater(x, 0)).set(y)),
  on("sort", [s(2, 4)], (x) => jnp.sort(x)),
  on("sort along axis 0", [s(4, 2)], (x) => jnp.sort(x, 0)),
  on("argsort", [s(5)], (x) => jnp.argsort(x), false),
  on("searchsorted", [s(5), s(3)], (x, y) => jnp.searchsorted(jnp.sort(x), y), false),
  on("digitize", [s(4)], (x) => jnp.digitize(x, jnp.array([-1, 0, 1])), false),
  on("array_equal", [s(3), s(3)], (x, y) => jnp.array_equal(x, y), false),
  on("allclose", [s(3), s(3)], (x, y) => jnp.allclose(x, y), false),
];

function itemOf(x: ArrayBase, index: unknown): ArrayBase {
  return getItem(x, index as never);
}

/** Every family of functions, each function with at least one case. */
export const transformedCases: readonly TransformedCase[] = [
  ...elementwise,
  ...folds,
  ...shapes,
  ...products,
  ...selections,
];
