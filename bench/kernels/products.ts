/** Matrix products: a thread keeps a block of results in registers, eight rows by eight columns. */
import { layers, matrices, networkData } from "../inputs.ts";
import type { Session } from "../session.ts";
import { empty, kernelSession, sumOf, upload, type Step } from "./gpu.ts";

interface Product {
  /** Extents: m by k times k by n; multiples of eight (m and n) and four (k). */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Reads the left matrix as k by m. */
  readonly leftTransposed?: boolean;
  /** Declares further bindings, from the fourth on. */
  readonly bindings?: string;
  /** What is stored for four columns of a row from their sums `v`; `at` is their place in the result. */
  readonly store?: string;
}

function productCode({
  m,
  n,
  k,
  leftTransposed = false,
  bindings = "",
  store = "c[at] = v;",
}: Product): string {
  const rows = [0, 1, 2, 3, 4, 5, 6, 7];
  // Four steps of the sum at a time: blocks of the left matrix run along k, or along its rows where it is transposed.
  const left = (row: number, step: number): string =>
    leftTransposed ? `part${row >> 2}[${row % 4}]` : `row${row}[${step}]`;
  const steps = [0, 1, 2, 3].map((step) => {
    const parts = [0, 1].map(
      (part) => `let part${part} = a[(4u * p + ${step}u) * ${m / 4}u + 2u * id.y + ${part}u];`,
    );
    const sums = rows.map(
      (row) => `low${row} += ${left(row, step)} * low; high${row} += ${left(row, step)} * high;`,
    );
    return `{
      let low = b[(4u * p + ${step}u) * ${n / 4}u + 2u * id.x];
      let high = b[(4u * p + ${step}u) * ${n / 4}u + 2u * id.x + 1u];
      ${[...(leftTransposed ? parts : []), ...sums].join("\n      ")}
    }`;
  });
  const blocks = rows.map((row) => `let row${row} = a[(8u * id.y + ${row}u) * ${k / 4}u + p];`);
  return `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
${bindings}
fn put(at: u32, column: u32, v: vec4f) { ${store} }
@compute @workgroup_size(4, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${n / 8}u || id.y >= ${m / 8}u) { return; }
  ${rows.map((row) => `var low${row} = vec4f(0.0); var high${row} = vec4f(0.0);`).join("\n  ")}
  for (var p = 0u; p < ${k / 4}u; p++) {
    ${leftTransposed ? "" : blocks.join("\n    ")}
    ${steps.join("\n    ")}
  }
  let at = id.y * ${2 * n}u + 2u * id.x;
  ${rows.map((row) => `put(at + ${(row * n) / 4}u, 2u * id.x, low${row}); put(at + ${(row * n) / 4 + 1}u, 2u * id.x + 1u, high${row});`).join("\n  ")}
}`;
}

function product(extents: Product, buffers: readonly GPUBuffer[]): Step {
  const groups = [Math.ceil(extents.n / 32), Math.ceil(extents.m / 32)] as const;
  return { code: productCode(extents), buffers, groups };
}

export function matmul(device: GPUDevice, n: number): Session {
  const [a, b, c] = [
    upload(device, matrices.left(n)),
    upload(device, matrices.right(n)),
    empty(device, n * n),
  ];
  return kernelSession(device, {
    steps: [product({ m: n, n, k: n }, [a, b, c])],
    buffers: [a, b, c],
    outputs: [{ buffer: c, length: n * n }],
  });
}

const { inputs, hidden, classes, rate } = layers;

/** From the hidden layer to the loss and the error of the logits: a thread takes an example. */
const lossCode = (batch: number): string => `
@group(0) @binding(0) var<storage, read> units: array<vec4f>;
@group(0) @binding(1) var<storage, read> w2: array<f32>;
@group(0) @binding(2) var<storage, read> b2: array<f32>;
@group(0) @binding(3) var<storage, read> labels: array<f32>;
@group(0) @binding(4) var<storage, read_write> error: array<f32>;
@group(0) @binding(5) var<storage, read_write> loss: array<f32>;
@group(0) @binding(6) var<storage, read_write> back: array<vec4f>;
@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${batch}u) { return; }
  var logits: array<f32, ${classes}>;
  for (var c = 0u; c < ${classes}u; c++) { logits[c] = b2[c]; }
  for (var j = 0u; j < ${hidden / 4}u; j++) {
    let v = units[id.x * ${hidden / 4}u + j];
    for (var c = 0u; c < ${classes}u; c++) {
      let w = 4u * j * ${classes}u + c;
      logits[c] += dot(v, vec4f(w2[w], w2[w + ${classes}u], w2[w + ${2 * classes}u], w2[w + ${3 * classes}u]));
    }
  }
  var most = logits[0];
  for (var c = 1u; c < ${classes}u; c++) { most = max(most, logits[c]); }
  var total = 0.0;
  for (var c = 0u; c < ${classes}u; c++) { total += exp(logits[c] - most); }
  let base = most + log(total);
  var sum = 0.0;
  for (var c = 0u; c < ${classes}u; c++) {
    let label = labels[id.x * ${classes}u + c];
    sum += label * (base - logits[c]);
    logits[c] = (exp(logits[c] - base) - label) / ${batch}.0;
    error[id.x * ${classes}u + c] = logits[c];
  }
  loss[id.x] = sum / ${batch}.0;
  for (var j = 0u; j < ${hidden / 4}u; j++) {
    var v = vec4f(0.0);
    for (var c = 0u; c < ${classes}u; c++) {
      let w = 4u * j * ${classes}u + c;
      v += logits[c] * vec4f(w2[w], w2[w + ${classes}u], w2[w + ${2 * classes}u], w2[w + ${3 * classes}u]);
    }
    back[id.x * ${hidden / 4}u + j] = select(vec4f(0.0), v, units[id.x * ${hidden / 4}u + j] > vec4f(0.0));
  }
}`;

/** The small updates: a thread sums over the batch for one weight of the second layer, or one bias. */
const updateCode = (batch: number): string => `
@group(0) @binding(0) var<storage, read> units: array<f32>;
@group(0) @binding(1) var<storage, read> error: array<f32>;
@group(0) @binding(2) var<storage, read> back: array<f32>;
@group(0) @binding(3) var<storage, read> w2: array<f32>;
@group(0) @binding(4) var<storage, read> biases: array<f32>;
@group(0) @binding(5) var<storage, read_write> next_w2: array<f32>;
@group(0) @binding(6) var<storage, read_write> next_biases: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0.0;
  if (id.x < ${hidden * classes}u) {
    let j = id.x / ${classes}u;
    let c = id.x % ${classes}u;
    for (var r = 0u; r < ${batch}u; r++) { sum += units[r * ${hidden}u + j] * error[r * ${classes}u + c]; }
    next_w2[id.x] = w2[id.x] - ${rate} * sum;
    return;
  }
  let bias = id.x - ${hidden * classes}u;
  if (bias < ${hidden}u) {
    for (var r = 0u; r < ${batch}u; r++) { sum += back[r * ${hidden}u + bias]; }
  } else if (bias < ${hidden + classes}u) {
    for (var r = 0u; r < ${batch}u; r++) { sum += error[r * ${classes}u + bias - ${hidden}u]; }
  } else {
    return;
  }
  next_biases[bias] = biases[bias] - ${rate} * sum;
}`;

/** One step of training: two products for the first layer, one kernel around the loss, one for all small updates. */
export function networkStep(device: GPUDevice, batch: number): Session {
  const data = networkData(batch);
  const both = new Float32Array(hidden + classes);
  both.set(data.b1);
  both.set(data.b2, hidden);
  const x = upload(device, data.x);
  const labels = upload(device, data.labels);
  const [w1, b1, w2, b2] = [data.w1, data.b1, data.w2, data.b2].map((each) => upload(device, each)) as [
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
  ];
  const biases = upload(device, both);
  const [units, back] = [empty(device, batch * hidden), empty(device, batch * hidden)];
  const [error, loss] = [empty(device, batch * classes), empty(device, batch)];
  const [nextW1, nextW2] = [empty(device, inputs * hidden), empty(device, hidden * classes)];
  const nextBiases = empty(device, hidden + classes);
  const forward = product(
    {
      m: batch,
      n: hidden,
      k: inputs,
      bindings: "@group(0) @binding(3) var<storage, read> bias: array<vec4f>;",
      store: "c[at] = max(v + bias[column], vec4f(0.0));",
    },
    [x, w1, units, b1],
  );
  const descent = product(
    {
      m: inputs,
      n: hidden,
      k: batch,
      leftTransposed: true,
      bindings: "@group(0) @binding(3) var<storage, read> w: array<vec4f>;",
      store: `c[at] = w[at] - ${rate} * v;`,
    },
    [x, back, nextW1, w1],
  );
  const steps: Step[] = [
    forward,
    {
      code: lossCode(batch),
      buffers: [units, w2, b2, labels, error, loss, back],
      groups: Math.ceil(batch / 32),
    },
    descent,
    {
      code: updateCode(batch),
      buffers: [units, error, back, w2, biases, nextW2, nextBiases],
      groups: Math.ceil((hidden * classes + hidden + classes) / 64),
    },
  ];
  const session = kernelSession(device, {
    steps,
    buffers: [x, labels, w1, b1, w2, b2, biases, units, back, error, loss, nextW1, nextW2, nextBiases],
    outputs: [
      { buffer: nextW1, length: inputs * hidden },
      { buffer: nextBiases, length: hidden + classes },
      { buffer: nextW2, length: hidden * classes },
    ],
    scalar: { partials: loss, length: batch, finish: sumOf },
  });
  const results = async () => {
    const [value, first, rest, second] = (await session.results()) as Float32Array[];
    return [value!, first!, rest!.subarray(0, hidden), second!, rest!.subarray(hidden)];
  };
  return { ...session, results };
}
