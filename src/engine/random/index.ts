/** jax.random: draws that are functions of their keys. */
export { clone, fold_in, key, key_data, key_impl, PRNGKey, split, wrap_key_data } from "./keys.ts";
export { normal } from "./normal.ts";
export { uniform } from "./uniform.ts";
