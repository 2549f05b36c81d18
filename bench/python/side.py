"""Answers the benchmark's requests, one JSON line each; bench/side.ts does the same for the other systems."""

import gc
import json
import os
import sys
import tempfile
import time

import numpy as np


def serve(describe, prepares, finish):
    """`prepares` makes a function of no arguments by name and size; `finish` waits for what that returns."""
    call = result = None

    def timed():
        nonlocal result
        result = None
        started = time.perf_counter()
        result = finish(call())
        return 1000 * (time.perf_counter() - started)

    def calls(ms, most):
        times = [timed()]
        while sum(times) < ms and len(times) < most:
            times.append(timed())
        return times

    def saved(array):
        with tempfile.NamedTemporaryFile(suffix=".f64", delete=False) as file:
            np.ascontiguousarray(array, dtype=np.float64).tofile(file)
        return file.name

    for line in sys.stdin:
        request = json.loads(line)
        kind = request["kind"]
        try:
            if kind == "open":
                reply = {"device": describe()}
            elif kind == "prepare":
                prepare = prepares.get(request["workload"])
                call = prepare and prepare(request["n"])
                reply = {"supported": prepare is not None}
            elif kind == "first":
                reply = {"times": [timed()]}
            elif kind == "call":
                reply = {"times": calls(request["ms"], request["most"])}
            elif kind == "check":
                arrays = result if isinstance(result, (list, tuple)) else [result]
                reply = {"files": [saved(array) for array in arrays]}
            else:
                call = result = None
                gc.collect()
                reply = {"supported": True}
            answer = {"reply": reply}
        except Exception as error:  # noqa: BLE001 -- whatever went wrong is the answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + os.linesep)
        sys.stdout.flush()
