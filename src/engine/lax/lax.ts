/**
 * jax.lax: one function per primitive. Operands must agree in dtype and shape (a Python scalar or 0-d operand is
 * broadcast); the functions of jax.numpy promote and broadcast first.
 */
export * from "./conversion.ts";
export * from "./elementwise.ts";
export * from "./gather.ts";
export * from "./reductions.ts";
export * from "./shape.ts";
export * from "./slicing.ts";
export * from "./sort.ts";
