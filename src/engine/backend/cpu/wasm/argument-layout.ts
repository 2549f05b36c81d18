import type { DType } from "../../../core/dtype.ts";

/**
 * Where a kernel's task finds its arguments: addresses of inputs, then of outputs (4 bytes each), then parameters by slot
 * (8 bytes each, aligned to 8).
 */
export interface ArgumentLayout {
  input(k: number): number;
  output(k: number): number;
  param(slot: number): number;
  readonly bytes: number;
}

export function argumentLayout(kernel: {
  readonly inputs: readonly DType[];
  readonly outputs: readonly unknown[];
  readonly params: readonly DType[];
}): ArgumentLayout {
  const addresses = kernel.inputs.length + kernel.outputs.length;
  const params = paramsOffset(addresses);
  return {
    input: (k) => 4 * k,
    output: (k) => 4 * (kernel.inputs.length + k),
    param: (slot) => params + 8 * slot,
    bytes: params + 8 * kernel.params.length,
  };
}

/** Where the parameters of a block with `arrays` addresses begin. */
export function paramsOffset(arrays: number): number {
  return (arrays * 4 + 7) & ~7;
}
