/** The grid, the gradient and chains of additions: no more work than the formulas ask for. */
import { additions } from "../checks.ts";
import { linspace } from "../inputs.ts";
import type { Session } from "../session.ts";
import { empty, groupsOn, kernelSession, sumOf, upload, type Step } from "./gpu.ts";

/** A thread keeps four columns and goes down its share of the rows. */
const gridCode = `
override n: u32;
override rows: u32;
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> z: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = n / 4u;
  if (id.x >= columns) { return; }
  let y = x[id.x] * x[id.x];
  let last = min(n, (id.y + 1u) * rows);
  for (var i = id.y * rows; i < last; i++) {
    let u = x[i / 4u][i % 4u];
    let r = u * u + y;
    z[i * columns + id.x] = cos(r) / (1.0 + r);
  }
}`;

function checkQuads(n: number): void {
  if (n % 4 !== 0) throw new Error("these kernels take multiples of four");
}

export function gridByRows(device: GPUDevice, n: number): Session {
  checkQuads(n);
  const x = upload(device, linspace(n));
  const z = empty(device, n * n);
  const slices = 16;
  return kernelSession(device, {
    steps: [
      {
        code: gridCode,
        constants: { n, rows: Math.ceil(n / slices) },
        buffers: [x, z],
        groups: [Math.ceil(n / 256), slices],
      },
    ],
    buffers: [x, z],
    outputs: [{ buffer: z, length: n * n }],
  });
}

const meshCode = (groups: number): string => `
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> z: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < n; i += ${groups * 64}u) {
    let r = x[i] * x[i] + y[i] * y[i];
    z[i] = cos(r) / (1.0 + r);
  }
}`;

export function gridByMesh(device: GPUDevice, n: number): Session {
  checkQuads(n);
  const groups = groupsOn(device);
  const line = linspace(n);
  const [x, y, z] = [empty(device, n * n), empty(device, n * n), empty(device, n * n)];
  const columns = new Float32Array(n * n);
  for (let i = 0; i < n; i++) columns.set(line, i * n);
  device.queue.writeBuffer(x, 0, columns);
  for (let i = 0; i < n; i++) columns.fill(line[i]!, i * n, (i + 1) * n);
  device.queue.writeBuffer(y, 0, columns);
  return kernelSession(device, {
    steps: [{ code: meshCode(groups), constants: { n: (n * n) / 4 }, buffers: [x, y, z], groups }],
    buffers: [x, y, z],
    outputs: [{ buffer: z, length: n * n }],
  });
}

const pointCode = `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> at: array<u32>;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;
@compute @workgroup_size(1)
fn main() {
  let r = x[at[0]] * x[at[0]] + x[at[1]] * x[at[1]];
  z[0] = cos(r) / (1.0 + r);
}`;

/** One dispatch and one value read back for each point: what a loop on the host over device scalars comes to. */
export function scalarLoop(device: GPUDevice, n: number): Session {
  const [x, at, z] = [upload(device, linspace(n)), empty(device, 2), empty(device, 1)];
  const value = (values: Float32Array): number => values[0]!;
  const point = kernelSession(device, {
    steps: [{ code: pointCode, buffers: [x, at, z], groups: 1 }],
    buffers: [x, at, z],
    scalar: { partials: z, length: 1, finish: value },
  });
  const values = new Float64Array(n * n);
  const call = async (): Promise<void> => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        device.queue.writeBuffer(at, 0, new Uint32Array([i, j]));
        await point.call();
        values[i * n + j] = (await point.results())[0]![0]!;
      }
    }
  };
  return { call, results: () => Promise.resolve([values]), release: () => point.release() };
}

const gradientCode = (groups: number): string => `
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> slope: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
var<workgroup> shared_sum: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32,
        @builtin(workgroup_id) group: vec3u) {
  var sum = vec4f(0.0);
  for (var i = id.x; i < n; i += ${groups * 64}u) {
    let v = x[i];
    let square = v * v;
    let power = square * sqrt(v);
    sum += 3.0 * v + sin(v) + cos(square) - cos(2.0 * v) - 0.4 * v * power;
    slope[i] = 3.0 + cos(v) - 2.0 * v * sin(square) + 2.0 * sin(2.0 * v) - 1.4 * power;
  }
  shared_sum[local] = dot(sum, vec4f(1.0));
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) { shared_sum[local] += shared_sum[local + half]; }
    workgroupBarrier();
  }
  if (local == 0u) { partial[group.x] = shared_sum[0]; }
}`;

export function valueAndGrad(device: GPUDevice, n: number): Session {
  checkQuads(n);
  const x = upload(device, new Float32Array(n).fill(1));
  const groups = groupsOn(device);
  const [slope, partials] = [empty(device, n), empty(device, groups)];
  return kernelSession(device, {
    steps: [{ code: gradientCode(groups), constants: { n: n / 4 }, buffers: [x, slope, partials], groups }],
    buffers: [x, slope, partials],
    outputs: [{ buffer: slope, length: n }],
    scalar: { partials, length: groups, finish: sumOf },
  });
}

const addCode = `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> step: array<f32>;
@group(0) @binding(2) var<storage, read_write> sum: array<f32>;
@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < 10u) { sum[id.x] = x[id.x] + step[id.x]; }
}`;

/** A dispatch for each addition, all in one pass. */
export function eagerAdds(device: GPUDevice, n: number): Session {
  const x = upload(device, additions.start);
  const step = upload(device, new Float32Array(10).fill(additions.step));
  const sums = [empty(device, 10), empty(device, 10)] as const;
  const steps = Array.from({ length: n }, (_, i): Step => {
    const [from, to] = i % 2 === 0 ? [sums[1], sums[0]] : sums;
    return { code: addCode, buffers: [i === 0 ? x : from, step, to], groups: 1 };
  });
  const buffer = sums[(n + 1) % 2]!;
  return kernelSession(device, { steps, buffers: [x, step, ...sums], outputs: [{ buffer, length: 10 }] });
}

const chainCode = `
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> step: array<f32>;
@group(0) @binding(2) var<storage, read_write> sum: array<f32>;
@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= 10u) { return; }
  let each = step[id.x];
  var total = x[id.x];
  for (var i = 0u; i < n; i++) { total += each; }
  sum[id.x] = total;
}`;

/** All additions in one kernel. */
export function fusedAdds(device: GPUDevice, n: number): Session {
  const x = upload(device, additions.start);
  const step = upload(device, new Float32Array(10).fill(additions.step));
  const sum = empty(device, 10);
  return kernelSession(device, {
    steps: [{ code: chainCode, constants: { n }, buffers: [x, step, sum], groups: 1 }],
    buffers: [x, step, sum],
    outputs: [{ buffer: sum, length: 10 }],
  });
}
