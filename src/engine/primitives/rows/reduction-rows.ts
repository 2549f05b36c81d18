import type { Params, Primitive } from "../../core/primitive.ts";
import * as cumulative from "../cumulative.ts";
import * as reductions from "../reductions.ts";
import { sort } from "../sort.ts";
import { b, f, i, spaced, withParams, type PrimitiveRow, type MakeOperand } from "./row.ts";

const perAxis: readonly Params[] = [{ axes: [0] }, { axes: [1] }, { axes: [0, 1] }, { axes: [] }];
const folded = (primitive: Primitive, make: MakeOperand, of?: MakeOperand): PrimitiveRow =>
  withParams(
    primitive,
    [
      ...perAxis.map((params) => [[make([3, 4])], params] as const),
      [[make([])], { axes: [] }],
      [[make([1, 3])], { axes: [0] }],
      [[(of ?? make)([3, 257])], { axes: [1] }],
      [[(of ?? make)([2000])], { axes: [0] }],
    ],
    { ulp: 8, ofLargest: true },
  );
const nearOne: MakeOperand = (shape) => f(shape, 0.99, 1.01);

export const reductionRows: readonly PrimitiveRow[] = [
  folded(reductions.reduce_sum, f),
  { ...folded(reductions.reduce_prod, f, nearOne), ulp: 400 },
  folded(reductions.reduce_max, f, spaced),
  folded(reductions.reduce_min, f, spaced),
  folded(reductions.reduce_and, b),
  folded(reductions.reduce_or, b),
  ...[reductions.argmax, reductions.argmin].map((primitive) =>
    withParams(primitive, [
      [[f([5])], { axes: [0], index_dtype: "int32" }],
      [[f([3, 4])], { axes: [1], index_dtype: "int32" }],
      [[i([1, 600])], { axes: [1], index_dtype: "int32" }],
      [[f([0, 3])], { axes: [1], index_dtype: "int32" }],
    ]),
  ),
  ...(
    [
      [cumulative.cumsum, f],
      [cumulative.cumprod, nearOne],
      [cumulative.cummax, spaced],
      [cumulative.cummin, spaced],
    ] as const
  ).map(([primitive, large]) =>
    withParams(
      primitive,
      [
        [[f([5])], { axis: 0, reverse: false }],
        [[f([3, 4])], { axis: 0, reverse: true }],
        [[f([2, 3, 4])], { axis: 1, reverse: false }],
        [[f([1])], { axis: 0, reverse: false }],
        [[f([0, 2])], { axis: 0, reverse: false }],
        [[large([3, 257])], { axis: 1, reverse: true }],
      ],
      { ulp: 300, ofLargest: true },
    ),
  ),
  {
    primitive: sort,
    cases: [
      { operands: [f([5])] },
      { operands: [f([2, 6]), i([2, 6])] },
      { operands: [f([3, 4]), f([3, 4])] },
      { operands: [f([0, 4])] },
      { operands: [i([1]), f([1])] },
      { operands: [spaced([2, 600]), i([2, 600])] },
    ],
  },
];
