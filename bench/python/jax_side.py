"""The workloads in JAX, as the lecture writes them."""

import jax
import jax.numpy as jnp
import numpy as np
from inputs import (
    ADDITIONS_START,
    ADDITIONS_STEP,
    LAYERS,
    OPTION,
    invertible,
    network_data,
    positive,
    small_integers,
    symmetric,
    uniform_data,
)
from side import serve


# The lesson's layout of random numbers.
jax.config.update("jax_threefry_partitionable", False)


def f(x):
    a = 3 * x + jnp.sin(x) + jnp.cos(x**2) - jnp.cos(2 * x) - x**2 * 0.4 * x**1.5
    return jnp.sum(a)


def wave(x, y):
    r = x**2 + y**2
    return jnp.cos(r) / (1 + r)


def over_ones(compute):
    def prepare(n):
        x = jnp.ones(n)
        return lambda: compute(x)

    return prepare


def over(make, compute):
    def prepare(n):
        x = jnp.array(make(n))
        return lambda: compute(x)

    return prepare


def grid_vmap(n):
    x = jnp.linspace(-2, 2, n)
    rows = jax.vmap(jax.vmap(jax.jit(wave), in_axes=(None, 0)), in_axes=(0, None))
    return lambda: rows(x, x)


def grid_mesh(n):
    x = jnp.linspace(-2, 2, n)
    mesh = jnp.meshgrid(x, x)
    jitted = jax.jit(wave)
    return lambda: jitted(*mesh)


def scalar_loop(n):
    x = jnp.linspace(-2, 2, n)
    jitted = jax.jit(wave)

    def call():
        z = np.empty((n, n))
        for i in range(n):
            for j in range(n):
                z[i, j] = jitted(x[i], x[j])
        return z

    return call


def monte_carlo(paths):
    o = OPTION

    @jax.jit
    def price(key):
        s = jnp.full(paths, jnp.log(o["s0"]))
        h = jnp.full(paths, float(o["h0"]))
        for _ in range(o["periods"]):
            key, subkey = jax.random.split(key)
            z = jax.random.normal(subkey, (2, paths))
            s = s + o["mu"] + jnp.exp(h) * z[0, :]
            h = o["rho"] * h + o["nu"] * z[1, :]
        return o["beta"] ** o["periods"] * jnp.mean(jnp.maximum(jnp.exp(s) - o["strike"], 0))

    key = jax.random.PRNGKey(1)
    return lambda: price(key)


def mlp(batch):
    data = network_data(batch)
    x, labels = jnp.array(data["x"]), jnp.array(data["labels"])
    weights = [jnp.array(w) for w in data["weights"]]

    def loss(parameters):
        w1, b1, w2, b2 = parameters
        logits = jnp.maximum(x @ w1 + b1, 0) @ w2 + b2
        shifted = logits - jnp.max(logits, axis=1, keepdims=True)
        total = jnp.log(jnp.sum(jnp.exp(shifted), axis=1, keepdims=True))
        return -jnp.mean(jnp.sum(labels * (shifted - total), axis=1))

    @jax.jit
    def step(parameters):
        value, slopes = jax.value_and_grad(loss)(parameters)
        return [value, *(w - LAYERS["rate"] * s for w, s in zip(parameters, slopes))]

    return lambda: step(weights)


def matmul(n):
    a = jnp.array(uniform_data(n * n, -1, 1, 1).reshape(n, n))
    b = jnp.array(uniform_data(n * n, -1, 1, 2).reshape(n, n))
    return lambda: jnp.matmul(a, b, precision="highest")


def add_many(n):
    def compute(x, step):
        for _ in range(n):
            x = x + step
        return x

    return compute


def adds(compile_it):
    def prepare(n):
        compute = jax.jit(add_many(n)) if compile_it else add_many(n)
        x, step = jnp.array(ADDITIONS_START), jnp.full(10, ADDITIONS_STEP, jnp.float32)
        return lambda: compute(x, step)

    return prepare


def draws(distribution):
    def prepare(n):
        key = jax.random.PRNGKey(1)
        return lambda: distribution(key, (n,))

    return prepare


def in_double(prepare):
    def prepared(n):
        jax.config.update("jax_enable_x64", True)
        call = prepare(n)

        def called():
            jax.config.update("jax_enable_x64", True)
            return call()

        return called

    return prepared


def in_single(prepare):
    def prepared(n):
        jax.config.update("jax_enable_x64", False)
        return prepare(n)

    return prepared


single = {
    "eager": over_ones(f),
    "jit": lambda n: over_ones(jax.jit(f))(n),
    "jit-odd": lambda n: over_ones(jax.jit(f))(n),
    "grid-vmap": grid_vmap,
    "grid-mesh": grid_mesh,
    "scalar-loop": scalar_loop,
    "monte-carlo": monte_carlo,
    "grad": lambda n: over_ones(jax.jit(jax.value_and_grad(f)))(n),
    "mlp": mlp,
    "matmul": matmul,
    "sum": over_ones(jnp.sum),
    "max": over(uniform_data, jnp.max),
    "cumsum": over(small_integers, jnp.cumsum),
    "sort": over(uniform_data, jnp.sort),
    "normal": draws(jax.random.normal),
    "uniform": draws(jax.random.uniform),
    "inv": over(invertible, jnp.linalg.inv),
    "cholesky": over(positive, jnp.linalg.cholesky),
    "eigh": over(symmetric, lambda a: list(jnp.linalg.eigh(a))),
    "eager-adds": adds(False),
    "jit-adds": adds(True),
}
double = {"f64-jit": single["jit"], "f64-grid": grid_vmap, "f64-monte-carlo": monte_carlo}

serve(
    lambda: f"JAX {jax.__version__}, {jax.devices()[0].device_kind}",
    {name: in_single(prepare) for name, prepare in single.items()}
    | {name: in_double(prepare) for name, prepare in double.items()},
    jax.block_until_ready,
)
