import type { Shape } from "../../core/aval.ts";
import type { Params } from "../../core/primitive.ts";
import { dot_general, type DotDimensionNumbers } from "../dot.ts";
import * as dynamicSlices from "../dynamic-slice.ts";
import { gather } from "../gather.ts";
import type { GatherDimensionNumbers, ScatterDimensionNumbers } from "../gather-numbers.ts";
import * as scatters from "../scatter.ts";
import { at, f, i, withParams, type PrimitiveRow, type RowOperand } from "./row.ts";

const dot = (
  lhs: Shape,
  rhs: Shape,
  dimension_numbers: DotDimensionNumbers,
): readonly [RowOperand[], Params] => [[f(lhs), f(rhs)], { dimension_numbers }];

const take: GatherDimensionNumbers = { offset_dims: [1], collapsed_slice_dims: [0], start_index_map: [0] };
const windows: GatherDimensionNumbers = {
  offset_dims: [0, 1],
  collapsed_slice_dims: [],
  start_index_map: [1, 0],
};
const along: GatherDimensionNumbers = {
  offset_dims: [],
  collapsed_slice_dims: [1],
  start_index_map: [1],
  operand_batching_dims: [0],
  start_indices_batching_dims: [0],
};

const rows: ScatterDimensionNumbers = {
  update_window_dims: [1],
  inserted_window_dims: [0],
  scatter_dims_to_operand_dims: [0],
};
const blocks: ScatterDimensionNumbers = {
  update_window_dims: [1, 2],
  inserted_window_dims: [],
  scatter_dims_to_operand_dims: [0, 1],
};

/** No two updates meet, some are outside. */
function scatterCases(unique_indices: boolean): (readonly [readonly RowOperand[], Params])[] {
  const params = (dimension_numbers: ScatterDimensionNumbers, mode: string): Params => ({
    dimension_numbers,
    mode,
    unique_indices,
  });
  return [
    [[f([5, 3]), at([3, 1], [4, 0, 2]), f([3, 3])], params(rows, "fill")],
    [[f([5, 3]), at([3, 1], [4, -1, 7]), f([3, 3])], params(rows, "fill")],
    [[f([5, 3]), at([2, 1], [9, 1]), f([2, 3])], params(rows, "clip")],
    [[f([4, 5]), at([2, 2], [0, 0, 2, 3]), f([2, 2, 2])], params(blocks, "fill")],
    [[f([2, 0]), at([1, 1], [1]), f([1, 0])], params(rows, "fill")],
    [[f([300, 3]), at([2, 1], [299, 7]), f([2, 3])], params(rows, "fill")],
  ];
}

/** Several updates to the same place. */
const meeting: readonly (readonly [readonly RowOperand[], Params])[] = [
  [
    [f([4, 2]), at([3, 1], [1, 1, 3]), f([3, 2])],
    { dimension_numbers: rows, mode: "fill", unique_indices: false },
  ],
];

export const indexingRows: readonly PrimitiveRow[] = [
  withParams(
    dot_general,
    [
      dot(
        [3],
        [3],
        [
          [[0], [0]],
          [[], []],
        ],
      ),
      dot(
        [2, 3],
        [3, 4],
        [
          [[1], [0]],
          [[], []],
        ],
      ),
      dot(
        [3, 2],
        [4, 3],
        [
          [[0], [1]],
          [[], []],
        ],
      ),
      dot(
        [2, 3, 4],
        [2, 4, 5],
        [
          [[2], [1]],
          [[0], [0]],
        ],
      ),
      dot(
        [4, 2, 3],
        [3, 5, 4],
        [
          [
            [0, 2],
            [2, 0],
          ],
          [[], []],
        ],
      ),
      dot(
        [2, 3, 4],
        [4, 3, 2],
        [
          [[1], [1]],
          [
            [2, 0],
            [0, 2],
          ],
        ],
      ),
      dot(
        [2, 3],
        [4],
        [
          [[], []],
          [[], []],
        ],
      ),
      dot(
        [0, 3],
        [3, 2],
        [
          [[1], [0]],
          [[], []],
        ],
      ),
      dot(
        [2, 0],
        [0, 3],
        [
          [[1], [0]],
          [[], []],
        ],
      ),
      dot(
        [33, 40],
        [40, 35],
        [
          [[1], [0]],
          [[], []],
        ],
      ),
    ],
    { ulp: 16, ofLargest: true },
  ),
  withParams(gather, [
    [[f([5, 3]), i([4, 1], -2, 7)], { dimension_numbers: take, slice_sizes: [1, 3], mode: "clip" }],
    [[f([5, 3]), i([4, 1], -2, 7), f([])], { dimension_numbers: take, slice_sizes: [1, 3], mode: "fill" }],
    [[f([4, 5]), i([3, 2], -1, 5)], { dimension_numbers: windows, slice_sizes: [2, 3], mode: "clip" }],
    [[f([4, 5]), i([2], 0, 2), f([])], { dimension_numbers: windows, slice_sizes: [2, 2], mode: "fill" }],
    [[f([3, 4]), i([3, 2, 1], 0, 3)], { dimension_numbers: along, slice_sizes: [1, 1], mode: "clip" }],
    [[f([5, 0]), i([2, 1], 0, 4)], { dimension_numbers: take, slice_sizes: [1, 0], mode: "clip" }],
    [[f([9, 30]), i([40, 1], 0, 8)], { dimension_numbers: take, slice_sizes: [1, 30], mode: "clip" }],
  ]),
  withParams(scatters.scatter_add, [...scatterCases(true), ...meeting], { ulp: 2, ofLargest: true }),
  {
    primitive: scatters.scatter,
    cases: [
      ...withParams(scatters.scatter, [...scatterCases(true), ...scatterCases(false)]).cases,
      // Which of several updates wins is up to the device.
      ...withParams(scatters.scatter, meeting).cases.map((each) => ({ ...each, cpuOnly: true })),
    ],
  },
  withParams(scatters.scatter_mul, scatterCases(true), { ulp: 1 }),
  withParams(scatters.scatter_min, [...scatterCases(false), ...meeting]),
  withParams(scatters.scatter_max, [...scatterCases(false), ...meeting]),
  withParams(dynamicSlices.dynamic_slice, [
    [[f([5]), i([], -2, 6)], { slice_sizes: [3] }],
    [[f([4, 5]), i([], 0, 3), i([], 0, 3)], { slice_sizes: [2, 5] }],
    [[f([0, 3]), i([]), i([])], { slice_sizes: [0, 1] }],
    [[f([])], { slice_sizes: [] }],
    [[f([3, 600]), i([], 0, 2), i([], 0, 9)], { slice_sizes: [1, 590] }],
  ]),
  {
    primitive: dynamicSlices.dynamic_update_slice,
    cases: [
      { operands: [f([5]), f([2]), i([], -2, 6)] },
      { operands: [f([4, 5]), f([2, 5]), i([], 0, 3), i([], 0, 3)] },
      { operands: [f([4, 5]), f([0, 2]), i([], 0, 3), i([], 0, 3)] },
      { operands: [f([]), f([])] },
      { operands: [f([3, 300]), f([1, 290]), i([], 0, 2), i([], 0, 9)] },
    ],
  },
];
