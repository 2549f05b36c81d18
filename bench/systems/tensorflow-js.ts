/** The workloads as TensorFlow.js writes them. It has no compiler: what others compile runs operation by operation. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { additions } from "../checks.ts";
import { layers, linspace, matrices, networkData, option, smallIntegers, uniformData } from "../inputs.ts";
import type { Prepare, Session } from "../session.ts";
import type { System } from "../system.ts";

async function finish(): Promise<void> {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) return;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
  await backend.device.queue.onSubmittedWorkDone();
}

/** A session whose call is `compute` with everything temporary disposed of at its end. */
function session(compute: () => tf.Tensor | readonly tf.Tensor[], ...inputs: readonly tf.Tensor[]): Session {
  let results: readonly tf.Tensor[] = [];
  return {
    async call() {
      tf.dispose(results);
      results = tf.tidy(() => {
        const made = compute();
        return globalThis.Array.isArray(made) ? (made as readonly tf.Tensor[]) : [made as tf.Tensor];
      });
      if (results[0]!.rank === 0) await results[0]!.data();
      else await finish();
    },
    results: () => Promise.all(results.map((result) => result.data())),
    release() {
      tf.dispose(results);
      tf.dispose(inputs);
    },
  };
}

function f(x: tf.Tensor): tf.Tensor {
  // Inside a tidy of its own, so that no more is held than has to be.
  const a = tf.tidy(() => {
    const head = tf.add(tf.add(tf.mul(3, x), tf.sin(x)), tf.cos(tf.square(x)));
    const rest = tf.mul(tf.mul(tf.square(x), 0.4), tf.pow(x, 1.5));
    return tf.sub(tf.sub(head, tf.cos(tf.mul(2, x))), rest);
  });
  return tf.sum(a);
}

function wave(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const r = tf.add(tf.square(x), tf.square(y));
  return tf.div(tf.cos(r), tf.add(1, r));
}

function over(
  make: (n: number) => tf.Tensor,
  compute: (x: tf.Tensor) => tf.Tensor | readonly tf.Tensor[],
): Prepare {
  return (n) => {
    const x = make(n);
    return session(() => compute(x), x);
  };
}

const ones = (n: number): tf.Tensor => tf.ones([n]);

const scalarLoop: Prepare = (n) => {
  const x = tf.tensor(linspace(n));
  const z = new Float64Array(n * n);
  const isOnHost = !(tf.backend() instanceof WebGPUBackend);
  const call = async (): Promise<void> => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const value = tf.tidy(() => wave(tf.slice(x, i, 1), tf.slice(x, j, 1)));
        z[i * n + j] = (isOnHost ? value.dataSync() : await value.data())[0]!;
        value.dispose();
      }
    }
  };
  return { call, results: () => Promise.resolve([z]), release: () => x.dispose() };
};

function monteCarlo(paths: number): tf.Tensor {
  const { periods, beta, strike, mu, rho, nu, s0, h0 } = option;
  let s = tf.fill([paths], Math.log(s0));
  let h = tf.fill([paths], h0);
  for (let t = 0; t < periods; t++) {
    const [nextS, nextH] = tf.tidy((): [tf.Tensor, tf.Tensor] => {
      const xi = tf.randomNormal([paths]);
      const eta = tf.randomNormal([paths]);
      return [tf.add(tf.add(s, mu), tf.mul(tf.exp(h), xi)), tf.add(tf.mul(rho, h), tf.mul(nu, eta))];
    });
    tf.dispose([s, h]);
    [s, h] = [nextS, nextH];
  }
  const payoff = tf.tidy(() => tf.relu(tf.sub(tf.exp(s), strike)));
  return tf.mul(beta ** periods, tf.mean(payoff));
}

const networkStep: Prepare = (batch) => {
  const { inputs, hidden, classes, rate } = layers;
  const data = networkData(batch);
  const x = tf.tensor(data.x, [batch, inputs]);
  const labels = tf.tensor(data.labels, [batch, classes]);
  const weights = [
    tf.tensor(data.w1, [inputs, hidden]),
    tf.tensor(data.b1),
    tf.tensor(data.w2, [hidden, classes]),
    tf.tensor(data.b2),
  ];
  const loss = (...[w1, b1, w2, b2]: tf.Tensor[]): tf.Tensor => {
    const active = tf.relu(tf.add(tf.matMul(x, w1!), b1!));
    const logits = tf.add(tf.matMul(active, w2!), b2!);
    const shifted = tf.sub(logits, tf.max(logits, 1, true));
    const total = tf.log(tf.sum(tf.exp(shifted), 1, true));
    return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.sub(shifted, total)), 1)));
  };
  const slope = tf.valueAndGrads(loss);
  const step = (): tf.Tensor[] => {
    const { value, grads } = slope(weights);
    return [value, ...weights.map((weight, k) => tf.sub(weight, tf.mul(rate, grads[k]!)))];
  };
  return session(step, x, labels, ...weights);
};

const prepares: System["prepares"] = {
  eager: over(ones, f),
  "grid-vmap": over(
    (n) => tf.linspace(-2, 2, n),
    (x) => wave(tf.reshape(x, [-1, 1]), tf.reshape(x, [1, -1])),
  ),
  "grid-mesh": (n) => {
    const x = tf.linspace(-2, 2, n);
    const mesh = tf.meshgrid(x, x);
    return session(() => wave(...mesh), x, ...mesh);
  },
  "scalar-loop": scalarLoop,
  "monte-carlo": (paths) => session(() => monteCarlo(paths)),
  grad: over(ones, (x) => {
    const { value, grad } = tf.valueAndGrad(f)(x);
    return [value, grad];
  }),
  mlp: networkStep,
  matmul: (n) => {
    const a = tf.tensor(matrices.left(n), [n, n]);
    const b = tf.tensor(matrices.right(n), [n, n]);
    return session(() => tf.matMul(a, b), a, b);
  },
  sum: over(ones, (x) => tf.sum(x)),
  max: over(
    (n) => tf.tensor(uniformData(n)),
    (x) => tf.max(x),
  ),
  cumsum: over(
    (n) => tf.tensor(smallIntegers(n)),
    (x) => tf.cumsum(x),
  ),
  // It has no sort: the n largest, turned around.
  sort: (n) => {
    const x = tf.tensor(uniformData(n));
    return session(() => tf.reverse(tf.topk(x, n, true).values), x);
  },
  normal: (n) => session(() => tf.randomNormal([n])),
  uniform: (n) => session(() => tf.randomUniform([n])),
  "eager-adds": (n) => {
    const x = tf.tensor(additions.start);
    const step = tf.fill([10], additions.step);
    const add = (): tf.Tensor => {
      let sum = tf.add(x, step);
      for (let i = 1; i < n; i++) {
        const next = tf.add(sum, step);
        sum.dispose();
        sum = next;
      }
      return sum;
    };
    return session(add, x, step);
  },
};

/** `wasmFolder` is where its WebAssembly files are served. */
export async function openTensorFlowJs(kind: "wasm" | "webgpu", wasmFolder: string): Promise<System> {
  if (kind === "wasm") {
    setWasmPaths(wasmFolder);
    setThreadsCount(navigator.hardwareConcurrency);
  }
  if (!(await tf.setBackend(kind))) throw new Error(`TensorFlow.js has no ${kind} here`);
  await tf.ready();
  const device = kind === "wasm" ? `wasm, ${getThreadsCount()} threads` : "webgpu";
  return { device, drawsAsJax: false, prepares };
}
