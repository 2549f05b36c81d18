"""Writes jax-compositions.json: what JAX computes for the compositions of ../against-jax.test.ts, in float64.

Run with JAX on a CPU: python make-jax-compositions.py
"""

import json
import pathlib
import re

import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, hessian, jacfwd, jacrev, jit, jvp, lax, vmap
from jax.numpy import linalg

jax.config.update("jax_enable_x64", True)

vector = jnp.array([0.3, -0.7, 1.2])
matrix = jnp.array([[2.0, 0.3, 0.1], [0.3, 1.5, -0.2], [0.1, -0.2, 1.1]])
rows = jnp.array([[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]])
starts = jnp.array([1.0, 2.0, 9.0, 11.0])
ends = jnp.array([0, 2])
tall = matrix[:, :2]
eye = jnp.eye(3)


def scanned(x):
    def body(c, a):
        c2 = jnp.tanh(c * a + jnp.sum(x))
        return c2, c2**2

    c, ys = lax.scan(body, x[0], x)
    return ys * c


def grown(x):
    return lax.while_loop(lambda c: c[0] < 10.0, lambda c: (c[0] * 1.5 + c[1], c[1] * 1.1), (x, 0.5))


def tangent_of_grown(x):
    return jvp(lambda x: grown(x)[0], (x,), (1.0,))


@jax.custom_jvp
def soft(x):
    return jnp.log1p(jnp.exp(x))


@soft.defjvp
def soft_jvp(primals, tangents):
    # Twice the true derivative, so that a rule that is passed over shows.
    return soft(primals[0]), tangents[0] * jax.nn.sigmoid(primals[0]) * 2.0


def custom_scanned(x):
    c, ys = lax.scan(lambda c, a: (soft(c) * a, c), x[0], x)
    return c + jnp.sum(ys)


def branched(x):
    return lax.cond(jnp.sum(x) > 0.0, lambda x: jnp.sin(x) * x, lambda x: jnp.cos(x) ** 3, x)


def loss(p, x):
    return jnp.sum(jnp.tanh(x @ p["w"]) + p["b"] * x**2), {"aux": x * 2}


def window(x):
    y = jnp.concatenate([x[::-1], jnp.roll(x, 1)])[1:5].reshape(2, 2)
    return jnp.sum(y @ jnp.ones((2, 2)) * jnp.stack([x[:2], x[1:]]))


def scattered(x):
    return jnp.sum(x.at[1].multiply(x[2]).at[jnp.array([0, 0])].add(x[:2]) ** 2)


def overwritten(x):
    y = lax.dynamic_update_slice(x, x[:1] * 3, (2,))
    return jnp.sum(lax.dynamic_slice(x, (1,), (2,)) ** 2 * y[1:])


def doubled(c, a):
    return lax.while_loop(lambda v: v < a, lambda v: v * 2.0, c), c


def row_sums(xs):
    return jnp.sum(lax.scan(lambda c, a: (c @ matrix + a, c.sum()), vector, xs, reverse=True)[1])


def draws(shape):
    return jax.random.normal(jax.random.PRNGKey(3), shape)


cases = {
    "hessian of a quotient": lambda: hessian(lambda x: jnp.sum(jnp.exp(x) ** 2 / (1 + x @ x)))(vector),
    "vmap of grad of fori_loop": lambda: vmap(
        grad(lambda x: lax.fori_loop(0, 5, lambda i, c: jnp.sin(c) * x + i, x))
    )(vector),
    "jacrev of jacfwd of scan": lambda: jacrev(jacfwd(scanned))(vector),
    "jit of jacfwd of jacrev of scan": lambda: jit(jacfwd(jacrev(scanned)))(vector),
    "vmap of while_loop": lambda: vmap(grown)(starts),
    "jvp of while_loop": lambda: tangent_of_grown(2.0),
    "vmap of jvp of while_loop": lambda: vmap(lambda x: tangent_of_grown(x)[1])(starts),
    "vmap of grad of custom_jvp in scan": lambda: vmap(grad(custom_scanned))(rows),
    "hessian of custom_jvp in scan": lambda: hessian(custom_scanned)(vector),
    "hessian of checkpoint around scan": lambda: hessian(
        lambda x: jax.checkpoint(lambda y: jnp.sum(scanned(y)))(jnp.sin(x))
    )(vector),
    "vmap of jacfwd of cond": lambda: vmap(jacfwd(branched))(jnp.stack([vector, -vector])),
    "grad of cond": lambda: grad(lambda x: jnp.sum(branched(x)))(vector),
    "jit of jacrev of cond": lambda: jit(jacrev(lambda x: branched(-x)))(vector),
    "vmap of switch": lambda: vmap(
        lambda i, x: lax.switch(i, [lambda x: x, lambda x: x**2, lambda x: jnp.exp(x)], x)
    )(ends, rows),
    "vmap of while_loop in scan": lambda: vmap(lambda x: lax.scan(doubled, 0.1, x), in_axes=1)(rows),
    "grad of scan in reverse": lambda: grad(row_sums)(rows),
    "grad of map": lambda: grad(lambda xs: jnp.sum(lax.map(lambda r: jnp.prod(r) * r, xs)))(rows),
    "grad of associative_scan": lambda: grad(
        lambda x: jnp.sum(lax.associative_scan(lambda a, b: a * b + b, x))
    )(vector),
    "value_and_grad of trees": lambda: jax.value_and_grad(loss, has_aux=True)(
        {"w": matrix, "b": vector}, vector
    ),
    "vmap of vmap along several axes": lambda: vmap(
        vmap(lambda a, b: (a * b, a + b), in_axes=(None, 0)), in_axes=(0, None), out_axes=(1, 0)
    )(vector, rows[0]),
    "vmap of linearize": lambda: vmap(jax.linearize(lambda x: jnp.sin(x) @ matrix, vector)[1])(rows),
    "vjp of jvp": lambda: jax.vjp(
        lambda x: jvp(lambda y: jnp.cos(y) * y, (x,), (x**2,))[1], vector
    )[1](jnp.ones(3)),
    "grad four times": lambda: grad(grad(grad(grad(lambda x: jnp.sin(x) * jnp.exp(x)))))(0.7),
    "grad of powers": lambda: grad(lambda x: jnp.sum(x**3 + x**-2.0 + x**0.5))(starts),
    "grad of a power and an exponential": lambda: grad(lambda x: x**2.5 + 2.0**x)(1.7),
    "grad of tied maxima": lambda: grad(lambda x: jnp.maximum(x, 0.0) + jnp.max(jnp.array([x, x])))(0.0),
    "vmap of grad of where": lambda: vmap(
        grad(lambda x: jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, 1.0)), x**2))
    )(vector),
    "hessian of log-sum-exp": lambda: hessian(lambda x: jnp.log(jnp.sum(jnp.exp(x))))(vector),
    "grad of einsum": lambda: grad(
        lambda a: jnp.sum(jnp.einsum("ij,jk,k->i", a, a, vector) ** 2)
    )(matrix),
    "jacrev of var and mean": lambda: jacrev(lambda a: jnp.var(a, axis=0) / jnp.mean(a))(matrix),
    "jacrev of cumprod": lambda: jacrev(jnp.cumprod)(vector),
    "grad of order statistics": lambda: grad(
        lambda x: jnp.max(x) + jnp.min(jnp.abs(x)) + jnp.median(x) + jnp.std(x)
    )(vector),
    "grad of sort": lambda: grad(lambda x: jnp.sum(jnp.sort(x) * jnp.arange(3.0)))(vector),
    "grad of top_k": lambda: grad(
        lambda x: jnp.sum(lax.top_k(x, 2)[0] * jnp.array([2.0, 3.0]))
    )(vector),
    "grad of flip, roll, concatenate and slices": lambda: grad(window)(vector),
    "vmap of indexing": lambda: vmap(lambda x, i: x[i] * 2 + x[-1])(rows, ends),
    "vmap of at.set and at.add": lambda: vmap(
        lambda x, i: x.at[i].set(i * 1.5).at[0].add(2.0)
    )(rows, ends),
    "grad of at.multiply and a repeated at.add": lambda: grad(scattered)(vector),
    "grad of dynamic slices": lambda: grad(overwritten)(vector),
    "vmap of random.normal": lambda: vmap(lambda k: jax.random.normal(k, (2,)))(
        jax.random.split(jax.random.PRNGKey(3), 3)
    ),
    "grad through random draws": lambda: grad(lambda s: jnp.sum(jnp.exp(s * draws((4,)))))(0.5),
    "jit of vmap of jacrev of inv": lambda: jit(vmap(jacrev(linalg.inv)))(
        jnp.stack([matrix, matrix * 2 + eye])
    ),
    "grad of eigh": lambda: grad(lambda a: jnp.sum(linalg.eigh(a + a.T).eigenvalues ** 3))(matrix),
    "grad of cholesky": lambda: grad(
        lambda a: jnp.sum(jnp.sin(linalg.cholesky(a @ a.T + eye)))
    )(matrix),
    "hessian of slogdet": lambda: hessian(lambda t: linalg.slogdet(matrix + t * eye).logabsdet)(0.3),
    "jacfwd of solve": lambda: jacfwd(lambda t: linalg.solve(matrix + t * eye, vector * t))(0.3),
    "grad of svd": lambda: grad(lambda a: linalg.svd(a, compute_uv=False)[0])(matrix),
    "grad of qr": lambda: grad(lambda a: jnp.sum(jnp.abs(linalg.qr(a)[1])))(matrix),
    "grad of norm": lambda: grad(linalg.norm)(vector),
    "grad of matrix_power": lambda: grad(lambda a: jnp.trace(linalg.matrix_power(a, 3)))(matrix),
    "jacfwd of pinv": lambda: jacfwd(linalg.pinv)(tall),
    "jacfwd of lstsq": lambda: jacfwd(lambda b: linalg.lstsq(tall, b)[0])(vector),
}


def leaf(x):
    x = np.asarray(x)
    return {"dtype": str(x.dtype), "shape": list(x.shape), "values": x.ravel().tolist()}


golden = {
    "made_with": f"JAX {jax.__version__} on a CPU, with jax_enable_x64 on.",
    "results": {name: [leaf(x) for x in jax.tree.leaves(run())] for name, run in cases.items()},
}
text = json.dumps(golden, indent=1)
# One line for each list of numbers.
text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda found: "[" + re.sub(r"\s+", " ", found[1]) + "]", text)
pathlib.Path(__file__).with_name("jax-compositions.json").write_text(text + "\n")
