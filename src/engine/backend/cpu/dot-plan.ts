import type { DType } from "../../core/dtype.ts";
import type { DotKernel } from "../../kernel/kernel.ts";
import { topologicalOrder, type ScalarExpr } from "../../kernel/scalar-expr.ts";
import { Operand } from "./operand.ts";
import type { RoutineHost } from "./routine-host.ts";
import { arithmeticOf, type Arithmetic, type DotType } from "./wasm/dot-arithmetic.ts";
import { tileBytes } from "./wasm/dot-blocks.ts";
import type { DotField, DotPhase } from "./wasm/dot-task.ts";
import { tileColumns, tileRows } from "./wasm/dot-tile.ts";

/** Sums of this many terms or fewer are added left to right, each step rounded. */
const shortSum = 8;
/** Products of so few multiplications are not worth packing, all in all or for one row. */
const smallWork = 4096;
const smallRowWork = 64;
/** Multiplications that make a task. */
const taskWork = 2 ** 16;
/** Columns of a task that adds up rows: what is read of one row should be long. */
const minColumns = 512;
/** Terms of one part of a long inner product: the parts are added up in their order. */
const partTerms = 2 ** 16;
/** Panels of a block: 64 rows, and 64 columns (32 of 64-bit elements). */
const blockRowPanels = 16;
const blockColumnPanels = 8;

/** One phase of a product; it begins when the one before is done. */
export interface DotStep {
  readonly phase: DotPhase;
  readonly tasks: number;
  readonly fields: Partial<Record<DotField, number>>;
}

/** How a product is computed. */
export interface DotPlan {
  /** What stands for the fields "lhs" and "rhs". */
  readonly operands: readonly [Operand, Operand];
  readonly fields: Partial<Record<DotField, number>>;
  readonly steps: readonly DotStep[];
  /** Bytes of scratch memory, by the field that takes its address. */
  readonly scratch: Partial<Record<DotField, number>>;
}

type Side = "lhs" | "rhs";
type Accepts = (strides: readonly number[]) => boolean;

/** Axis of the expressions that counts an operand's lines, and the one that counts its terms. */
const lineAxis = { lhs: 1, rhs: 2 } as const;
const termAxis = 3;

/** Products of bools count the pairs that are both true. */
export function dotTypeOf(kernel: DotKernel): DotType {
  return kernel.lhs.dtype === "bool" ? "int32" : kernel.lhs.dtype;
}

export function planDot(host: RoutineHost, kernel: DotKernel): DotPlan {
  const { m, n, k } = kernel;
  const kind = arithmeticOf(dotTypeOf(kernel));
  if (Math.min(m, n) === 1 && k > shortSum) return planVector(host, kernel, kind);
  const any = (): boolean => true;
  const operands = [operandOf(host, kernel, "lhs", any), operandOf(host, kernel, "rhs", any)] as const;
  const isSmall = m * n * k <= smallWork || n * k <= smallRowWork;
  return isSmall ? planSmall(kernel, operands) : planBlocked(kernel, operands, kind);
}

function operandOf(host: RoutineHost, kernel: DotKernel, side: Side, accepts: Accepts): Operand {
  const { batch, m, n, k, inputs, params } = kernel;
  const shape = side === "lhs" ? [batch, m, 1, k] : [batch, 1, n, k];
  return new Operand(host, { inputs, params, value: asNumbers(kernel[side], kernel), shape, accepts });
}

function asNumbers(value: ScalarExpr, { lhs, rhs }: DotKernel): ScalarExpr {
  if (value.dtype !== "bool") return value;
  const lastId = Math.max(...topologicalOrder([lhs, rhs]).map((node) => node.id));
  return { op: "cast", dtype: "int32" satisfies DType, args: [value], id: lastId + 1 };
}

/** Distances in memory under the names of the given side. */
function stridesOf(operand: Operand, from: Side, to: Side): Partial<Record<DotField, number>> {
  const line = to === "lhs" ? "lhsRow" : "rhsColumn";
  return {
    [`${to}Batch`]: operand.strides[0]!,
    [line]: operand.strides[lineAxis[from]]!,
    [`${to}Term`]: operand.strides[termAxis]!,
  };
}

function planSmall({ batch, m, n, k }: DotKernel, operands: readonly [Operand, Operand]): DotPlan {
  const rows = batch * m;
  const step = Math.ceil(taskWork / (n * Math.max(k, 1)));
  return {
    operands,
    fields: { m, n, k, ...stridesOf(operands[0], "lhs", "lhs"), ...stridesOf(operands[1], "rhs", "rhs") },
    steps: cut("small", rows, step),
    scratch: {},
  };
}

/** Tasks of `step` units each; the last one is told to stop at the end by the fields' `end`. */
function cut(phase: DotPhase, units: number, step: number): DotStep[] {
  return [{ phase, tasks: Math.ceil(units / step), fields: { step, end: units } }];
}

function planBlocked(
  { batch, m, n, k }: DotKernel,
  operands: readonly [Operand, Operand],
  kind: Arithmetic,
): DotPlan {
  const columns = tileColumns(kind);
  const [rowPanels, columnPanels] = [Math.ceil(m / tileRows), Math.ceil(n / columns)];
  const pack = (phase: DotPhase, panels: number, width: number): DotStep => {
    const step = Math.ceil(taskWork / 2 / (width * k));
    return { phase, tasks: batch * Math.ceil(panels / step), fields: { step } };
  };
  const tasks = batch * Math.ceil(rowPanels / blockRowPanels) * Math.ceil(columnPanels / blockColumnPanels);
  return {
    operands,
    fields: { m, n, k, ...stridesOf(operands[0], "lhs", "lhs"), ...stridesOf(operands[1], "rhs", "rhs") },
    steps: [
      pack("packLhs", rowPanels, tileRows),
      pack("packRhs", columnPanels, columns),
      { phase: "multiply", tasks, fields: { step: blockRowPanels, otherStep: blockColumnPanels } },
    ],
    scratch: {
      lhsPanels: batch * rowPanels * tileRows * k * kind.size,
      rhsPanels: batch * columnPanels * columns * k * kind.size,
      scratch: tasks * tileBytes,
    },
  };
}

/** A matrix times a vector, from either side: what counts is along which axis the matrix is contiguous. */
function planVector(host: RoutineHost, kernel: DotKernel, kind: Arithmetic): DotPlan {
  const { batch, k } = kernel;
  const side: Side = kernel.m > 1 ? "lhs" : "rhs";
  const other: Side = side === "lhs" ? "rhs" : "lhs";
  const lines = side === "lhs" ? kernel.m : kernel.n;
  const matrix = operandOf(host, kernel, side, (strides) => {
    return strides[termAxis] === 1 || strides[lineAxis[side]] === 1;
  });
  const isByRows = matrix.strides[termAxis] === kind.size;
  const vector = operandOf(host, kernel, other, (strides) => !isByRows || strides[termAxis] === 1);
  if (!isByRows) {
    const step = Math.max(minColumns, Math.ceil(taskWork / k / 16) * 16);
    return {
      operands: [vector, matrix],
      fields: { m: 1, n: lines, k, ...stridesOf(vector, other, "lhs"), ...stridesOf(matrix, side, "rhs") },
      steps: [{ phase: "columns", tasks: batch * Math.ceil(lines / step), fields: { step } }],
      scratch: {},
    };
  }
  const plan = {
    operands: [matrix, vector] as const,
    fields: { m: lines, n: 1, k, ...stridesOf(matrix, side, "lhs"), ...stridesOf(vector, other, "rhs") },
  };
  if (lines > 1 || k < 2 * partTerms) {
    return { ...plan, steps: cut("rows", batch * lines, Math.ceil(taskWork / k)), scratch: {} };
  }
  const parts = Math.ceil(k / partTerms);
  const fields = { step: partTerms, otherStep: parts };
  return {
    ...plan,
    steps: [
      { phase: "parts", tasks: batch * parts, fields },
      { phase: "total", tasks: batch, fields },
    ],
    scratch: { scratch: batch * parts * 8 },
  };
}
