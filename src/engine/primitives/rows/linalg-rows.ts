import type { Shape } from "../../core/aval.ts";
import type { Params } from "../../core/primitive.ts";
import { cholesky } from "../cholesky.ts";
import { eigh } from "../eigh.ts";
import { lu } from "../lu.ts";
import type { PrimitiveRow, RowCase, RowOperand } from "./row.ts";
import { qr } from "../qr.ts";
import { svd } from "../svd.ts";
import { triangular_solve } from "../triangular-solve.ts";

type Element = (row: number, column: number, matrix: number) => number;

/** Matrices given element by element: what factorizations and their derivatives are sensitive to is in the numbers. */
function matrices(shape: Shape, element: Element): RowOperand {
  const [m, n] = shape.slice(-2) as [number, number];
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length: size }, (_, k) =>
    element(Math.floor(k / n) % m, k % n, Math.floor(k / (m * n))),
  );
  return { shape, dtype: "float", low: -1, high: 1, values };
}

const scattered: Element = (i, j, b) => ((i * 7 + j * 13 + b * 5) % 11) / 5 - 1;
/** No two pivots, eigenvalues or singular values near each other. */
const general: Element = (i, j, b) => scattered(i, j, b) / 2 + (i === j ? 2 + 0.7 * i : 0);
const definite: Element = (i, j, b) => 1 / (1 + Math.abs(i - j)) + (i === j ? 2 + b : 0);
const symmetric: Element = (i, j, b) => 1 / (1 + i + j) + (i === j ? 1.5 * i - b : 0);
const triangular: Element = (i, j, b) => (i === j ? 2 + 0.25 * (i % 5) + b : scattered(i, j, b) / 4);

/** Compiling for WebGPU takes longest: the smallest shapes are left to the tests of the kernels. */
const isTiny = (shape: Shape): boolean => shape.reduce((product, extent) => product * extent, 1) < 7;

function casesOf(shapes: readonly Shape[], element: Element, params: Params = {}): RowCase[] {
  return shapes.map((shape) => ({
    operands: [matrices(shape, element)],
    params: () => params,
    cpuOnly: isTiny(shape),
  }));
}

const square: readonly Shape[] = [
  [1, 1],
  [3, 3],
  [2, 3, 3],
  [0, 0],
  [20, 20],
];
const tall: readonly Shape[] = [
  [4, 2],
  [2, 3, 1],
  [3, 0],
  [25, 18],
] as const;
const wide: readonly Shape[] = [
  [2, 4],
  [2, 1, 3],
  [0, 3],
  [18, 25],
] as const;
const tolerance = { ulp: 200, ofLargest: true };

const solveParams = [true, false].flatMap((left_side) =>
  [true, false].flatMap((lower) =>
    [true, false].flatMap((transpose_a) =>
      [true, false].map((unit_diagonal) => ({
        left_side,
        lower,
        transpose_a,
        unit_diagonal,
        conjugate_a: false,
      })),
    ),
  ),
);

function solveCases(params: (typeof solveParams)[number]): RowCase[] {
  const shapes: readonly (readonly [Shape, number, number])[] = [
    [[], 3, 2],
    [[], 2, 3],
    [[2], 2, 1],
    [[], 0, 2],
    [[], 20, 3],
  ];
  return shapes.map(([before, m, n]) => ({
    operands: [
      matrices([...before, m, m], triangular),
      matrices([...before, ...(params.left_side ? [m, n] : [n, m])], scattered),
    ],
    params: () => params,
    cpuOnly: m < 20,
  }));
}

const full = (full_matrices: boolean): Params => ({ full_matrices });
const vectors = (full_matrices: boolean, compute_uv = true): Params => ({ full_matrices, compute_uv });

/** One row per factorization. */
export const linalgRows: readonly PrimitiveRow[] = [
  { primitive: cholesky, cases: casesOf(square, definite), ...tolerance },
  { primitive: triangular_solve, cases: solveParams.flatMap(solveCases), ...tolerance },
  { primitive: lu, cases: casesOf([...square, ...tall, ...wide], general), ...tolerance },
  {
    primitive: qr,
    cases: [
      ...casesOf([...square, ...tall, ...wide], general, full(false)),
      ...casesOf([...square, ...tall, ...wide], general, full(true)),
    ],
    ...tolerance,
  },
  {
    primitive: eigh,
    cases: [...casesOf(square, symmetric, { lower: true }), ...casesOf(square, symmetric, { lower: false })],
    ...tolerance,
  },
  {
    primitive: svd,
    cases: [
      ...casesOf([...square, ...tall, ...wide], general, vectors(false)),
      // All vectors of matrices that are not square have no derivative.
      ...casesOf(square, general, vectors(true)),
      ...casesOf([...square, ...tall, ...wide], general, vectors(false, false)),
    ],
    ...tolerance,
  },
];
