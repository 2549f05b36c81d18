"""Writes numpy-results.json anew: runs its Python statements with the installed NumPy and records what is shown.

Run with NumPy 2: python make-numpy-results.py (after adding a case with any text for "shown").
"""

import ast
import json
import pathlib
import warnings

import numpy as np

path = pathlib.Path(__file__).with_name("numpy-results.json")


def run(source):
    """The value of the last statement, None where that is no expression."""
    env = {"np": np, "NaN": np.nan}
    body = ast.parse(source).body
    last = body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module(body, []), "case", "exec"), env)
        return None
    exec(compile(ast.Module(body[:-1], []), "case", "exec"), env)
    return eval(compile(ast.Expression(last.value), "case", "eval"), env)


def text(value):
    """What a cell shows: Python's repr, except that lists and booleans are JavaScript's."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "(" + ", ".join(map(text, value)) + (",)" if len(value) == 1 else ")")
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def shown(source):
    try:
        return text(run(source))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    # Since 2.2 the repr of a summarised array names its shape.
    np.set_printoptions(legacy="2.1")
    cases = json.loads(path.read_text())
    for case in cases:
        case["shown"] = shown(case.get("python", case["cell"]))
    path.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
