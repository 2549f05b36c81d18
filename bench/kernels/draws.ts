/** Random draws by threefry: a block of the cipher gives two numbers, and a thread computes four blocks at once. */
import { option } from "../inputs.ts";
import type { Session } from "../session.ts";
import { empty, groupsOn, kernelSession, sumOf, upload } from "./gpu.ts";

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const PARITY = 0x1bd11bda;

/** The cipher in WGSL, all twenty rounds written out. */
function threefryInWgsl(): string {
  const lines = Array.from({ length: 5 }, (_, group) => {
    const rounds = ROTATIONS[group % 2]!.map(
      (by) => `x += y; y = ((y << vec4u(${by}u)) | (y >> vec4u(${32 - by}u))) ^ x;`,
    );
    return `${rounds.join(" ")} x += k${(group + 1) % 3}; y += k${(group + 2) % 3} + ${group + 1}u;`;
  });
  return `struct Pair { x: vec4u, y: vec4u }
fn threefry(key: vec2u, first: vec4u, second: vec4u) -> Pair {
  let k0 = vec4u(key.x); let k1 = vec4u(key.y); let k2 = vec4u(key.x ^ key.y ^ ${PARITY}u);
  var x = first + k0; var y = second + k1;
  ${lines.join("\n  ")}
  return Pair(x, y);
}`;
}

const uniformInWgsl = `fn fraction(bits: vec4u) -> vec4f {
  return bitcast<vec4f>((bits >> vec4u(9u)) | vec4u(0x3f800000u)) - 1.0;
}`;

/** The inverse of the normal distribution by Giles' polynomials, as XLA draws normals. */
const normalInWgsl = `fn normal(bits: vec4u) -> vec4f {
  let u = max(fraction(bits) * 2.0 - 0.99999994, vec4f(-0.99999994));
  let w = -log((1.0 - u) * (1.0 + u));
  let a = w - 2.5;
  var p = vec4f(2.81022636e-08);
  p = fma(p, a, vec4f(3.43273939e-07)); p = fma(p, a, vec4f(-3.5233877e-06));
  p = fma(p, a, vec4f(-4.39150654e-06)); p = fma(p, a, vec4f(0.00021858087));
  p = fma(p, a, vec4f(-0.00125372503)); p = fma(p, a, vec4f(-0.00417768164));
  p = fma(p, a, vec4f(0.246640727)); p = fma(p, a, vec4f(1.50140941));
  if (any(w >= vec4f(5.0))) {
    let b = sqrt(w) - 3.0;
    var q = vec4f(-0.000200214257);
    q = fma(q, b, vec4f(0.000100950558)); q = fma(q, b, vec4f(0.00134934322));
    q = fma(q, b, vec4f(-0.00367342844)); q = fma(q, b, vec4f(0.00573950773));
    q = fma(q, b, vec4f(-0.0076224613)); q = fma(q, b, vec4f(0.00943887047));
    q = fma(q, b, vec4f(1.00167406)); q = fma(q, b, vec4f(2.83297682));
    p = select(p, q, w >= vec4f(5.0));
  }
  return 1.41421354 * p * u;
}`;

function drawCode(map: "fraction" | "normal", groups: number): string {
  return `
override quads: u32;
@group(0) @binding(0) var<storage, read_write> z: array<vec4f>;
${threefryInWgsl()}
${uniformInWgsl}
${normalInWgsl}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < quads; i += ${groups * 64}u) {
    let first = 4u * i + vec4u(0u, 1u, 2u, 3u);
    let pair = threefry(vec2u(0u, 1u), first, first + 4u * quads);
    z[i] = ${map}(pair.x);
    z[i + quads] = ${map}(pair.y);
  }
}`;
}

function draw(device: GPUDevice, n: number, map: "fraction" | "normal"): Session {
  if (n % 8 !== 0) throw new Error("these kernels take multiples of eight");
  const z = empty(device, n);
  return kernelSession(device, {
    steps: [
      {
        code: drawCode(map, groupsOn(device)),
        constants: { quads: n / 8 },
        buffers: [z],
        groups: groupsOn(device),
      },
    ],
    buffers: [z],
    outputs: [{ buffer: z, length: n }],
  });
}

export const normal = (device: GPUDevice, n: number): Session => draw(device, n, "normal");
export const uniform = (device: GPUDevice, n: number): Session => draw(device, n, "fraction");

const priceCode = (groups: number): string => `
override n: u32;
@group(0) @binding(0) var<storage, read> keys: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>;
var<workgroup> shared_sum: array<f32, 64>;
${threefryInWgsl()}
${uniformInWgsl}
${normalInWgsl}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32,
        @builtin(workgroup_id) group: vec3u) {
  var sum = vec4f(0.0);
  for (var i = id.x; i < n / 4u; i += ${groups * 64}u) {
    let path = 4u * i + vec4u(0u, 1u, 2u, 3u);
    var s = vec4f(${Math.log(option.s0)});
    var h = vec4f(${option.h0.toFixed(1)});
    for (var t = 0u; t < ${option.periods}u; t++) {
      let pair = threefry(keys[t], path, path + n);
      s = s + ${option.mu} + exp(h) * normal(pair.x);
      h = ${option.rho} * h + ${option.nu} * normal(pair.y);
    }
    sum += max(exp(s) - ${option.strike.toFixed(1)}, vec4f(0.0));
  }
  shared_sum[local] = dot(sum, vec4f(1.0));
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) { shared_sum[local] += shared_sum[local + half]; }
    workgroupBarrier();
  }
  if (local == 0u) { partial[group.x] = shared_sum[0]; }
}`;

/** The price of the lecture's option: a path never leaves its thread. */
export function monteCarlo(device: GPUDevice, paths: number): Session {
  if (paths % 4 !== 0) throw new Error("these kernels take multiples of four");
  const keys = upload(device, subkeys());
  const groups = groupsOn(device);
  const partials = empty(device, groups);
  const discount = option.beta ** option.periods / paths;
  return kernelSession(device, {
    steps: [{ code: priceCode(groups), constants: { n: paths }, buffers: [keys, partials], groups }],
    buffers: [keys, partials],
    scalar: { partials, length: groups, finish: (values) => discount * sumOf(values) },
  });
}

/** The key of each period, split from the seed 1 as JAX splits it. */
function subkeys(): Uint32Array<ArrayBuffer> {
  const keys = new Uint32Array(2 * option.periods);
  let key: readonly [number, number] = [0, 1];
  for (let t = 0; t < option.periods; t++) {
    const [a, c] = threefry(key, 0, 2);
    const [b, d] = threefry(key, 1, 3);
    keys.set([c, d], 2 * t);
    key = [a, b];
  }
  return keys;
}

function threefry(key: readonly [number, number], first: number, second: number): [number, number] {
  const words = [key[0], key[1], key[0] ^ key[1] ^ PARITY] as const;
  let x = (first + words[0]) | 0;
  let y = (second + words[1]) | 0;
  for (let group = 0; group < 5; group++) {
    for (const by of ROTATIONS[group % 2]!) {
      x = (x + y) | 0;
      y = ((y << by) | (y >>> (32 - by))) ^ x;
    }
    x = (x + words[((group + 1) % 3) as 0 | 1 | 2]) | 0;
    y = (y + words[((group + 2) % 3) as 0 | 1 | 2] + group + 1) | 0;
  }
  return [x >>> 0, y >>> 0];
}
