import { formatShape, ShapedArray, type Shape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import type { DType } from "../core/dtype.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { LoweringRule, Operand } from "../kernel/lowering-rule.ts";
import { sizeOf } from "../kernel/kernel.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";

/** A primitive that moves elements without changing them: its result's element as a function of the index. */
interface ViewSpec {
  readonly name: string;
  readonly shape: (operands: readonly ShapedArray[], params: Params) => Shape;
  /** Whether row-major order is kept. */
  readonly alias?: boolean;
  readonly element: Extract<LoweringRule, { kind: "view" }>["element"];
}

export function view(spec: ViewSpec): Primitive {
  return {
    name: spec.name,
    abstractEval: (operands, params) => [operands[0]!.update({ shape: spec.shape(operands, params) })],
    lower: { kind: "view", alias: spec.alias ?? false, element: spec.element },
  };
}

function checkPermutation(permutation: readonly number[], ndim: number): void {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.length !== ndim || sorted.some((axis, position) => axis !== position)) {
    throw new TypeError(
      `transpose permutation isn't a permutation of operand dimensions, got permutation ` +
        `${formatShape(permutation)} for operand with ${String(ndim)} dimensions.`,
    );
  }
}

/** reshape[new_sizes]: the same elements in row-major order. */
export const reshape = view({
  name: "reshape",
  alias: true,
  shape: ([operand], params) => {
    const newSizes = params["new_sizes"] as Shape;
    if (sizeOf(newSizes) !== operand!.size) {
      throw new TypeError(
        `cannot reshape array of shape ${formatShape(operand!.shape)} (size ${String(operand!.size)}) ` +
          `into shape ${formatShape(newSizes)} (size ${String(sizeOf(newSizes))})`,
      );
    }
    return newSizes;
  },
  element: (b, index, [operand], _, output) =>
    operand!.read(b.unflatten(b.flatten(index, output.shape), operand!.aval.shape)),
});

/** squeeze[dimensions]: drops axes of extent 1. */
export const squeeze = view({
  name: "squeeze",
  alias: true,
  shape: ([operand], params) => {
    const dimensions = params["dimensions"] as readonly number[];
    const wrong = dimensions.find((axis) => operand!.shape[axis] !== 1);
    if (wrong !== undefined) {
      throw new ValueError(
        `cannot select an axis to squeeze out which has size not equal to one, got ` +
          `shape=${formatShape(operand!.shape)} and dimensions=${formatShape(dimensions)}`,
      );
    }
    return operand!.shape.filter((_, axis) => !dimensions.includes(axis));
  },
  element: (b, index, [operand], params) => {
    const dimensions = params["dimensions"] as readonly number[];
    const rest = [...index];
    return operand!.read(
      operand!.aval.shape.map((_, axis) => (dimensions.includes(axis) ? b.int(0) : rest.shift()!)),
    );
  },
});

/** broadcast_in_dim[shape, broadcast_dimensions]: operand axis k becomes output axis broadcast_dimensions[k]. */
export const broadcast_in_dim = view({
  name: "broadcast_in_dim",
  shape: ([operand], params) => {
    const shape = params["shape"] as Shape;
    const dimensions = params["broadcast_dimensions"] as readonly number[];
    operand!.shape.forEach((extent, axis) => {
      if (extent !== 1 && extent !== shape[dimensions[axis]!]) {
        throw new TypeError(
          `broadcast_in_dim operand dimension sizes must either be 1, or be equal to their corresponding ` +
            `dimensions in the target broadcast shape; got operand of shape ${formatShape(operand!.shape)}, ` +
            `target broadcast shape ${formatShape(shape)}, broadcast_dimensions ${formatShape(dimensions)}`,
        );
      }
    });
    return shape;
  },
  element: (b, index, [operand], params) => {
    const dimensions = params["broadcast_dimensions"] as readonly number[];
    return operand!.read(
      operand!.aval.shape.map((extent, axis) => (extent === 1 ? b.int(0) : index[dimensions[axis]!]!)),
    );
  },
});

/** transpose[permutation]: output axis k is operand axis permutation[k]. */
export const transpose = view({
  name: "transpose",
  shape: ([operand], params) => {
    const permutation = params["permutation"] as readonly number[];
    checkPermutation(permutation, operand!.ndim);
    return permutation.map((axis) => operand!.shape[axis]!);
  },
  element: (_, index, [operand], params) => {
    const permutation = params["permutation"] as readonly number[];
    const source: ScalarExpr[] = [];
    permutation.forEach((axis, position) => {
      source[axis] = index[position]!;
    });
    return operand!.read(source);
  },
});

/** rev[dimensions]: reverses the order along axes. */
export const rev = view({
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
});

/** slice[start_indices, limit_indices, strides]: every strides[k]-th element of start to limit. */
export const slice = view({
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
});

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

/** The index moved into 0..extent-1, left alone where it is known to be inside. */
export function clampIndex(b: ExprBuilder, index: ScalarExpr, extent: number): ScalarExpr {
  const { min, max } = b.rangeOf(index);
  let clamped = index;
  if (!(min >= 0)) clamped = b.binary("max", clamped, b.int(0));
  if (!(max < extent)) clamped = b.binary("min", clamped, b.int(extent - 1));
  return clamped;
}

/** pad[padding_config]: (low, high, interior) per axis; negative low or high cut. Operand 1 is the 0-d fill value. */
export const pad: Primitive = {
  name: "pad",
  abstractEval: ([operand], params) => {
    const config = params["padding_config"] as readonly (readonly [number, number, number])[];
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
      const config = params["padding_config"] as readonly (readonly [number, number, number])[];
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
};

/** iota[dtype, shape, dimension]: the index along one axis. */
export const iota: Primitive = {
  name: "iota",
  abstractEval: (_, params) => [new ShapedArray(params["shape"] as Shape, params["dtype"] as DType)],
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, _, params, output) => b.cast(index[params["dimension"] as number]!, output.dtype),
  },
};
