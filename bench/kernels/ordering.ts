/** Running sums and sorting: few threads, each with a long stretch of its own, so that almost nothing is shared. */
import { smallIntegers, uniformData } from "../inputs.ts";
import type { Session } from "../session.ts";
import { empty, kernelSession, upload, type Step } from "./gpu.ts";

const GROUPS = 32;
const THREADS = GROUPS * 32;

const scanCode = `
override quads: u32;
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> starts: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;

@compute @workgroup_size(32)
fn total(@builtin(global_invocation_id) id: vec3u) {
  let each = (quads + ${THREADS - 1}u) / ${THREADS}u;
  let last = min(quads, (id.x + 1u) * each);
  var sum = vec4f(0.0);
  for (var i = id.x * each; i < last; i++) { sum += x[i]; }
  starts[id.x] = dot(sum, vec4f(1.0));
}

@compute @workgroup_size(32)
fn scan(@builtin(global_invocation_id) id: vec3u) {
  let each = (quads + ${THREADS - 1}u) / ${THREADS}u;
  let last = min(quads, (id.x + 1u) * each);
  var sum = starts[id.x];
  for (var i = id.x * each; i < last; i++) {
    let v = x[i];
    let pairs = vec2f(v.x + v.y, v.z + v.w);
    sums[i] = sum + vec4f(v.x, pairs.x, pairs.x + v.z, pairs.x + pairs.y);
    sum += pairs.x + pairs.y;
  }
}`;

export function cumsum(device: GPUDevice, n: number): Session {
  if (n % 4 !== 0) throw new Error("these kernels take multiples of four");
  const x = upload(device, smallIntegers(n));
  const [starts, sums] = [empty(device, THREADS), empty(device, n)];
  const constants = { quads: n / 4 };
  return kernelSession(device, {
    steps: [
      { code: scanCode, entry: "total", constants, buffers: [x, starts], groups: GROUPS },
      { code: offsetsCode, buffers: [starts], groups: 1 },
      { code: scanCode, entry: "scan", constants, buffers: [x, starts, sums], groups: GROUPS },
    ],
    buffers: [x, starts, sums],
    outputs: [{ buffer: sums, length: n }],
  });
}

/** Where each thread's stretch starts. */
const offsetsCode = `
@group(0) @binding(0) var<storage, read_write> starts: array<f32>;
@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var t = 0u; t < ${THREADS}u; t++) { let each = starts[t]; starts[t] = sum; sum += each; }
}`;

const BITS = 11;
const BINS = 1 << BITS;
const SORT_GROUPS = 16;
const SORT_THREADS = SORT_GROUPS * 4;

/** One digit of a radix sort: every thread counts, then moves, a stretch of its own in order. */
const digitCode = `
override n: u32;
override shift: u32;
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> places: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

// Bits that compare as the numbers do: negative ones turn over.
fn digit(bits: u32) -> u32 {
  let key = bits ^ select(0x80000000u, 0xffffffffu, (bits & 0x80000000u) != 0u);
  return (key >> shift) & ${BINS - 1}u;
}

@compute @workgroup_size(4)
fn count(@builtin(global_invocation_id) id: vec3u) {
  let each = (n + ${SORT_THREADS - 1}u) / ${SORT_THREADS}u;
  for (var bin = 0u; bin < ${BINS}u; bin++) { places[bin * ${SORT_THREADS}u + id.x] = 0u; }
  let last = min(n, (id.x + 1u) * each);
  for (var i = id.x * each; i < last; i++) { places[digit(x[i]) * ${SORT_THREADS}u + id.x] += 1u; }
}

@compute @workgroup_size(4)
fn place(@builtin(global_invocation_id) id: vec3u) {
  let each = (n + ${SORT_THREADS - 1}u) / ${SORT_THREADS}u;
  let last = min(n, (id.x + 1u) * each);
  for (var i = id.x * each; i < last; i++) {
    let bits = x[i];
    let slot = digit(bits) * ${SORT_THREADS}u + id.x;
    let spot = places[slot];
    places[slot] = spot + 1u;
    y[spot] = bits;
  }
}`;

/** Where each thread's share of each digit starts. */
const placesCode = `
@group(0) @binding(0) var<storage, read_write> places: array<u32>;
var<workgroup> totals: array<u32, 256>;
@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
  let first = local * ${(BINS * SORT_THREADS) / 256}u;
  var sum = 0u;
  for (var i = 0u; i < ${(BINS * SORT_THREADS) / 256}u; i++) { sum += places[first + i]; }
  totals[local] = sum;
  workgroupBarrier();
  var start = 0u;
  for (var t = 0u; t < local; t++) { start += totals[t]; }
  for (var i = 0u; i < ${(BINS * SORT_THREADS) / 256}u; i++) {
    let each = places[first + i];
    places[first + i] = start;
    start += each;
  }
}`;

export function sort(device: GPUDevice, n: number): Session {
  const x = upload(device, uniformData(n));
  const places = empty(device, BINS * SORT_THREADS);
  const [a, b] = [empty(device, n), empty(device, n)];
  const steps = Array.from({ length: Math.ceil(32 / BITS) }, (_, pass): Step[] => {
    const [from, to] = pass % 2 === 0 ? [pass === 0 ? x : b, a] : [a, b];
    const constants = { n, shift: pass * BITS };
    return [
      { code: digitCode, entry: "count", constants, buffers: [from, places], groups: SORT_GROUPS },
      { code: placesCode, buffers: [places], groups: 1 },
      { code: digitCode, entry: "place", constants, buffers: [from, places, to], groups: SORT_GROUPS },
    ];
  }).flat();
  return kernelSession(device, { steps, buffers: [x, places, a, b], outputs: [{ buffer: a, length: n }] });
}
