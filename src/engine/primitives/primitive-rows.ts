import { elementwiseRows } from "./rows/elementwise-rows.ts";
import { indexingRows } from "./rows/indexing-rows.ts";
import { linalgRows } from "./rows/linalg-rows.ts";
import { movementRows } from "./rows/movement-rows.ts";
import { randomRows } from "./rows/random-rows.ts";
import { reductionRows } from "./rows/reduction-rows.ts";
import type { PrimitiveRow } from "./rows/row.ts";

/** One row per primitive. */
export const primitiveRows: readonly PrimitiveRow[] = [
  ...elementwiseRows,
  ...movementRows,
  ...reductionRows,
  ...indexingRows,
  ...randomRows,
  ...linalgRows,
];
