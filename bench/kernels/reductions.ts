/** Sums and maxima of one array: four numbers a load, few long-lived threads, partial results finished on the host. */
import { uniformData } from "../inputs.ts";
import type { Session } from "../session.ts";
import { empty, groupsOn, kernelSession, sumOf, upload } from "./gpu.ts";

/** The lecture's f on four numbers at once. */
export const fInWgsl = `fn f(v: vec4f) -> vec4f {
  return 3.0 * v + sin(v) + cos(v * v) - cos(2.0 * v) - v * v * 0.4 * v * sqrt(v);
}`;

interface Reduction {
  readonly start: string;
  /** What the vector `sum` becomes with the next four numbers `v`. */
  readonly step: string;
  /** The same for what is left over. */
  readonly tail: string;
  /** One number of the vector. */
  readonly inside: string;
  readonly join: string;
}

const adding = (map: (v: string) => string): Reduction => ({
  start: "0.0",
  step: `sum + ${map("v")}`,
  tail: `sum.x + ${map("vec4f(last)")}.x`,
  inside: "dot(sum, vec4f(1.0))",
  join: "a + b",
});

const reductions = {
  f: adding((v) => `f(${v})`),
  sum: adding((v) => v),
  max: {
    start: "-3.4e38",
    step: "max(sum, v)",
    tail: "max(sum.x, last)",
    inside: "max(max(sum.x, sum.y), max(sum.z, sum.w))",
    join: "max(a, b)",
  },
} satisfies Record<string, Reduction>;

function code({ start, step, tail, inside, join }: Reduction, groups: number): string {
  return `
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>;
var<workgroup> shared_sum: array<f32, 64>;
${fInWgsl}
fn join(a: f32, b: f32) -> f32 { return ${join}; }
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let whole = n / 4u;
  let each = (whole + ${groups * 64 - 1}u) / ${groups * 64}u;
  var sum = vec4f(${start});
  let first = group.x * 64u * each + local;
  for (var k = 0u; k < each; k++) {
    let i = first + k * 64u;
    if (i < whole) { let v = x[i]; sum = ${step}; }
  }
  if (group.x == 0u && local < n % 4u) { let last = x[whole][local]; sum.x = ${tail}; }
  shared_sum[local] = ${inside};
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) { shared_sum[local] = join(shared_sum[local], shared_sum[local + half]); }
    workgroupBarrier();
  }
  if (local == 0u) { partial[group.x] = shared_sum[0]; }
}`;
}

function reduction(
  device: GPUDevice,
  kind: keyof typeof reductions,
  data: Float32Array<ArrayBuffer>,
): Session {
  const x = upload(device, data);
  const groups = groupsOn(device);
  const partials = empty(device, groups);
  const finish =
    kind === "max" ? (values: Float32Array) => Math.max(...values) : (values: Float32Array) => sumOf(values);
  return kernelSession(device, {
    steps: [
      { code: code(reductions[kind], groups), constants: { n: data.length }, buffers: [x, partials], groups },
    ],
    buffers: [x, partials],
    scalar: { partials, length: groups, finish },
  });
}

export const sumOfF = (device: GPUDevice, n: number): Session =>
  reduction(device, "f", new Float32Array(n).fill(1));

export const sum = (device: GPUDevice, n: number): Session =>
  reduction(device, "sum", new Float32Array(n).fill(1));

export const max = (device: GPUDevice, n: number): Session => reduction(device, "max", uniformData(n));
