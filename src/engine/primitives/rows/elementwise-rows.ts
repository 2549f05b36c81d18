import * as arithmetic from "../arithmetic.ts";
import * as comparison from "../comparison.ts";
import * as conversion from "../conversion.ts";
import { add_any } from "../elementwise.ts";
import * as exponential from "../exponential.ts";
import * as logical from "../logical.ts";
import { mul_add } from "../mul-add.ts";
import * as rounding from "../rounding.ts";
import * as special from "../special-functions.ts";
import * as trigonometric from "../trigonometric.ts";
import {
  b,
  binary,
  f,
  i,
  u,
  unary,
  withParams,
  type PrimitiveRow,
  type MakeOperand,
  unaryShapes,
} from "./row.ts";

const positive: MakeOperand = (shape) => f(shape, 0.1, 4);
const fraction: MakeOperand = (shape) => f(shape, -0.9, 0.9);
const nonzero: MakeOperand = (shape) => ({ ...i(shape), low: 1 });

export const elementwiseRows: readonly PrimitiveRow[] = [
  unary(arithmetic.neg, [f, i]),
  unary(arithmetic.abs, [f, i]),
  binary(arithmetic.add, [[f], [i]]),
  binary(add_any, [[f]]),
  binary(arithmetic.sub, [[f], [i]]),
  binary(arithmetic.mul, [[f], [i]]),
  binary(
    arithmetic.div,
    [
      [f, positive],
      [i, nonzero],
    ],
    3,
  ),
  binary(arithmetic.rem, [
    [(shape) => f(shape, -9, 9), (shape) => f(shape, 2, 3)],
    [i, nonzero],
  ]),
  binary(arithmetic.max, [[f], [i], [b]]),
  binary(arithmetic.min, [[f], [i], [b]]),
  {
    primitive: arithmetic.integer_pow,
    ulp: 8,
    cases: [
      ...unaryShapes.map((shape) => ({ operands: [f(shape, 0.5, 2)], params: () => ({ y: 3 }) })),
      ...[-3, -1, 0, 1, 2, 7].map((y) => ({ operands: [f([70], 0.5, 2)], params: () => ({ y }) })),
      { operands: [i([70])], params: () => ({ y: 2 }) },
    ],
  },
  {
    primitive: mul_add,
    ulp: 1,
    cases: [
      ...unaryShapes.map((shape) => ({ operands: [f(shape), f(shape), f(shape)] })),
      { operands: [f([]), f([2, 3]), f([])] },
      { operands: [f([2, 3]), f([]), f([2, 3])] },
    ],
  },
  unary(exponential.exp, [f], 4),
  unary(exponential.expm1, [f], 4),
  unary(exponential.log, [positive], 4),
  unary(exponential.log1p, [positive, fraction], 4),
  unary(exponential.sqrt, [positive], 3),
  unary(exponential.cbrt, [positive], 4),
  unary(exponential.rsqrt, [positive], 4),
  unary(exponential.logistic, [f], 8),
  unary(exponential.erf, [f], 4),
  unary(exponential.erf_inv, [fraction], 8),
  binary(exponential.pow, [[positive, f]], 16),
  unary(special.erfc, [f, (shape) => f(shape, 2, 8)], 8),
  { ...unary(special.lgamma, [positive, (shape) => f(shape, -3.9, -3.1)], 32), ofLargest: true },
  { ...unary(special.digamma, [positive, (shape) => f(shape, -3.9, -3.1)], 32), ofLargest: true },
  withParams(
    special.polygamma,
    [
      [[positive([])], { m: 1 }],
      [[positive([3, 257])], { m: 1 }],
      [[positive([0, 2])], { m: 2 }],
      [[positive([70])], { m: 3 }],
    ],
    { ulp: 32, ofLargest: true },
  ),
  unary(trigonometric.sin, [f], 4),
  unary(trigonometric.cos, [f], 4),
  unary(trigonometric.tan, [fraction], 4),
  unary(trigonometric.asin, [fraction], 4),
  unary(trigonometric.acos, [fraction], 4),
  unary(trigonometric.atan, [f], 4),
  binary(trigonometric.atan2, [[f]], 4),
  unary(trigonometric.sinh, [f], 4),
  unary(trigonometric.cosh, [f], 4),
  unary(trigonometric.tanh, [f], 4),
  unary(trigonometric.asinh, [f], 4),
  unary(trigonometric.acosh, [(shape) => f(shape, 1.1, 4)], 4),
  unary(trigonometric.atanh, [fraction], 4),
  unary(rounding.sign, [f, i]),
  unary(rounding.floor, [f]),
  unary(rounding.ceil, [f]),
  unary(rounding.round, [f]),
  unary(rounding.is_finite, [f]),
  unary(logical.not, [b, i]),
  binary(logical.and, [[b], [i]]),
  binary(logical.or, [[b], [i]]),
  binary(logical.xor, [[b], [i]]),
  binary(logical.shift_left, [[i, nonzero], [u]]),
  binary(logical.shift_right_logical, [[i, nonzero], [u]]),
  binary(logical.shift_right_arithmetic, [[i, nonzero], [u]]),
  ...[comparison.eq, comparison.ne, comparison.lt, comparison.le, comparison.gt, comparison.ge].map(
    (primitive) => binary(primitive, [[f], [i], [b]]),
  ),
  {
    primitive: comparison.select_n,
    cases: [
      ...unaryShapes.map((shape) => ({ operands: [b(shape), f(shape), f(shape)] })),
      { operands: [b([]), f([2, 3]), f([2, 3])] },
      { operands: [b([2, 3]), f([]), f([2, 3])] },
      { operands: [b([2, 3]), f([]), f([])] },
      { operands: [b([4]), i([4]), i([4])] },
    ],
  },
  {
    primitive: comparison.clamp,
    cases: [
      ...unaryShapes.map((shape) => ({ operands: [f(shape, -1, 0), f(shape), f(shape, 0.1, 1)] })),
      { operands: [f([], -1, 0), f([2, 3]), f([], 0.1, 1)] },
      { operands: [i([], -3, -1), i([5]), i([], 2, 4)] },
    ],
  },
  {
    primitive: conversion.convert_element_type,
    cases: (["float32", "float64", "int32", "bool"] as const).flatMap((new_dtype) =>
      [f([]), f([0, 3]), f([70]), i([70])].map((operand) => ({
        operands: [operand],
        params: () => ({ new_dtype, weak_type: false }),
      })),
    ),
  },
  withParams(conversion.bitcast_convert_type, [
    [[i([5])], { new_dtype: "float32" }],
    [[u([3, 257])], { new_dtype: "int32" }],
    [[i([])], { new_dtype: "uint32" }],
  ]),
  unary(conversion.stop_gradient, [f]),
];
