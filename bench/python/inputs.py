"""The inputs of the workloads, as bench/inputs.ts makes them."""

import numpy as np

START = np.uint32(0x9E3779B1)


def fractions(n, seed):
    first = np.uint32((seed * 0x1000193) & 0xFFFFFFFF)
    h = (np.arange(1, n + 1, dtype=np.uint32) + first) * START
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return ((h ^ (h >> np.uint32(16))) >> np.uint32(8)) / 16777216


def uniform_data(n, low=0.0, high=1.0, seed=0):
    return (low + (high - low) * fractions(n, seed)).astype(np.float32)


def small_integers(n):
    return (np.arange(n) % 3).astype(np.float32)


def invertible(n):
    a = uniform_data(n * n, -0.5, 0.5, 3).reshape(n, n)
    return (a + np.float32(np.sqrt(n)) * np.eye(n, dtype=np.float32)).astype(np.float32)


def symmetric(n):
    b = uniform_data(n * n, -0.5, 0.5, 4).reshape(n, n)
    return (b + b.T) / 2


def positive(n):
    return symmetric(n) + np.float32(n / 2) * np.eye(n, dtype=np.float32)


LAYERS = {"inputs": 784, "hidden": 256, "classes": 10, "rate": np.float32(0.1)}


def network_data(batch):
    inputs, hidden, classes = LAYERS["inputs"], LAYERS["hidden"], LAYERS["classes"]
    labels = np.zeros((batch, classes), np.float32)
    labels[np.arange(batch), uniform_data(batch, 0, classes, 6).astype(int)] = 1
    return {
        "x": uniform_data(batch * inputs, 0, 1, 5).reshape(batch, inputs),
        "labels": labels,
        "weights": [
            uniform_data(inputs * hidden, -0.05, 0.05, 7).reshape(inputs, hidden),
            uniform_data(hidden, -0.05, 0.05, 8),
            uniform_data(hidden * classes, -0.1, 0.1, 9).reshape(hidden, classes),
            uniform_data(classes, -0.1, 0.1, 10),
        ],
    }


OPTION = {"periods": 20, "beta": 0.99, "strike": 100, "mu": 0.0001, "rho": 0.1, "nu": 0.001, "s0": 10, "h0": 0}
ADDITIONS_START = uniform_data(10, 0, 1, 11)
ADDITIONS_STEP = 0.5
