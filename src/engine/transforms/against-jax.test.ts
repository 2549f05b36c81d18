import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import type { ArrayBase } from "../core/array-base.ts";
import type { Value } from "../core/tracer.ts";
import { treeLeaves } from "../core/tree.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { useBackend } from "../dispatch/devices.ts";
import {
  float,
  getItem,
  initialize,
  jax,
  lax,
  linalg,
  numpy as jnp,
  operators as op,
  random,
} from "../index.ts";

const { grad, hessian, jacfwd, jacrev, jit, jvp, vmap } = jax;

interface Leaf {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

// What JAX itself computed for these compositions; the script beside it made the file and has them in Python.
const golden = JSON.parse(
  readFileSync(new URL("./testdata/jax-compositions.json", import.meta.url), "utf8"),
) as { readonly results: Readonly<Record<string, readonly Leaf[]>> };

type A = ArrayBase;
type Linear = (...args: unknown[]) => unknown;

/** What the compositions are applied to; made once the dtypes are wide. */
let vector: A;
let matrix: A;
let rows: A;
let starts: A;
let ends: A;
let tall: A;
let eye: A;

function makeArrays(): void {
  vector = jnp.array([0.3, -0.7, 1.2]);
  matrix = jnp.array([
    [2, 0.3, 0.1],
    [0.3, 1.5, -0.2],
    [0.1, -0.2, 1.1],
  ]);
  rows = jnp.array([
    [0.1, 0.2, 0.3],
    [0.4, -0.5, 0.6],
  ]);
  starts = jnp.array([1, 2, 9, 11].map(float));
  ends = jnp.array([0, 2]);
  tall = getItem(matrix, ":, :2");
  eye = jnp.eye(3);
}

const sum = (...terms: [Value, ...Value[]]): A => terms.reduce((total, term) => op.add(total, term)) as A;
const square = (x: Value): A => op.pow(x, 2);

function scanned(x: A): A {
  const body = (c: A, a: A): unknown => {
    const next = jnp.tanh(op.add(op.mul(c, a), jnp.sum(x)));
    return [next, square(next)];
  };
  const [c, ys] = lax.scan(body, getItem(x, 0), x) as [A, A];
  return op.mul(ys, c);
}

function grown(x: Value): Value[] {
  return lax.while_loop(
    ([v]: [A, A]) => op.lt(v, float(10)),
    ([v, step]: [A, A]) => [op.add(op.mul(v, 1.5), step), op.mul(step, 1.1)],
    [x, 0.5] as Value[],
  );
}

const tangentOfGrown = (x: Value): unknown[] => jvp((v: A) => grown(v)[0], [x], [float(1)]);

const soft = jax.custom_jvp((x: A) => jnp.log1p(jnp.exp(x))) as {
  (x: A): A;
  defjvp(rule: (primals: [A], tangents: [A]) => unknown): unknown;
};
soft.defjvp(([x], [t]) => {
  const sigmoid = op.div(1, op.add(1, jnp.exp(op.neg(x))));
  // Twice the true derivative, so that a rule that is passed over shows.
  return [soft(x), op.mul(op.mul(t, sigmoid), float(2))];
});

function customScanned(x: A): A {
  const [c, ys] = lax.scan((c: A, a: A) => [op.mul(soft(c), a), c], getItem(x, 0), x) as [A, A];
  return op.add(c, jnp.sum(ys));
}

function branched(x: A): A {
  const positive = (v: A): A => op.mul(jnp.sin(v), v);
  return lax.cond(op.gt(jnp.sum(x), float(0)), positive, (v: A) => op.pow(jnp.cos(v), 3), x) as A;
}

function loss(p: { w: A; b: A }, x: A): unknown {
  return [jnp.sum(op.add(jnp.tanh(jnp.matmul(x, p.w)), op.mul(p.b, square(x)))), { aux: op.mul(x, 2) }];
}

function window(x: A): A {
  const all = jnp.concatenate([getItem(x, "::-1"), jnp.roll(x, 1)]);
  const y = jnp.matmul(getItem(all, "1:5").reshape(2, 2), jnp.ones([2, 2]));
  return jnp.sum(op.mul(y, jnp.stack([getItem(x, ":2"), getItem(x, "1:")])));
}

function scattered(x: A): A {
  const once = x.at.item(1).multiply(getItem(x, 2));
  return jnp.sum(square(once.at.item(jnp.array([0, 0])).add(getItem(x, ":2"))));
}

function overwritten(x: A): A {
  const y = lax.dynamic_update_slice(x, op.mul(getItem(x, ":1"), 3), [2]);
  return jnp.sum(op.mul(square(lax.dynamic_slice(x, [1], [2])), getItem(y, "1:")));
}

function doubled(c: A, a: A): unknown {
  const next = lax.while_loop(
    (v: A) => op.lt(v, a),
    (v: A) => op.mul(v, float(2)),
    c,
  );
  return [next, c];
}

function rowSums(xs: A): A {
  const body = (c: A, a: A): unknown => [op.add(jnp.matmul(c, matrix), a), c.sum()];
  return jnp.sum(lax.scan(body, vector, xs, { reverse: true })[1] as A);
}

function guardedLog(x: A): A {
  const inside = op.gt(x, 0);
  return jnp.where(inside, jnp.log(jnp.where(inside, x, float(1))), square(x));
}

const loops: Readonly<Record<string, () => unknown>> = {
  "vmap of grad of fori_loop": () =>
    vmap(grad((x: A) => lax.fori_loop(0, 5, (i: A, c: A) => op.add(op.mul(jnp.sin(c), x), i), x)))(vector),
  "jacrev of jacfwd of scan": () => jacrev(jacfwd(scanned))(vector),
  "jit of jacfwd of jacrev of scan": () => jit(jacfwd(jacrev(scanned)))(vector),
  "vmap of while_loop": () => vmap(grown)(starts),
  "jvp of while_loop": () => tangentOfGrown(float(2)),
  "vmap of jvp of while_loop": () => vmap((x: A) => tangentOfGrown(x)[1])(starts),
  "vmap of grad of custom_jvp in scan": () => vmap(grad(customScanned))(rows),
  "hessian of custom_jvp in scan": () => hessian(customScanned)(vector),
  "hessian of checkpoint around scan": () =>
    hessian((x: A) => jax.checkpoint((y: A) => jnp.sum(scanned(y)))(jnp.sin(x)))(vector),
  "vmap of jacfwd of cond": () => vmap(jacfwd(branched))(jnp.stack([vector, op.neg(vector)])),
  "grad of cond": () => grad((x: A) => jnp.sum(branched(x)))(vector),
  "jit of jacrev of cond": () => jit(jacrev((x: A) => branched(op.neg(x))))(vector),
  "vmap of switch": () =>
    vmap((i: A, x: A) => lax.switch(i, [(v: A) => v, square, (v: A) => jnp.exp(v)], x))(ends, rows),
  "vmap of while_loop in scan": () => vmap((x: A) => lax.scan(doubled, float(0.1), x), { in_axes: 1 })(rows),
  "grad of scan in reverse": () => grad(rowSums)(rows),
  "grad of map": () =>
    grad((xs: A) => jnp.sum(lax.map((row: A) => op.mul(jnp.prod(row), row), xs) as A))(rows),
  "grad of associative_scan": () =>
    grad((x: A) => jnp.sum(lax.associative_scan((a: A, b: A) => op.add(op.mul(a, b), b), x) as A))(vector),
};

const derivatives: Readonly<Record<string, () => unknown>> = {
  "hessian of a quotient": () =>
    hessian((x: A) => jnp.sum(op.div(square(jnp.exp(x)), op.add(1, jnp.dot(x, x)))))(vector),
  "value_and_grad of trees": () =>
    jax.value_and_grad(loss, { has_aux: true })({ w: matrix, b: vector }, vector),
  "vmap of vmap along several axes": () => {
    const inner = vmap((a: A, b: A) => [op.mul(a, b), op.add(a, b)], { in_axes: [null, 0] });
    return vmap(inner, { in_axes: [0, null], out_axes: [1, 0] })(vector, getItem(rows, 0));
  },
  "vmap of linearize": () =>
    vmap(jax.linearize((x: A) => jnp.matmul(jnp.sin(x), matrix), vector)[1] as Linear)(rows),
  "vjp of jvp": () => {
    const tangent = (x: A): unknown => jvp((y: A) => op.mul(jnp.cos(y), y), [x], [square(x)])[1];
    return (jax.vjp(tangent, vector)[1] as Linear)(jnp.ones(3));
  },
  "grad four times": () => grad(grad(grad(grad((x: A) => op.mul(jnp.sin(x), jnp.exp(x))))))(0.7),
  "grad of powers": () =>
    grad((x: A) => jnp.sum(sum(op.pow(x, 3), op.pow(x, float(-2)), op.pow(x, 0.5))))(starts),
  "grad of a power and an exponential": () =>
    grad((x: A) => op.add(op.pow(x, 2.5), op.pow(float(2), x)))(1.7),
  "grad of tied maxima": () =>
    grad((x: A) => op.add(jnp.maximum(x, float(0)), jnp.max(jnp.array([x, x]))))(float(0)),
  "vmap of grad of where": () => vmap(grad(guardedLog))(vector),
  "hessian of log-sum-exp": () => hessian((x: A) => jnp.log(jnp.sum(jnp.exp(x))))(vector),
  "grad of einsum": () => grad((a: A) => jnp.sum(square(jnp.einsum("ij,jk,k->i", a, a, vector))))(matrix),
  "jacrev of var and mean": () => jacrev((a: A) => op.div(jnp.var(a, { axis: 0 }), jnp.mean(a)))(matrix),
  "jacrev of cumprod": () => jacrev((x: A) => jnp.cumprod(x))(vector),
  "grad of order statistics": () =>
    grad((x: A) => sum(jnp.max(x), jnp.min(jnp.abs(x)), jnp.median(x), jnp.std(x)))(vector),
};

const positions: Readonly<Record<string, () => unknown>> = {
  "grad of sort": () => grad((x: A) => jnp.sum(op.mul(jnp.sort(x), jnp.arange(float(3)))))(vector),
  "grad of top_k": () =>
    grad((x: A) => jnp.sum(op.mul(lax.top_k(x, 2)[0], jnp.array([2, 3], "float64"))))(vector),
  "grad of flip, roll, concatenate and slices": () => grad(window)(vector),
  "vmap of indexing": () =>
    vmap((x: A, i: A) => op.add(op.mul(getItem(x, i), 2), getItem(x, -1)))(rows, ends),
  "vmap of at.set and at.add": () =>
    vmap((x: A, i: A) => x.at.item(i).set(op.mul(i, 1.5)).at.item(0).add(float(2)))(rows, ends),
  "grad of at.multiply and a repeated at.add": () => grad(scattered)(vector),
  "grad of dynamic slices": () => grad(overwritten)(vector),
  "vmap of random.normal": () =>
    vmap((key: A) => random.normal(key, [2]))(random.split(random.PRNGKey(3), 3)),
  "grad through random draws": () =>
    grad((s: A) => jnp.sum(jnp.exp(op.mul(s, random.normal(random.PRNGKey(3), [4])))))(0.5),
};

const linearAlgebra: Readonly<Record<string, () => unknown>> = {
  "jit of vmap of jacrev of inv": () =>
    jit(vmap(jacrev((a: A) => linalg.inv(a))))(jnp.stack([matrix, op.add(op.mul(matrix, 2), eye)])),
  "grad of eigh": () => grad((a: A) => jnp.sum(op.pow(linalg.eigh(op.add(a, a.T)).eigenvalues, 3)))(matrix),
  "grad of cholesky": () =>
    grad((a: A) => jnp.sum(jnp.sin(linalg.cholesky(op.add(jnp.matmul(a, a.T), eye)))))(matrix),
  "hessian of slogdet": () =>
    hessian((t: A) => linalg.slogdet(op.add(matrix, op.mul(t, eye))).logabsdet)(0.3),
  "jacfwd of solve": () =>
    jacfwd((t: A) => linalg.solve(op.add(matrix, op.mul(t, eye)), op.mul(vector, t)))(0.3),
  "grad of svd": () => grad((a: A) => getItem(linalg.svd(a, { compute_uv: false }), 0))(matrix),
  "grad of qr": () => grad((a: A) => jnp.sum(jnp.abs(linalg.qr(a).R)))(matrix),
  "grad of norm": () => grad((x: A) => linalg.norm(x))(vector),
  "grad of matrix_power": () => grad((a: A) => jnp.trace(linalg.matrix_power(a, 3)))(matrix),
  "jacfwd of pinv": () => jacfwd((a: A) => linalg.pinv(a))(tall),
  "jacfwd of lstsq": () => jacfwd((b: A) => linalg.lstsq(tall, b)[0])(vector),
};

const cases = Object.entries({ ...loops, ...derivatives, ...positions, ...linearAlgebra });

it("computes everything JAX computed", () => {
  expect(cases.map(([name]) => name).sort()).toEqual(Object.keys(golden.results).sort());
});

describe("float64 on the CPU", () => {
  beforeAll(async () => {
    await initialize("cpu");
    jax.config.update("jax_enable_x64", true);
    makeArrays();
  });
  afterAll(() => {
    jax.config.update("jax_enable_x64", false);
  });

  it.each(cases)("%s", async (name, run) => {
    await compare(run(), golden.results[name]!, 1e-10);
  });
});

/** Loops and branches that look at data: Node's WebGPU cannot be waited for, a browser's can. */
const lookAtData = new Set([
  "vmap of while_loop",
  "jvp of while_loop",
  "vmap of jvp of while_loop",
  "grad of cond",
  "jit of jacrev of cond",
  "vmap of while_loop in scan",
]);
/** Draws in float32 are other numbers than those in float64. */
const draws = new Set(["vmap of random.normal", "grad through random draws"]);

describe("float32 on WebGPU", () => {
  const webgpu = testDevice();
  beforeAll(() => {
    useBackend(webgpu());
    makeArrays();
  });
  afterAll(() => initialize("cpu"));

  it.each(cases.filter(([name]) => !lookAtData.has(name) && !draws.has(name)))("%s", async (name, run) => {
    await compare(run(), golden.results[name]!.map(narrowed), 1e-3);
  });

  it.each(cases.filter(([name]) => lookAtData.has(name)))("%s says that it cannot wait", (_, run) => {
    expect(run).toThrow("this device cannot be read synchronously here");
  });
});

function narrowed(leaf: Leaf): Leaf {
  return { ...leaf, dtype: leaf.dtype.replace("64", "32") };
}

/** The same dtypes and shapes, and every element within `tolerance` of JAX's; relative above 1. */
async function compare(result: unknown, wanted: readonly Leaf[], tolerance: number): Promise<void> {
  const leaves = treeLeaves(result);
  expect(leaves.length).toBe(wanted.length);
  for (const [k, leaf] of leaves.entries()) {
    expect(leaf).toBeInstanceOf(ArrayImpl);
    const array = leaf as ArrayImpl;
    const { dtype, shape, values } = wanted[k]!;
    expect([array.dtype, array.shape]).toEqual([dtype, shape]);
    Array.from(await array.data(), Number).forEach((value, place) => {
      const target = values[place]!;
      const bound = tolerance * Math.max(1, Math.abs(target));
      expect(Math.abs(value - target), `${String(value)} for ${String(target)}`).toBeLessThanOrEqual(bound);
    });
  }
}
