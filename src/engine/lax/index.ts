/** jax.lax: the functions a cell imports with `import * as lax from "jax/lax"`. */
export * from "./lax.ts";
