import { formatShape, type Shape, ShapedArray, sizeOf } from "../core/aval.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { bind1 } from "../core/tracer.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { batchElementwise, broadcastScalars } from "./elementwise.ts";
import { moveAxis } from "./transpose.ts";

/** Work of one block of random bits, in additions. */
const blockCost = 80;

/**
 * threefry2x32(k0, k1, x0, x1): both words of the block with counter (x0, x1) under the key (k0, k1), all uint32.
 */
export const threefry2x32: Primitive = {
  name: "threefry2x32",
  abstractEval: (operands) => {
    if (operands.length !== 4 || operands.some((aval) => aval.dtype !== "uint32")) {
      const types = operands.map((aval) => aval.dtype).join(", ");
      throw new TypeError(`Arguments to threefry2x32_p must have uint32 type, got (${types})`);
    }
    const aval = new ShapedArray(broadcastScalars("threefry2x32", operands), "uint32");
    return [aval, aval];
  },
  lower: {
    kind: "elementwise",
    cost: blockCost,
    scalar: (b, [k0, k1, x0, x1]) => b.threefry([k0!, k1!], [x0!, x1!]),
  },
  jvp: "zero",
  transpose: "nonlinear",
  batch: batchElementwise(() => threefry2x32),
  partialEval: "whole",
};

/** What `random_bits` is bound with. */
export interface RandomBitsParams extends Params {
  readonly shape: Shape;
  /** 64-bit words come as pairs of uint32 (high, low) along one more axis. */
  readonly bit_width: 32 | 64;
  /** Whether element i is made of the block (0, i), or the elements share out the words of iota blocks. */
  readonly partitionable: boolean;
}

/**
 * random_bits[shape, bit_width, partitionable](keys): for each key (two uint32 along the last axis) its own draw of
 * random words. Every element is a function of its position, so that a program that reads a part makes that part only.
 */
export const random_bits: Primitive = {
  name: "random_bits",
  abstractEval: ([keys], params) => {
    const { shape, bit_width } = params as RandomBitsParams;
    if (keys!.dtype !== "uint32" || keys!.shape.at(-1) !== 2) {
      throw new TypeError(
        `random_bits needs keys of two uint32, got ${keys!.dtype}${formatShape(keys!.shape)}`,
      );
    }
    const words = bit_width === 64 ? [2] : [];
    return [new ShapedArray([...keys!.shape.slice(0, -1), ...shape, ...words], "uint32")];
  },
  lower: {
    kind: "view",
    alias: false,
    cost: blockCost,
    repeats: true,
    element: (b, index, [keys], params) => {
      const { shape, bit_width, partitionable } = params as RandomBitsParams;
      const batch = index.slice(0, keys!.aval.ndim - 1);
      const own = index.slice(batch.length);
      const key = [keys!.read([...batch, b.int(0)]), keys!.read([...batch, b.int(1)])] as const;
      const position = b.flatten(own.slice(0, shape.length), shape);
      if (bit_width === 64) {
        const words = block(
          b,
          key,
          partitionable ? b.int(0) : position,
          farther(b, position, shape, partitionable),
        );
        return word(b, words, own.at(-1)!);
      }
      if (!partitionable) return wordOfHalves(b, key, position, sizeOf(shape));
      const [high, low] = block(b, key, b.int(0), position);
      return b.binary("xor", high, low);
    },
  },
  jvp: "zero",
  transpose: "nonlinear",
  batch: ([keys], [dim], params) => ({
    values: [bind1(random_bits, [moveAxis(keys!, dim!, 0)], params)],
    dims: [0],
  }),
  partialEval: "whole",
};

type Pair = readonly [ScalarExpr, ScalarExpr];

function block(b: ExprBuilder, key: Pair, x0: ScalarExpr, x1: ScalarExpr): Pair {
  return b.threefry(key, [b.cast(x0, "uint32"), b.cast(x1, "uint32")]);
}

/** The second counter of a 64-bit word: in the original layout the high words' counters come first. */
function farther(b: ExprBuilder, position: ScalarExpr, shape: Shape, partitionable: boolean): ScalarExpr {
  return partitionable ? position : b.indexAdd(position, b.int(sizeOf(shape)));
}

/** Word `which` of a pair: one that is known when the kernel is made leaves the other out. */
function word(b: ExprBuilder, [first, second]: Pair, which: ScalarExpr): ScalarExpr {
  if (which.op === "const") return which.value === 0 ? first : second;
  return b.select(b.compare("eq", which, b.int(0)), first, second);
}

/** Element `position` of the original layout: counters in two halves, padded by one 0, and all first words first. */
function wordOfHalves(b: ExprBuilder, key: Pair, position: ScalarExpr, size: number): ScalarExpr {
  const half = Math.ceil(size / 2);
  const x0 = b.indexRemainder(position, half);
  const x1 = b.indexAdd(x0, b.int(half));
  const isPadding = b.compare("eq", x0, b.int(half - 1));
  const counter =
    size % 2 === 0 ? x1 : x0.op === "const" && half === 1 ? b.int(0) : b.select(isPadding, b.int(0), x1);
  return word(b, block(b, key, x0, counter), b.indexDivide(position, half));
}
