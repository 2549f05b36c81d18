"""Writes jax-draws.json: draws of JAX itself, in both widths and layouts. Run with JAX (CPU) installed.

    python make-jax-draws.py > jax-draws.json
"""

import json

import jax
import jax.numpy as jnp
import numpy as np

# Expressions that are JavaScript, too, after small changes of spelling (see jax-draws.test.ts).
EXPRESSIONS = {
    "uniform bounds": lambda r, k: r.uniform(k, (5,), minval=jnp.arange(5.0), maxval=7.0),
    "lognormal": lambda r, k: r.lognormal(k, 0.7, (5,)),
    "laplace": lambda r, k: r.laplace(k, (5,)),
    "logistic": lambda r, k: r.logistic(k, (5,)),
    "cauchy": lambda r, k: r.cauchy(k, (5,)),
    "rademacher": lambda r, k: r.rademacher(k, (9,)),
    "gamma small": lambda r, k: r.gamma(k, 0.3, (6,)),
    "gamma array": lambda r, k: r.gamma(k, jnp.array([0.1, 1.0, 2.5, 10.0, 200.0])),
    "loggamma": lambda r, k: r.loggamma(k, jnp.array([0.001, 0.5, 3.0])),
    "beta": lambda r, k: r.beta(k, 2.0, 3.0, (6,)),
    "dirichlet": lambda r, k: r.dirichlet(k, jnp.array([0.5, 1.0, 4.0]), (3,)),
    "chisquare": lambda r, k: r.chisquare(k, 3.0, (5,)),
    "t": lambda r, k: r.t(k, 4.0, (5,)),
    "poisson small": lambda r, k: r.poisson(k, 3.5, (8,)),
    "poisson large": lambda r, k: r.poisson(k, 50.0, (8,)),
    "poisson mixed": lambda r, k: r.poisson(k, jnp.array([0.0, 0.5, 9.9, 10.0, 1000.0])),
    "multivariate_normal": lambda r, k: r.multivariate_normal(
        k, jnp.array([1.0, -2.0]), jnp.array([[2.0, 0.5], [0.5, 1.0]]), (3,)),
    "truncated_normal array": lambda r, k: r.truncated_normal(k, jnp.array([-1.0, 0.0, 2.0]), 3.0),
    "choice p": lambda r, k: r.choice(k, jnp.array([3, 1, 4, 1, 5]), (6,), p=jnp.array([0.1, 0.2, 0.3, 0.3, 0.1])),
    "choice axis": lambda r, k: r.choice(k, jnp.arange(12).reshape(3, 4), (2,), replace=False, axis=1),
    "categorical axis": lambda r, k: r.categorical(k, jnp.log(jnp.array([[0.2, 0.5], [0.8, 0.5]])), axis=0, shape=(4, 2)),
    "randint bounds": lambda r, k: r.randint(k, (2, 3), jnp.array([0, 10, 100]), 1000),
    "split of keys": lambda r, k: jax.vmap(lambda key: r.normal(key, (2,)))(r.split(k, 3)),
    "fold_in batch": lambda r, k: jax.vmap(lambda i: r.uniform(r.fold_in(k, i)))(jnp.arange(4)),
    "permutation rows": lambda r, k: r.permutation(k, jnp.arange(20).reshape(10, 2)),
    "normal grad": lambda r, k: jax.grad(lambda m: (m * r.normal(k, (4,)) ** 2).sum())(2.0),
    "gamma grad": lambda r, k: jax.vmap(jax.grad(lambda a: r.gamma(k, a)))(jnp.array([0.5, 2.0, 9.0])),
    "loggamma grad": lambda r, k: jax.vmap(jax.grad(lambda a: r.loggamma(k, a)))(jnp.array([0.5, 2.0, 9.0])),
    "uniform grad": lambda r, k: jax.grad(lambda b: r.uniform(k, (3,), maxval=b).sum())(2.0),
}


def draws():
    result = {}
    for name, draw in EXPRESSIONS.items():
        for x64 in (False, True):
            for partitionable in (False, True):
                jax.config.update("jax_enable_x64", x64)
                jax.config.update("jax_threefry_partitionable", partitionable)
                value = draw(jax.random, jax.random.PRNGKey(42))
                setting = ("x64" if x64 else "x32") + (" partitionable" if partitionable else " original")
                flat = np.asarray(value)
                result.setdefault(name, {})[setting] = {
                    "dtype": str(flat.dtype),
                    "shape": list(flat.shape),
                    "values": flat.astype(np.float64).ravel().tolist(),
                }
    return result


print(json.dumps({"jax": jax.__version__, "numpy": np.__version__, "draws": draws()}, indent=1))
