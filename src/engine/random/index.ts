/** jax.random: draws that are functions of their keys. */
export { bits } from "./bits.ts";
export { choice } from "./choice.ts";
export { cauchy, exponential, gumbel, laplace, logistic } from "./continuous.ts";
export { bernoulli, categorical, rademacher } from "./discrete.ts";
export { beta, chisquare, dirichlet, gamma, loggamma, t } from "./gamma.ts";
export { lognormal, truncated_normal } from "./gaussian.ts";
export { clone, fold_in, key, key_data, key_impl, PRNGKey, split, wrap_key_data } from "./keys.ts";
export { multivariate_normal } from "./multivariate-normal.ts";
export { normal } from "./normal.ts";
export { permutation } from "./permutation.ts";
export { poisson } from "./poisson.ts";
export { randint } from "./randint.ts";
export { uniform } from "./uniform.ts";
