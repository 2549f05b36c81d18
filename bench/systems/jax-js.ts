/** The workloads as jax-js asks for them: operations consume their operands, `.ref` keeps one. */
import {
  blockUntilReady,
  defaultDevice,
  getWebGPUDevice,
  init,
  jit,
  numpy as np,
  random,
  valueAndGrad,
  vmap,
  type Array as JaxArray,
} from "@jax-js/jax";
import { additions } from "../checks.ts";
import { layers, linspace, matrices, networkData, option, smallIntegers, uniformData } from "../inputs.ts";
import type { Prepare, Session } from "../session.ts";
import type { System } from "../system.ts";

type Finish = (results: readonly JaxArray[]) => Promise<void>;
let finish: Finish = async (results) => {
  await blockUntilReady(results);
};

/** A session whose call is `compute`, given references to the inputs. */
function session(
  compute: (...inputs: JaxArray[]) => JaxArray | readonly JaxArray[],
  ...inputs: readonly JaxArray[]
): Session {
  let results: readonly JaxArray[] = [];
  const drop = (): void => {
    results.forEach((result) => result.dispose());
    results = [];
  };
  return {
    async call() {
      drop();
      const made = compute(...inputs.map((input) => input.ref));
      results = globalThis.Array.isArray(made) ? (made as readonly JaxArray[]) : [made as JaxArray];
      if (results[0]!.ndim === 0) await results[0]!.ref.data();
      else await finish(results);
    },
    results: () => Promise.all(results.map((result) => result.ref.data())),
    release() {
      drop();
      inputs.forEach((input) => input.dispose());
    },
  };
}

function f(x: JaxArray): JaxArray {
  const a = x.ref
    .mul(3)
    .add(np.sin(x.ref))
    .add(np.cos(np.square(x.ref)))
    .sub(np.cos(x.ref.mul(2)));
  return np.sum(a.sub(np.square(x.ref).mul(0.4).mul(np.power(x, 1.5))));
}

function wave(x: JaxArray, y: JaxArray): JaxArray {
  const r = np.square(x).add(np.square(y));
  return np.cos(r.ref).div(r.add(1));
}

const overOnes =
  (compute: (x: JaxArray) => JaxArray | readonly JaxArray[]): Prepare =>
  (n) =>
    session(compute, np.ones([n]));

const over =
  (
    make: (n: number) => Float32Array,
    compute: (x: JaxArray) => JaxArray | readonly JaxArray[],
    square = false,
  ): Prepare =>
  (n) =>
    session(compute, np.array(make(n), { shape: square ? [n, n] : [n] }));

const scalarLoop: Prepare = (n) => {
  const x = np.array(linspace(n));
  const jitted = jit(wave);
  const z = new Float64Array(n * n);
  const call = async (): Promise<void> => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        z[i * n + j] = (await jitted(x.ref.slice(i), x.ref.slice(j)).data())[0]!;
      }
    }
  };
  return { call, results: () => Promise.resolve([z]), release: () => x.dispose() };
};

const monteCarlo: Prepare = (paths) => {
  const { periods, beta, strike, mu, rho, nu, s0, h0 } = option;
  const price = jit((start: JaxArray) => {
    let key = start;
    let s = np.full([paths], Math.log(s0));
    let h = np.full([paths], h0);
    for (let t = 0; t < periods; t++) {
      const [next, subkey] = random.split(key) as unknown as [JaxArray, JaxArray];
      key = next;
      const [xi, eta] = random.normal(subkey, [2, paths]) as unknown as [JaxArray, JaxArray];
      s = s.add(mu).add(np.exp(h.ref).mul(xi));
      h = h.mul(rho).add(eta.mul(nu));
    }
    key.dispose();
    h.dispose();
    return np.mean(np.maximum(np.exp(s).sub(strike), 0)).mul(beta ** periods);
  });
  return session(price, random.key(1));
};

const networkStep: Prepare = (batch) => {
  const { inputs, hidden, classes, rate } = layers;
  const data = networkData(batch);
  const weights = [
    np.array(data.w1, { shape: [inputs, hidden] }),
    np.array(data.b1),
    np.array(data.w2, { shape: [hidden, classes] }),
    np.array(data.b2),
  ];
  const loss = ([w1, b1, w2, b2]: JaxArray[], x: JaxArray, labels: JaxArray): JaxArray => {
    const active = np.maximum(np.matmul(x, w1!).add(b1!), 0);
    const logits = np.matmul(active, w2!).add(b2!);
    const shifted = logits.ref.sub(np.max(logits, 1, { keepdims: true }));
    const total = np.log(np.sum(np.exp(shifted.ref), 1, { keepdims: true }));
    return np.mean(np.sum(labels.mul(shifted.sub(total)), 1)).neg();
  };
  const step = jit(
    (w1: JaxArray, b1: JaxArray, w2: JaxArray, b2: JaxArray, x: JaxArray, labels: JaxArray) => {
      const parameters = [w1, b1, w2, b2];
      const slope = valueAndGrad((each: JaxArray[]) => loss(each, x, labels));
      const [value, slopes] = slope(parameters.map((each) => each.ref));
      return [value, ...parameters.map((weight, k) => weight.sub(slopes[k]!.mul(rate)))];
    },
  );
  const examples = np.array(data.x, { shape: [batch, inputs] });
  const labels = np.array(data.labels, { shape: [batch, classes] });
  return session(step, ...weights, examples, labels);
};

const addMany =
  (n: number) =>
  (x: JaxArray, step: JaxArray): JaxArray => {
    let sum = x;
    for (let i = 0; i < n; i++) sum = sum.add(step.ref);
    step.dispose();
    return sum;
  };

const chain =
  (compiled: boolean): Prepare =>
  (n) =>
    session(
      compiled ? jit(addMany(n)) : addMany(n),
      np.array(additions.start),
      np.full([10], additions.step),
    );

const draw =
  (distribution: (key: JaxArray, shape: readonly number[]) => JaxArray): Prepare =>
  (n) =>
    session((key) => distribution(key, [n]), random.key(1));

const prepares: System["prepares"] = {
  eager: overOnes(f),
  jit: (n) => overOnes(jit(f))(n),
  "jit-odd": (n) => overOnes(jit(f))(n),
  "grid-vmap": (n) =>
    session((x) => vmap(vmap(jit(wave), [null, 0]), [0, null])(x.ref, x), np.linspace(-2, 2, n)),
  "grid-mesh": (n) => {
    const x = np.linspace(-2, 2, n);
    return session(jit(wave), ...np.meshgrid([x.ref, x]));
  },
  "scalar-loop": scalarLoop,
  "monte-carlo": monteCarlo,
  grad: (n) => overOnes(jit(valueAndGrad(f)))(n),
  mlp: networkStep,
  matmul: (n) =>
    session(
      (a, b) => np.matmul(a, b),
      np.array(matrices.left(n), { shape: [n, n] }),
      np.array(matrices.right(n), { shape: [n, n] }),
    ),
  sum: overOnes((x) => np.sum(x)),
  max: over(
    (n) => uniformData(n),
    (x) => np.max(x),
  ),
  cumsum: over(smallIntegers, (x) => np.cumsum(x)),
  sort: over(
    (n) => uniformData(n),
    (x) => np.sort(x),
  ),
  normal: draw((key, shape) => random.normal(key, shape)),
  uniform: draw((key, shape) => random.uniform(key, shape)),
  inv: over(matrices.invertible, (a) => np.linalg.inv(a), true),
  cholesky: over(matrices.positive, (a) => np.linalg.cholesky(a), true),
  eigh: over(matrices.symmetric, (a) => np.linalg.eigh(a), true),
  "eager-adds": chain(false),
  "jit-adds": chain(true),
  "jit-adds-20k": chain(true),
};

export async function openJaxJs(kind: "wasm" | "webgpu"): Promise<System> {
  const available = await init(kind);
  if (!available.includes(kind)) throw new Error(`jax-js has no ${kind} here`);
  defaultDevice(kind);
  if (kind === "webgpu") {
    // "Ready" says that the work was sent, not that it is done.
    finish = async (results) => {
      await blockUntilReady(results);
      await getWebGPUDevice().queue.onSubmittedWorkDone();
    };
  }
  return { device: kind, drawsAsJax: false, prepares };
}
