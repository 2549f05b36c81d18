import type { ArrayBase } from "../core/array-base.ts";
import { isFloating } from "../core/dtype.ts";
import { NotImplementedError } from "../core/errors.ts";
import { ShapedArray, sizeOf } from "../core/aval.ts";
import type { JvpRule, Params, Primitive, TransposeRule } from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { apply, like } from "./apply.ts";
import { add, div, mul } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { eq, select_n } from "./comparison.ts";
import { convert } from "./conversion.ts";
import { add_any } from "./elementwise.ts";
import { gatherBack, scatter_add } from "./gather.ts";
import { inverseGather, scatterRecord } from "./scatter-record.ts";
import { iota } from "./iota.ts";
import { reshaped } from "./reshape.ts";
import { instantiateZeros, zerosOf } from "./zeros.ts";

export { scatter_add };

/**
 * Where no two updates meet, the tangent is scattered as the value is. Otherwise it is unspecified which one wins:
 * scattering their numbers tells, and the tangents of the losers count as zero.
 */
const scatterJvp: JvpRule = ([operand, indices, updates], tangents, params) => {
  const at = indices!;
  const [t, , u] = tangents.map(instantiateZeros) as [Value, Value, Value];
  if (params["unique_indices"] === true) {
    const primal = bind1(scatter, [operand!, at, updates!], params);
    return { primals: [primal], tangents: [bind1(scatter, [t, at, u], params)] };
  }
  const shape = avalOf(operand!).shape;
  const own = numbersOfUpdates(avalOf(updates!).shape, params, shape);
  const noOne = zerosOf(new ShapedArray(shape, "int32"));
  const winners = bind1(scatter, [noOne, at, own], params);
  const isUntouched = apply(eq, winners, like(winners, 0));
  const isWinner = apply(eq, own, gatherBack(winners, at, own.shape, params));
  const put = (x: Value, y: Value): ArrayBase => {
    const kept = apply(select_n, isUntouched, like(x, 0), x);
    return bind1(scatter_add, [kept, at, apply(select_n, isWinner, like(y, 0), y)], params);
  };
  return { primals: [put(operand!, updates!)], tangents: [put(t, u)] };
};

/** 1, 2, ... for the windows of updates, each filled with its number. */
function numbersOfUpdates(
  updateShape: readonly number[],
  params: Params,
  shape: readonly number[],
): ArrayBase {
  const { numbers } = inverseGather(params, shape, updateShape);
  const batchAxes = updateShape.map((_, axis) => axis).filter((axis) => !numbers.offset_dims.includes(axis));
  const batch = batchAxes.map((axis) => updateShape[axis]!);
  const count = bind1(iota, [], { dtype: "int32", shape: [sizeOf(batch)], dimension: 0 });
  const numbered = reshaped(apply(add, count, like(count, 1)), batch);
  return broadcastTo(numbered, updateShape, batchAxes) as ArrayBase;
}

const scatterTranspose: TransposeRule = ([cotangent], [operand, indices, updates], params) => {
  if (params["unique_indices"] !== true) {
    throw new NotImplementedError("scatter transpose is only implemented where unique_indices=True");
  }
  const at = indices as Value;
  const updateAval = updates instanceof UndefinedPrimal ? updates.aval : avalOf(updates!);
  if (cotangent instanceof Zero) {
    return [operand, indices, updates].map((each) =>
      each instanceof UndefinedPrimal ? new Zero(each.aval) : null,
    );
  }
  const ct = cotangent!;
  return [
    operand instanceof UndefinedPrimal
      ? bind1(scatter, [ct, at, zerosOf(updateAval.update({ dtype: avalOf(ct).dtype }))], params)
      : null,
    null,
    updates instanceof UndefinedPrimal ? gatherBack(ct, at, updateAval.shape, params) : null,
  ];
};

/** Elements are replaced; one of several updates to the same place wins. */
export const scatter: Primitive = scatterRecord("scatter", "set", {
  jvp: scatterJvp,
  transpose: scatterTranspose,
});

/** Elements are multiplied by their updates. */
export const scatter_mul: Primitive = scatterRecord("scatter-mul", "mul", {
  jvp: ([operand, indices, updates], [t, , u], params) => {
    const [x, at, y] = [operand!, indices!, updates!];
    const primal = bind1(scatter_mul, [x, at, y], params);
    let tangent: Value | undefined;
    if (!(t instanceof Zero)) tangent = bind1(scatter_mul, [t!, at, y], params);
    if (!(u instanceof Zero)) {
      if (params["unique_indices"] !== true) {
        throw new NotImplementedError("scatter_mul gradients are only implemented if `unique_indices=True`");
      }
      const placed = bind1(scatter_add, [zerosOf(avalOf(x)), at, u!], params);
      const term = apply(mul, x, placed);
      tangent = tangent === undefined ? term : apply(add_any, tangent, term);
    }
    return { primals: [primal], tangents: [tangent!] };
  },
  transpose: ([cotangent], [operand, indices, updates], params) => {
    if (!(operand instanceof UndefinedPrimal)) return [null, null, null];
    if (cotangent instanceof Zero) return [new Zero(operand.aval), null, null];
    return [bind1(scatter_mul, [cotangent!, indices as Value, updates as Value], params), null, null];
  },
});

/** The mean of the tangents of all values that are the extremum of their place. */
function extremumJvp(self: () => Primitive): JvpRule {
  return ([operand, indices, updates], tangents, params) => {
    const [x, at, y] = [operand!, indices!, updates!];
    const z = bind1(self(), [x, at, y], params);
    if (!isFloating(z.dtype)) return { primals: [z], tangents: [new Zero(z.aval)] };
    const [t, , u] = tangents.map(instantiateZeros) as [Value, Value, Value];
    const isKept = convert(apply(eq, x, z), z.dtype);
    const isChosen = convert(apply(eq, y, gatherBack(z, at, avalOf(y).shape, params)), z.dtype);
    const count = bind1(scatter_add, [isKept, at, isChosen], params);
    const sum = bind1(scatter_add, [apply(mul, t, isKept), at, apply(mul, u, isChosen)], params);
    return { primals: [z], tangents: [apply(div, sum, count)] };
  };
}

export const scatter_min: Primitive = scatterRecord("scatter-min", "min", {
  jvp: extremumJvp(() => scatter_min),
  transpose: "nonlinear",
});
export const scatter_max: Primitive = scatterRecord("scatter-max", "max", {
  jvp: extremumJvp(() => scatter_max),
  transpose: "nonlinear",
});
