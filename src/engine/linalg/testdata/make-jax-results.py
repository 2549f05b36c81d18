"""Writes jax-results.json: evaluates the Python of ../jax-cases.ts with the installed JAX, in both dtype widths.

Run with JAX on a CPU: python make-jax-results.py
"""

import json
import pathlib
import re
import warnings

import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, jacrev, vmap
from jax.lax import linalg as laxl
from jax.numpy import linalg

here = pathlib.Path(__file__).parent
cases = (here.parent / "jax-cases.ts").read_text()
results, errors = cases.split("export const linalgErrors")
first = re.compile(r'^  \[\s*"((?:[^"\\]|\\.)*)",', re.MULTILINE)
expressions = first.findall(results)
expressions += [f"linalg.norm(G,{order})" for order in (1, -1, 2, -2)]
expressions += [f"linalg.norm(V,{order})" for order in (0, 1, 2, 3, 0.5, -1)]


def matrices():
    return {
        "A": jnp.array([[4, 1, 2], [1, 3, 0.5], [2, 0.5, 5]]),
        "G": jnp.array([[0.5, -1.25, 2], [3.75, 0.25, 1.1], [-2, 1.5, 0.75]]),
        "T": jnp.array([[1, 2], [3, -1], [0.5, 2.5], [-1, 4]]),
        "W": jnp.array([[1, 3, 0.5, -1], [2, -1, 2.5, 4]]),
        "K": jnp.array([[[2.0, 1], [1, 3]], [[5, -2], [-2, 4]]]),
        "S": jnp.array([[1.0, 2], [2, 4]]),
        "V": jnp.array([1, -2, 0.5]),
        "F": jnp.array([[2.0, 1, 0, 3], [1, 5, -1, 2], [0, 2, 4, 1], [1, 0, 2, 3]]),
    }


def spread(n):
    return jnp.sin(jnp.arange(n * n) * 1.7).reshape(n, n)


def leaf(x):
    x = np.asarray(x)
    numbers = [value if np.isfinite(value) else str(value) for value in x.ravel().tolist()]
    return {"dtype": str(x.dtype), "shape": list(x.shape), "values": numbers}


def evaluate(expression):
    names = {"jax": jax, "jnp": jnp, "linalg": linalg, "laxl": laxl, "grad": grad, "vmap": vmap}
    return eval(expression, {**names, "jacrev": jacrev, "spread": spread, **matrices()})


def message(expression):
    try:
        return f"no error: {evaluate(expression)}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


warnings.simplefilter("ignore")
golden = {"made_with": f"JAX {jax.__version__} on a CPU; x32 with jax_enable_x64 off, x64 with it on."}
for width, x64 in (("x32", False), ("x64", True)):
    jax.config.update("jax_enable_x64", x64)
    golden[width] = {each: [leaf(x) for x in jax.tree.leaves(evaluate(each))] for each in expressions}
jax.config.update("jax_enable_x64", False)
golden["errors"] = {each: message(each) for each in first.findall(errors)}
text = json.dumps(golden, indent=1)
# One line for each list of numbers.
text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda found: "[" + re.sub(r"\s+", " ", found[1]) + "]", text)
(here / "jax-results.json").write_text(text + "\n")
