import type { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import type { Primitive } from "../core/primitive.ts";
import { typedScalar } from "../core/scalar.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { Operand } from "../kernel/lowering-rule.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { apply, like } from "./apply.ts";
import { sub } from "./arithmetic.ts";
import { batchInFront, broadcastTo, reduce_sum } from "./broadcast.ts";
import { clampIndex } from "./clamp-index.ts";
import { select_n } from "./comparison.ts";
import { insertAt, shiftAxes, view } from "./view.ts";
import { instantiateZeros } from "./zeros.ts";

/** rev[dimensions]: reverses the order along axes. */
export const rev: Primitive = view({
  name: "rev",
  shape: ([operand]) => operand!.shape,
  element: (b, index, [operand], params) => {
    const dimensions = params["dimensions"] as readonly number[];
    return operand!.read(
      index.map((part, axis) =>
        dimensions.includes(axis) ? b.indexSubtract(b.int(operand!.aval.shape[axis]! - 1), part) : part,
      ),
    );
  },
  transpose: (cotangent, _, params) => bind1(rev, [cotangent], params),
  batch: (params, dim) => ({
    params: { dimensions: shiftAxes(params["dimensions"] as readonly number[], dim) },
    dim,
  }),
});

/** slice[start_indices, limit_indices, strides]: every strides[k]-th element of start to limit. */
export const slice: Primitive = view({
  name: "slice",
  shape: ([operand], params) => {
    const starts = params["start_indices"] as readonly number[];
    const limits = params["limit_indices"] as readonly number[];
    const strides = params["strides"] as readonly number[] | null;
    return operand!.shape.map((extent, axis) => {
      const start = starts[axis]!;
      const limit = limits[axis]!;
      if (start < 0 || limit > extent || start > limit) {
        throw new TypeError(
          `slice limit_indices must be greater than or equal to start_indices and within the operand's shape, ` +
            `got start_indices ${formatShape(starts)}, limit_indices ${formatShape(limits)}, ` +
            `operand shape ${formatShape(operand!.shape)}.`,
        );
      }
      return Math.ceil((limit - start) / (strides?.[axis] ?? 1));
    });
  },
  element: (b, index, [operand], params) => {
    const starts = params["start_indices"] as readonly number[];
    const strides = params["strides"] as readonly number[] | null;
    return operand!.read(
      index.map((part, axis) =>
        b.indexAdd(b.indexMultiply(part, strides?.[axis] ?? 1), b.int(starts[axis]!)),
      ),
    );
  },
  // Elements that were not taken have cotangent zero: those of the taken ones, spread out again.
  transpose: (cotangent, operand, params) => {
    const starts = params["start_indices"] as readonly number[];
    const strides = params["strides"] as readonly number[] | null;
    const config = avalOf(cotangent).shape.map((extent, axis): PaddingConfig[number] => {
      const stride = strides?.[axis] ?? 1;
      const covered = extent === 0 ? 0 : (extent - 1) * stride + 1;
      return [starts[axis]!, operand.shape[axis]! - starts[axis]! - covered, stride - 1];
    });
    return padded(cotangent, config);
  },
  batch: (params, dim, shape) => {
    const strides = params["strides"] as readonly number[] | null;
    return {
      params: {
        start_indices: insertAt(params["start_indices"] as readonly number[], dim, 0),
        limit_indices: insertAt(params["limit_indices"] as readonly number[], dim, shape[dim]!),
        strides: strides === null ? null : insertAt(strides, dim, 1),
      },
      dim,
    };
  },
});

/** pad[padding_config]: (low, high, interior) per axis; negative low or high cut. Operand 1 is the 0-d fill value. */
export const pad: Primitive = {
  name: "pad",
  abstractEval: ([operand], params) => {
    const config = params["padding_config"] as PaddingConfig;
    const shape = operand!.shape.map((extent, axis) => {
      const [low, high, interior] = config[axis]!;
      return Math.max(0, low + high + extent + Math.max(0, extent - 1) * interior);
    });
    return [operand!.update({ shape })];
  },
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, [operand, fill], params) => {
      const config = params["padding_config"] as PaddingConfig;
      if (operand!.aval.size === 0) return fill!.read([]);
      let inside: ScalarExpr | undefined;
      const require = (condition: ScalarExpr): void => {
        inside = inside === undefined ? condition : b.binary("and", inside, condition);
      };
      const source = index.map((part, axis) => {
        const [low, , interior] = config[axis]!;
        const extent = operand!.aval.shape[axis]!;
        const shifted = b.indexSubtract(part, b.int(low));
        const { min, max } = b.rangeOf(shifted);
        const step = interior + 1;
        if (!(min >= 0)) require(b.compare("ge", shifted, b.int(0)));
        if (!(max <= (extent - 1) * step)) require(b.compare("le", shifted, b.int((extent - 1) * step)));
        if (step === 1) return clampIndex(b, shifted, extent);
        const safe = clampIndex(b, shifted, (extent - 1) * step + 1);
        require(b.compare("eq", b.indexRemainder(safe, step), b.int(0)));
        return b.indexDivide(safe, step);
      });
      const value = operand!.read(source);
      return inside === undefined ? value : b.select(inside, value, fill!.read([]));
    },
  },
  // Linear in the operand and the fill value together.
  jvp: (primals, tangents, params) => {
    const primal = bind1(pad, primals, params);
    return { primals: [primal], tangents: [bind1(pad, tangents.map(instantiateZeros), params)] };
  },
  transpose: ([cotangent], [operand, fill], params) => {
    const all = [operand, fill].map((each) => (each instanceof UndefinedPrimal ? new Zero(each.aval) : null));
    if (cotangent instanceof Zero) return all;
    const own = unpadded(cotangent!, params["padding_config"] as PaddingConfig);
    return [
      operand instanceof UndefinedPrimal ? own : null,
      fill instanceof UndefinedPrimal ? apply(sub, total(cotangent!), total(own)) : null,
    ];
  },
  batch: ([operand, fill], [dim, fillDim], params, axisSize) => {
    const config: PaddingConfig = [[0, 0, 0], ...(params["padding_config"] as PaddingConfig)];
    const x = batchInFront(operand!, dim!, axisSize);
    if (fillDim === null) return { values: [bind1(pad, [x, fill!], { padding_config: config })], dims: [0] };
    const inside = broadcastTo(typedScalar(true, "bool"), avalOf(x).shape);
    const mask = bind1(pad, [inside, typedScalar(false, "bool")], { padding_config: config });
    const moved = padded(x, config);
    return { values: [apply(select_n, mask, broadcastTo(fill!, moved.shape, [0]), moved)], dims: [0] };
  },
  partialEval: "whole",
};

/** (low, high, interior) per axis. */
type PaddingConfig = readonly (readonly [number, number, number])[];

function padded(x: Value, config: PaddingConfig): ArrayBase {
  return bind1(pad, [x, like(x, 0)], { padding_config: config });
}

/** The elements of a padded value that came from its operand; zero where padding cut them away. */
function unpadded(x: Value, config: PaddingConfig): Value {
  const grown = padded(
    x,
    config.map(([low, high]) => [-low, -high, 0]),
  );
  return bind1(slice, [grown], {
    start_indices: config.map(() => 0),
    limit_indices: grown.shape,
    strides: config.map(([, , interior]) => interior + 1),
  });
}

function total(x: Value): Value {
  return bind1(reduce_sum, [x], { axes: avalOf(x).shape.map((_, axis) => axis) });
}

/** concatenate[dimension] of any number of operands. */
export const concatenate: Primitive = {
  name: "concatenate",
  abstractEval: (operands, params) => {
    const dimension = params["dimension"] as number;
    const first = operands[0]!;
    let extent = 0;
    for (const operand of operands) {
      const agrees = operand.shape.every((size, axis) => axis === dimension || size === first.shape[axis]);
      if (operand.ndim !== first.ndim || !agrees) {
        throw new TypeError(
          `Cannot concatenate arrays with shapes that differ in dimensions other than the one being ` +
            `concatenated: concatenating along dimension ${String(dimension)} for shapes ` +
            `${operands.map((aval) => formatShape(aval.shape)).join(", ")}.`,
        );
      }
      extent += operand.shape[dimension]!;
    }
    return [
      first.update({
        shape: first.shape.map((size, axis) => (axis === dimension ? extent : size)),
        weakType: operands.every((aval) => aval.weakType),
      }),
    ];
  },
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, operands, params) => concatenated(b, index, operands, params["dimension"] as number),
  },
  jvp: (primals, tangents, params) => {
    const primal = bind1(concatenate, primals, params);
    return { primals: [primal], tangents: [bind1(concatenate, tangents.map(instantiateZeros), params)] };
  },
  // Each operand's cotangent is its part of the result's.
  transpose: ([cotangent], operands, params) => {
    const dimension = params["dimension"] as number;
    let end = 0;
    return operands.map((operand) => {
      const { shape } = operand instanceof UndefinedPrimal ? operand.aval : avalOf(operand);
      const start = end;
      end += shape[dimension]!;
      if (!(operand instanceof UndefinedPrimal)) return null;
      if (cotangent instanceof Zero) return new Zero(operand.aval);
      return bind1(slice, [cotangent!], {
        start_indices: shape.map((_, axis) => (axis === dimension ? start : 0)),
        limit_indices: shape.map((extent, axis) => (axis === dimension ? end : extent)),
        strides: null,
      });
    });
  },
  batch: (operands, dims, params, axisSize) => {
    const values = operands.map((operand, k) => batchInFront(operand, dims[k]!, axisSize));
    const dimension = (params["dimension"] as number) + 1;
    return { values: [bind1(concatenate, values, { dimension })], dims: [0] };
  },
  partialEval: "whole",
};

/** Reads from the operand whose part of the axis the index falls into; every read stays in bounds. */
function concatenated(
  b: ExprBuilder,
  index: readonly ScalarExpr[],
  operands: readonly Operand[],
  dimension: number,
): ScalarExpr {
  const position = index[dimension]!;
  let end = 0;
  const parts = operands
    .filter((operand) => operand.aval.size > 0 || operands.every((other) => other.aval.size === 0))
    .map((operand) => {
      const start = end;
      const extent = operand.aval.shape[dimension]!;
      end += extent;
      const local = clampIndex(b, b.indexSubtract(position, b.int(start)), extent);
      const value = operand.read(index.map((part, axis) => (axis === dimension ? local : part)));
      return { end, value };
    });
  let result = parts[parts.length - 1]!.value;
  for (const part of parts.slice(0, -1).reverse()) {
    result = b.select(b.compare("lt", position, b.int(part.end)), part.value, result);
  }
  return result;
}
