"""Writes jax-results.json anew: evaluates its Python expressions with the installed JAX, in both dtype widths.

Run with JAX on a CPU: python make-jax-results.py (after adding an expression as a key with any value).
"""

import json
import pathlib
import warnings

import jax
import jax.numpy as jnp
import numpy as np

F = float
path = pathlib.Path(__file__).with_name("jax-results.json")


def get(x, index):
    """x[index], where the index may be Python text that JavaScript has to write as a string."""
    if not isinstance(index, str):
        return x[index]
    try:
        return eval(f"x[{index}]", {"x": x})
    except NameError:
        return x[index]


def arrays():
    return {
        "V": jnp.asarray((1.0, 3.2, -1.5)),
        "I": jnp.arange(3),
        "N": jnp.array([-7, -1, 0, 5]),
        "B": jnp.array([True, False, True]),
        "X": jnp.array([[0.5, -1.25, 2.0], [3.75, 0.0, 1.1]]),
        "Q": jnp.array([1.0, -2.0, jnp.nan, jnp.inf, -jnp.inf]),
    }


def show(result):
    if isinstance(result, (list, tuple)) and not all(isinstance(item, int) for item in result):
        return "[" + ", ".join(map(show, result)) + "]"
    return str(result) if isinstance(result, np.dtype) else repr(result)


def evaluate(expression):
    try:
        return show(eval(expression, {"jax": jax, "jnp": jnp, "F": F, "get": get, **arrays()}))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


warnings.simplefilter("ignore")
golden = json.loads(path.read_text())
for width, x64 in (("x32", False), ("x64", True)):
    jax.config.update("jax_enable_x64", x64)
    for expression, results in golden["results"].items():
        if width in results or width == "x32":
            results[width] = evaluate(expression)
jax.config.update("jax_enable_x64", False)
golden["errors"] = {expression: evaluate(expression) for expression in golden["errors"]}
path.write_text(json.dumps(golden, indent=1) + "\n")
