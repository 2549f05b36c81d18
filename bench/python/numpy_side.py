"""The workloads in NumPy, float32 unless their name says float64."""

import math

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


def f(x):
    a = 3 * x + np.sin(x) + np.cos(x**2) - np.cos(2 * x) - x**2 * 0.4 * x**1.5
    return np.sum(a)


def wave(x, y):
    r = x**2 + y**2
    return np.cos(r) / (1 + r)


def over_ones(compute, dtype=np.float32):
    def prepare(n):
        x = np.ones(n, dtype)
        return lambda: compute(x)

    return prepare


def over(make, compute):
    def prepare(n):
        x = make(n)
        return lambda: compute(x)

    return prepare


def line(n, dtype):
    return np.linspace(-2, 2, n, dtype=dtype)


def grid(dtype):
    return over(lambda n: line(n, dtype), lambda x: wave(x[:, None], x[None, :]))


def grid_mesh(n):
    x = line(n, np.float32)
    mesh = np.meshgrid(x, x)
    return lambda: wave(*mesh)


def scalar_loop(n):
    x = [float(value) for value in line(n, np.float32)]

    def call():
        z = np.empty((n, n))
        for i in range(n):
            for j in range(n):
                r = x[i] ** 2 + x[j] ** 2
                z[i, j] = math.cos(r) / (1 + r)
        return z

    return call


def monte_carlo(dtype):
    def prepare(paths):
        o = OPTION
        mu, rho, nu = dtype(o["mu"]), dtype(o["rho"]), dtype(o["nu"])

        def call():
            generator = np.random.default_rng(1)
            s = np.full(paths, math.log(o["s0"]), dtype)
            h = np.full(paths, o["h0"], dtype)
            for _ in range(o["periods"]):
                z = generator.standard_normal((2, paths), dtype)
                s = s + mu + np.exp(h) * z[0]
                h = rho * h + nu * z[1]
            return o["beta"] ** o["periods"] * np.mean(np.maximum(np.exp(s) - dtype(o["strike"]), 0))

        return call

    return prepare


def value_and_grad(x):
    slope = 3 + np.cos(x) - 2 * x * np.sin(x**2) + 2 * np.sin(2 * x) - np.float32(1.4) * x**2.5
    return f(x), slope


def mlp(batch):
    data = network_data(batch)
    x, labels = data["x"], data["labels"]
    w1, b1, w2, b2 = data["weights"]
    rate = LAYERS["rate"]

    def call():
        active = np.maximum(x @ w1 + b1, 0)
        logits = active @ w2 + b2
        shifted = logits - np.max(logits, axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        totals = np.sum(exponentials, axis=1, keepdims=True)
        loss = -np.mean(np.sum(labels * (shifted - np.log(totals)), axis=1))
        error = (exponentials / totals - labels) / np.float32(batch)
        back = (error @ w2.T) * (active > 0)
        slopes = [x.T @ back, back.sum(0), active.T @ error, error.sum(0)]
        return [loss, *(w - rate * s for w, s in zip((w1, b1, w2, b2), slopes))]

    return call


def matmul(n):
    a = uniform_data(n * n, -1, 1, 1).reshape(n, n)
    b = uniform_data(n * n, -1, 1, 2).reshape(n, n)
    return lambda: a @ b


def eager_adds(n):
    step = np.full(10, ADDITIONS_STEP, np.float32)

    def call():
        x = ADDITIONS_START
        for _ in range(n):
            x = x + step
        return x

    return call


def draws(name):
    def prepare(n):
        generator = np.random.default_rng(1)
        return lambda: getattr(generator, name)(n, np.float32)

    return prepare


def eigh(a):
    values, vectors = np.linalg.eigh(a)
    return [values, vectors]


serve(
    lambda: f"NumPy {np.__version__}",
    {
        "eager": over_ones(f),
        "grid-vmap": grid(np.float32),
        "grid-mesh": grid_mesh,
        "scalar-loop": scalar_loop,
        "monte-carlo": monte_carlo(np.float32),
        "grad": over_ones(value_and_grad),
        "mlp": mlp,
        "matmul": matmul,
        "sum": over_ones(np.sum),
        "max": over(uniform_data, np.max),
        "cumsum": over(small_integers, lambda x: np.cumsum(x)),
        "sort": over(uniform_data, np.sort),
        "normal": draws("standard_normal"),
        "uniform": draws("random"),
        "inv": over(invertible, np.linalg.inv),
        "cholesky": over(positive, np.linalg.cholesky),
        "eigh": over(symmetric, eigh),
        "eager-adds": eager_adds,
        "f64-jit": over_ones(f, np.float64),
        "f64-grid": grid(np.float64),
        "f64-monte-carlo": monte_carlo(np.float64),
    },
    lambda result: result,
)
