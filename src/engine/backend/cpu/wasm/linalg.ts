import { ModuleBuilder, type FunctionRef } from "./assembler.ts";
import { defineProduct } from "./linalg-product.ts";
import {
  defineInner,
  defineReflect,
  defineRotate,
  defineSubtractColumnTimesRow,
  defineSubtractOuter,
  defineSymmetricTimes,
} from "./linalg-reflections.ts";
import {
  defineDivide,
  defineEliminate,
  defineExchange,
  defineSubtractRows,
  defineTranspose,
} from "./linalg-rows.ts";

const definitions = {
  product: defineProduct,
  subtractRows: defineSubtractRows,
  eliminate: defineEliminate,
  exchange: defineExchange,
  divide: defineDivide,
  reflect: defineReflect,
  innerProduct: defineInner,
  symmetricTimes: defineSymmetricTimes,
  subtractOuter: defineSubtractOuter,
  subtractColumnTimesRow: defineSubtractColumnTimesRow,
  rotate: defineRotate,
  transpose: defineTranspose,
} as const satisfies Record<string, (module: ModuleBuilder, fused: boolean) => FunctionRef>;

/**
 * Loops over rows of float64, which factorizations are made of. Arguments are addresses, lengths in elements and strides
 * in bytes, as each definition says.
 */
export type RowRoutines = Record<keyof typeof definitions, (...args: readonly number[]) => number>;

/** The module that exports them; `fused` with fused multiply-adds, which not every browser has. */
export function linalgModule({ fused }: { readonly fused: boolean }): ModuleBuilder {
  const module = new ModuleBuilder();
  for (const [name, define] of Object.entries(definitions)) module.export(name, define(module, fused));
  return module;
}
