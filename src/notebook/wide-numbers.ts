import { printedText } from "./agreement.ts";
import type { CellState } from "./cell-state.ts";
import type { DeviceInfo } from "./output.ts";

/** The 64-bit element types among what the cell printed. WebGPU has none of them: they live on the CPU. */
export function wideTypesOf(cell: CellState): readonly string[] {
  const printed = printedText(cell.outputs).match(/\b(?:float|int)64\b/g) ?? [];
  return [...new Set(printed)];
}

/** Whether some cell has shown a 64-bit array, or switched 64-bit mode on, on a device that has no such numbers. */
export function keepsWideNumbersElsewhere(
  device: DeviceInfo | undefined,
  cells: Readonly<Record<string, CellState>>,
): boolean {
  if (device?.kind !== "webgpu") return false;
  return Object.values(cells).some(
    (cell) =>
      cell.executionCount !== null &&
      (/jax_enable_x64["'],\s*true/.test(cell.ranSource ?? "") || wideTypesOf(cell).length > 0),
  );
}
