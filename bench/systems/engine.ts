/** The engine's workloads, written as the lesson's cells write them. */
import {
  Array as EngineArray,
  counters,
  describeDevice,
  getItem,
  initialize,
  jax,
  lax,
  linalg,
  numpy as jnp,
  operators as op,
  random,
  release,
  synchronize,
  ArrayBase,
} from "../../src/engine/index.ts";
import { additions } from "../checks.ts";
import { layers, linspace, matrices, networkData, option, smallIntegers, uniformData } from "../inputs.ts";
import type { Prepare, Results, Session } from "../session.ts";
import type { System } from "../system.ts";
import type { WorkloadName } from "../workloads.ts";

type Tree = ArrayBase | readonly ArrayBase[];

const listed = (tree: Tree): readonly ArrayBase[] => (tree instanceof ArrayBase ? [tree] : tree);

async function read(x: ArrayBase): Promise<ArrayLike<number>> {
  if (!(x instanceof EngineArray)) throw new Error("not an array");
  return (await x.data()) as ArrayLike<number>;
}

/** A session whose call is `compute`: scalars are read, arrays waited for. */
function session(compute: () => Tree, ...inputs: readonly ArrayBase[]): Session {
  let results: readonly ArrayBase[] = [];
  const drop = (): void => results.forEach(release);
  return {
    async call() {
      drop();
      results = listed(compute());
      const [first] = results;
      if (first?.ndim === 0) await read(first);
      else await synchronize();
    },
    results: async (): Promise<Results> => Promise.all(results.map(read)),
    compileMs: () => counters.traceMs + counters.compileMs,
    release() {
      drop();
      inputs.forEach(release);
    },
  };
}

/** An operator of a cell: what is named `spent` was a temporary, which the cell language frees at once. */
function freeing(result: ArrayBase, ...spent: readonly ArrayBase[]): ArrayBase {
  spent.forEach(release);
  return result;
}

/** The lecture's f in one expression, for tracing. */
function f(x: ArrayBase): ArrayBase {
  const square = op.pow(x, 2);
  const sum = op.add(op.add(op.mul(3, x), jnp.sin(x)), jnp.cos(square));
  return jnp.sum(
    op.sub(op.sub(sum, jnp.cos(op.mul(2, x))), op.mul(op.mul(op.pow(x, 2), 0.4), op.pow(x, 1.5))),
  );
}

/** f as a cell runs it eagerly: `3*x + jnp.sin(x) + jnp.cos(x**2) - jnp.cos(2*x) - x**2 * 0.4 * x**1.5`. */
function eagerF(x: ArrayBase): ArrayBase {
  const binary = (name: "add" | "sub" | "mul", a: ArrayBase, b: ArrayBase): ArrayBase =>
    freeing(op[name](a, b), a, b);
  const applied = (g: (x: ArrayBase) => ArrayBase, a: ArrayBase): ArrayBase => freeing(g(a), a);
  let a = binary("add", op.mul(3, x), jnp.sin(x));
  a = binary("add", a, applied(jnp.cos, op.pow(x, 2)));
  a = binary("sub", a, applied(jnp.cos, op.mul(2, x)));
  const square = op.pow(x, 2);
  const scaled = freeing(op.mul(square, 0.4), square);
  a = binary("sub", a, binary("mul", scaled, op.pow(x, 1.5)));
  return freeing(jnp.sum(a), a);
}

/** The function of the lecture's section on vectorization. */
function wave(x: ArrayBase, y: ArrayBase): ArrayBase {
  const r = op.add(op.pow(x, 2), op.pow(y, 2));
  return op.div(jnp.cos(r), op.add(1, r));
}

const overOnes =
  (compute: (x: ArrayBase) => ArrayBase): Prepare =>
  (n) => {
    const x = jnp.ones(n);
    return session(() => compute(x), x);
  };

function over(make: (n: number) => Float32Array, compute: (x: ArrayBase) => Tree, isSquare = false): Prepare {
  return (n) => {
    const flat = jnp.array(make(n));
    const x = isSquare ? freeing(jnp.reshape(flat, [n, n]), flat) : flat;
    return session(() => compute(x), x);
  };
}

/** `x + 0.5`, n times over. */
function addMany(x: ArrayBase, step: ArrayBase, n: number): ArrayBase {
  let sum = op.add(x, step);
  for (let i = 1; i < n; i++) sum = freeing(op.add(sum, step), sum);
  return sum;
}

const gridByVmap: Prepare = (n) => {
  const x = jnp.linspace(-2, 2, n);
  const rows = jax.vmap(jax.vmap(jax.jit(wave), { in_axes: [null, 0] }), { in_axes: [0, null] });
  return session(() => rows(x, x) as ArrayBase, x);
};

const gridByMesh: Prepare = (n) => {
  const x = jnp.linspace(-2, 2, n);
  const [xMesh, yMesh] = jnp.meshgrid(x, x) as [ArrayBase, ArrayBase];
  const jitted = jax.jit(wave);
  return session(() => jitted(xMesh, yMesh), x, xMesh, yMesh);
};

/** The one element: at once where this thread can wait for the device, as a cell reads it. */
async function number(x: ArrayBase): Promise<number> {
  if (!(x instanceof EngineArray)) throw new Error("not an array");
  const isAtHand = x.device === "cpu" || describeDevice().synchronousReads;
  return isAtHand ? Number(x.item()) : Number((await x.data())[0]);
}

/** Every point by its own call of a compiled function, written into an array of the host. */
const scalarLoop: Prepare = (n) => {
  const x = jnp.array(linspace(n));
  const jitted = jax.jit(wave);
  const z = new Float64Array(n * n);
  const call = async (): Promise<void> => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const [a, b] = [getItem(x, i), getItem(x, j)];
        const value = jitted(a, b);
        z[i * n + j] = await number(value);
        [a, b, value].forEach(release);
      }
    }
  };
  return { call, results: () => Promise.resolve([z]), release: () => release(x) };
};

const monteCarlo: Prepare = (paths) => {
  jax.config.update("jax_threefry_partitionable", false);
  const { periods, beta, strike, mu, rho, nu, s0, h0 } = option;
  const price = jax.jit((start: ArrayBase) => {
    let key = start;
    let s = jnp.full(paths, Math.log(s0));
    let h = jnp.full(paths, jax.float(h0));
    for (let t = 0; t < periods; t++) {
      const [next, subkey] = random.split(key) as unknown as Iterable<ArrayBase> as [ArrayBase, ArrayBase];
      key = next;
      const [xi, eta] = random.normal(subkey, [2, paths]) as unknown as [ArrayBase, ArrayBase];
      s = op.add(op.add(s, mu), op.mul(jnp.exp(h), xi));
      h = op.add(op.mul(rho, h), op.mul(nu, eta));
    }
    return op.mul(beta ** periods, jnp.mean(jnp.maximum(op.sub(jnp.exp(s), strike), 0)));
  });
  const key = random.PRNGKey(1);
  return session(() => price(key), key);
};

const networkStep: Prepare = (batch) => {
  const { inputs, hidden, classes, rate } = layers;
  const data = networkData(batch);
  const x = jnp.reshape(jnp.array(data.x), [batch, inputs]);
  const labels = jnp.reshape(jnp.array(data.labels), [batch, classes]);
  const weights = [
    jnp.reshape(jnp.array(data.w1), [inputs, hidden]),
    jnp.array(data.b1),
    jnp.reshape(jnp.array(data.w2), [hidden, classes]),
    jnp.array(data.b2),
  ];
  const loss = (parameters: readonly ArrayBase[]): ArrayBase => {
    const [w1, b1, w2, b2] = parameters as [ArrayBase, ArrayBase, ArrayBase, ArrayBase];
    const active = jnp.maximum(op.add(jnp.matmul(x, w1), b1), 0);
    const logits = op.add(jnp.matmul(active, w2), b2);
    const shifted = op.sub(logits, jnp.max(logits, { axis: 1, keepdims: true }));
    const total = jnp.log(jnp.sum(jnp.exp(shifted), { axis: 1, keepdims: true }));
    return op.neg(jnp.mean(jnp.sum(op.mul(labels, op.sub(shifted, total)), { axis: 1 })));
  };
  const step = jax.jit((parameters: readonly ArrayBase[]): ArrayBase[] => {
    const [value, slopes] = jax.value_and_grad(loss)(parameters) as [ArrayBase, readonly ArrayBase[]];
    return [value, ...parameters.map((weight, k) => op.sub(weight, op.mul(rate, slopes[k]!)))];
  });
  return session(() => step(weights), x, labels, ...weights);
};

const draw =
  (distribution: (key: ArrayBase, shape: number) => ArrayBase): Prepare =>
  (n) => {
    // The lesson's layout of random numbers, as in the exercise.
    jax.config.update("jax_threefry_partitionable", false);
    const key = random.PRNGKey(1);
    return session(() => distribution(key, n), key);
  };

const chain =
  (
    compile: (
      f: (x: ArrayBase, step: ArrayBase) => ArrayBase,
    ) => (x: ArrayBase, step: ArrayBase) => ArrayBase,
  ): Prepare =>
  (n) => {
    const x = jnp.array(additions.start);
    const step = jnp.full(10, additions.step);
    const compute = compile((start, each) => addMany(start, each, n));
    // Ten numbers: an array, so the queue is waited for.
    return session(() => compute(x, step), x, step);
  };

const valueAndGrad: Prepare = (n) => {
  const x = jnp.ones(n);
  const compute = jax.jit(jax.value_and_grad(f) as (x: ArrayBase) => [ArrayBase, ArrayBase]);
  return session(() => compute(x), x);
};

/** `x + 0.001 * sin(x)`, as often as n says: written out, or as a loop of the compiled program. */
const loop =
  (unrolled: boolean): Prepare =>
  (n) => {
    const x = jnp.ones(1000);
    const step = (value: ArrayBase): ArrayBase => op.add(value, op.mul(0.001, jnp.sin(value)));
    const compute = jax.jit((start: ArrayBase): ArrayBase => {
      if (!unrolled) return lax.fori_loop(0, n, (_: never, value: ArrayBase) => step(value), start);
      let value = start;
      for (let i = 0; i < n; i++) value = step(value);
      return value;
    });
    return session(() => compute(x), x);
  };

const inDouble =
  (prepare: Prepare): Prepare =>
  (n) => {
    jax.config.update("jax_enable_x64", true);
    return prepare(n);
  };

const prepares: Record<WorkloadName, Prepare> = {
  eager: overOnes(eagerF),
  jit: (n) => overOnes(jax.jit(f))(n),
  "jit-odd": (n) => overOnes(jax.jit(f))(n),
  "grid-vmap": gridByVmap,
  "grid-mesh": gridByMesh,
  "scalar-loop": scalarLoop,
  "monte-carlo": monteCarlo,
  grad: valueAndGrad,
  mlp: networkStep,
  matmul: (n) => {
    const a = jnp.reshape(jnp.array(matrices.left(n)), [n, n]);
    const b = jnp.reshape(jnp.array(matrices.right(n)), [n, n]);
    return session(() => jnp.matmul(a, b), a, b);
  },
  sum: overOnes((x) => jnp.sum(x)),
  max: over(
    (n) => uniformData(n),
    (x) => jnp.max(x),
  ),
  cumsum: over(smallIntegers, (x) => jnp.cumsum(x)),
  sort: over(
    (n) => uniformData(n),
    (x) => jnp.sort(x),
  ),
  normal: draw((key, n) => random.normal(key, [n])),
  uniform: draw((key, n) => random.uniform(key, [n])),
  inv: over(matrices.invertible, (a) => linalg.inv(a), true),
  cholesky: over(matrices.positive, (a) => linalg.cholesky(a), true),
  eigh: over(matrices.symmetric, (a) => [...(linalg.eigh(a) as unknown as Iterable<ArrayBase>)], true),
  "eager-adds": chain((compute) => compute),
  "jit-adds": chain((compute) => jax.jit(compute)),
  "jit-adds-20k": chain((compute) => jax.jit(compute)),
  unrolled: loop(true),
  counted: loop(false),
  "f64-jit": inDouble((n) => overOnes(jax.jit(f))(n)),
  "f64-grid": inDouble(gridByVmap),
  "f64-monte-carlo": inDouble(monteCarlo),
};

export async function openEngine(kind: "cpu" | "webgpu"): Promise<System> {
  const device = await initialize(kind);
  if (kind === "cpu") return { device: device.name, drawsAsJax: true, prepares };
  // Double precision runs on the CPU whatever the device: that is measured once.
  const single = Object.entries(prepares).filter(([name]) => !name.startsWith("f64-"));
  return { device: device.name, drawsAsJax: true, prepares: Object.fromEntries(single) };
}
