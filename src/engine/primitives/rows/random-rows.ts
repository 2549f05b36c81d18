import { random_bits, threefry2x32 } from "../random-bits.ts";
import { u, withParams, type PrimitiveRow } from "./row.ts";

export const randomRows: readonly PrimitiveRow[] = [
  {
    primitive: threefry2x32,
    cases: [
      { operands: [u([]), u([]), u([5]), u([5])] },
      { operands: [u([3, 257]), u([3, 257]), u([3, 257]), u([3, 257])] },
      { operands: [u([2]), u([2]), u([]), u([])] },
    ],
  },
  withParams(
    random_bits,
    [true, false].flatMap((partitionable) =>
      [32, 64].flatMap((bit_width) => [
        [[u([2])], { shape: [5], bit_width, partitionable }] as const,
        [[u([3, 2])], { shape: [2, 2], bit_width, partitionable }] as const,
        [[u([2])], { shape: [600], bit_width, partitionable }] as const,
        [[u([2])], { shape: [], bit_width, partitionable }] as const,
      ]),
    ),
  ),
];
