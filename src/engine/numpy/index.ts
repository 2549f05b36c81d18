/** jax.numpy: the functions a cell imports with `import * as jnp from "jax/numpy"`. */
export * from "./arithmetic.ts";
export * from "./creation.ts";
export * from "./joining.ts";
export * from "./predicates.ts";
export * from "./ranges.ts";
export * from "./rounding.ts";
export * from "./shape.ts";
export * from "./special.ts";
export * from "./transcendental.ts";
