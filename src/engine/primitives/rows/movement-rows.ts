import * as broadcast from "../broadcast.ts";
import { iota } from "../iota.ts";
import * as reshaping from "../reshape.ts";
import * as slicing from "../slicing.ts";
import { transpose } from "../transpose.ts";
import { f, i, withParams, type PrimitiveRow } from "./row.ts";

export const movementRows: readonly PrimitiveRow[] = [
  withParams(iota, [
    [[], { dtype: "float32", shape: [3, 257], dimension: 1 }],
    [[], { dtype: "int32", shape: [0, 2], dimension: 0 }],
  ]),
  withParams(transpose, [
    [[f([])], { permutation: [] }],
    [[f([2, 3])], { permutation: [1, 0] }],
    [[f([2, 1, 4])], { permutation: [2, 0, 1] }],
    [[f([0, 3])], { permutation: [1, 0] }],
    [[f([31, 33])], { permutation: [1, 0] }],
  ]),
  withParams(broadcast.broadcast_in_dim, [
    [[f([])], { shape: [2, 3], broadcast_dimensions: [] }],
    [[f([3])], { shape: [2, 3], broadcast_dimensions: [1] }],
    [[f([2, 1])], { shape: [2, 3], broadcast_dimensions: [0, 1] }],
    [[f([1, 3])], { shape: [4, 2, 3], broadcast_dimensions: [1, 2] }],
    [[f([1])], { shape: [1, 1], broadcast_dimensions: [0] }],
    [[f([3])], { shape: [0, 3], broadcast_dimensions: [1] }],
    [[f([257])], { shape: [5, 257], broadcast_dimensions: [1] }],
  ]),
  withParams(reshaping.reshape, [
    [[f([])], { dimensions: null, new_sizes: [1, 1] }],
    [[f([2, 6])], { dimensions: null, new_sizes: [3, 4] }],
    [[f([0, 3])], { dimensions: null, new_sizes: [0] }],
    [[f([3, 257])], { dimensions: null, new_sizes: [257, 3] }],
  ]),
  withParams(reshaping.squeeze, [
    [[f([1])], { dimensions: [0] }],
    [[f([2, 1, 3, 1])], { dimensions: [1, 3] }],
    [[f([1, 0])], { dimensions: [0] }],
    [[f([1, 600])], { dimensions: [0] }],
  ]),
  withParams(slicing.rev, [
    [[f([5])], { dimensions: [0] }],
    [[f([2, 3])], { dimensions: [0, 1] }],
    [[f([0, 2])], { dimensions: [1] }],
    [[f([3, 257])], { dimensions: [1] }],
  ]),
  withParams(slicing.slice, [
    [[f([5])], { start_indices: [1], limit_indices: [4], strides: null }],
    [[f([7, 3])], { start_indices: [1, 0], limit_indices: [7, 2], strides: [2, 1] }],
    [[f([7])], { start_indices: [2], limit_indices: [2], strides: [3] }],
    [[f([0, 3])], { start_indices: [0, 1], limit_indices: [0, 3], strides: null }],
    [[f([3, 600])], { start_indices: [1, 5], limit_indices: [3, 599], strides: null }],
  ]),
  withParams(slicing.pad, [
    [[f([5]), f([])], { padding_config: [[1, 2, 0]] }],
    [
      [f([2, 3]), f([])],
      {
        padding_config: [
          [0, 1, 2],
          [-1, 1, 1],
        ],
      },
    ],
    [[f([5]), f([])], { padding_config: [[-2, -1, 0]] }],
    [[f([5]), f([])], { padding_config: [[2, -3, 1]] }],
    [[f([0]), f([])], { padding_config: [[2, 1, 0]] }],
    [
      [i([3, 257]), i([])],
      {
        padding_config: [
          [0, 0, 0],
          [1, 1, 0],
        ],
      },
    ],
  ]),
  withParams(slicing.concatenate, [
    [[f([2]), f([3])], { dimension: 0 }],
    [[f([2, 1]), f([2, 0]), f([2, 3])], { dimension: 1 }],
    [[f([3, 200]), f([3, 57])], { dimension: 1 }],
    [[i([1, 2]), i([2, 2])], { dimension: 0 }],
  ]),
];
