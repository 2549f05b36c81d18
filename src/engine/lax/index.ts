/** jax.lax: the functions a cell imports with `import * as lax from "jax/lax"`. */
export * from "./lax.ts";
export { associative_scan } from "./associative-scan.ts";
export { cond, switch } from "./conditionals.ts";
export { fori_loop, while_loop } from "./loops.ts";
export { map } from "./map.ts";
export { scan } from "./scan.ts";
