import { output, type BufferRef } from "../../plan.ts";
import { declarePairs, mostSweeps, pairsOf, planFlags, planOrder, planScale, roundsOf } from "./jacobi.ts";
import { isUnusual, notANumber, type MatrixPlan, type Writer } from "./matrix-plan.ts";
import { planUnit } from "./qr.ts";

/** Elements this small beside the diagonal of a matrix near 1 count as zero. */
const negligible = "1e-9f";

/**
 * Cyclic Jacobi with parallel ordering (R. P. Brent, F. T. Luk, 1985). A round turns n/2 disjoint pairs of rows and
 * columns at once; a thread takes the two by two block where two pairs meet and finds both rotations for itself, from
 * the matrix before the round, so that a round is one pass from one copy to the other.
 */
export function planEigh(plan: MatrixPlan, n: number): void {
  const copies = [plan.memory(n * n), plan.memory(n * n)] as const;
  const vectors = plan.memory(n * n);
  plan.evaluate(0, copies[0], n, n);
  const scales = planScale(plan, copies[0], n * n);
  const flags = planFlags(plan, n);
  planUnit(plan, vectors, n, n);
  const rounds = [
    plan.each((w) => turn(w, copies[0], copies[1], vectors, flags)),
    plan.each((w) => turn(w, copies[1], copies[0], vectors, flags)),
  ];
  const [pairs, perSweep] = [pairsOf(n), roundsOf(n)];
  let count = 0;
  for (let sweep = 0; sweep < mostSweeps(n); sweep++) {
    for (let round = 0; round < perSweep; round++) {
      rounds[count % 2]!(plan.batch * pairs * pairs, 8, n, pairs, perSweep, round, sweep, mostSweeps(n) + 1);
      count += 1;
    }
  }
  const place = (matrix: string, i: string, size: string): string =>
    `(${matrix} * ${size} + ${i}) * ${size} + ${i}`;
  const order = planOrder(plan, { from: copies[count % 2]!, place }, n, "<", scales, output(1));
  // Numbers: n.
  const gather = plan.each((w) => [
    `let j = unit % ${w.number(0)};`,
    `let i = unit / ${w.number(0)} % ${w.number(0)};`,
    `let matrix = unit / (${w.number(0)} * ${w.number(0)});`,
    `let index = ${w.buffer(order, false, "u32")}[matrix * ${w.number(0)} + j];`,
    `let value = ${w.buffer(vectors)}[(matrix * ${w.number(0)} + index) * ${w.number(0)} + i];`,
    `let strange = ${isUnusual(`${w.buffer(scales)}[matrix]`)};`,
    `${w.buffer(output(0), true)}[unit] = select(value, ${notANumber(w)}, strange);`,
  ]);
  gather(plan.batch * n * n, 1, n);
}

/** One round. Numbers: n, pairs, rounds of a sweep, round, sweep, flags a matrix. */
function turn(
  w: Writer,
  before: BufferRef,
  after: BufferRef,
  vectors: BufferRef,
  flags: BufferRef,
): string[] {
  const [n, pairs, rounds, round, sweep] = [0, 1, 2, 3, 4].map((k) => w.number(k)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const a = w.buffer(before);
  const b = w.buffer(after, true);
  const v = w.buffer(vectors, true);
  const flag = w.buffer(flags, true, "atomic<u32>");
  declarePairs(w);
  w.shader.declare(rotationFunction(a));
  return [
    `let matrix = unit / (${pairs} * ${pairs});`,
    `let first = matrix * ${w.number(5)};`,
    // Nothing was turned in the whole sweep before: both copies are the result.
    `if (${sweep} > 0u && atomicLoad(&${flag}[first + ${sweep} - 1u]) == 0u) { return; }`,
    `let base = matrix * ${n} * ${n};`,
    `let left = pair_of(unit / ${pairs} % ${pairs}, ${round}, ${rounds});`,
    `let right = pair_of(unit % ${pairs}, ${round}, ${rounds});`,
    `let own = rotation(base, ${n}, right);`,
    ...turnVectors(v, n, pairs),
    "if (left.x > right.x) { return; }",
    "let p = base + left.x * " + `${n};`,
    "let q = base + left.y * " + `${n};`,
    `let hasP = right.y < ${n};`,
    `let hasQ = left.y < ${n};`,
    "if (left.x == right.x) {",
    `  if (own.z != 0f) { atomicStore(&${flag}[first + ${sweep}], 1u); }`,
    `  let shift = own.z * select(0f, ${a}[p + min(left.y, ${n} - 1u)], hasQ);`,
    `  ${b}[p + left.x] = ${a}[p + left.x] - shift;`,
    "  if (hasQ) {",
    `    ${b}[q + left.y] = ${a}[q + left.y] + shift;`,
    `    let beside = select(${a}[p + left.y], 0f, own.z != 0f);`,
    `    ${b}[p + left.y] = beside;`,
    `    ${b}[q + left.x] = beside;`,
    "  }",
    "  return;",
    "}",
    `let other = rotation(base, ${n}, left);`,
    // The block (x, y) before the rotations: absent rows and columns count as zero.
    `let last = ${n} - 1u;`,
    `let pp = ${a}[p + right.x];`,
    `let pq = select(0f, ${a}[p + min(right.y, last)], hasP);`,
    `let qp = select(0f, ${a}[base + min(left.y, last) * ${n} + right.x], hasQ);`,
    `let qq = select(0f, ${a}[base + min(left.y, last) * ${n} + min(right.y, last)], hasP && hasQ);`,
    "let upper = vec2<f32>(other.x * pp - other.y * qp, other.x * pq - other.y * qq);",
    "let lower = vec2<f32>(other.y * pp + other.x * qp, other.y * pq + other.x * qq);",
    "let upperX = own.x * upper.x - own.y * upper.y;",
    "let upperY = own.y * upper.x + own.x * upper.y;",
    "let lowerX = own.x * lower.x - own.y * lower.y;",
    "let lowerY = own.y * lower.x + own.x * lower.y;",
    // Both triangles are written, from one of them.
    ...storeBoth(b, n, "left.x", "right.x", "upperX", ""),
    ...storeBoth(b, n, "left.x", "right.y", "upperY", "if (hasP) "),
    ...storeBoth(b, n, "left.y", "right.x", "lowerX", "if (hasQ) "),
    ...storeBoth(b, n, "left.y", "right.y", "lowerY", "if (hasP && hasQ) "),
  ];
}

function storeBoth(b: string, n: string, i: string, j: string, value: string, condition: string): string[] {
  return [
    `${condition}{`,
    `  ${b}[base + ${i} * ${n} + ${j}] = ${value};`,
    `  ${b}[base + ${j} * ${n} + ${i}] = ${value};`,
    "}",
  ];
}

/** (cosine, sine, tangent) of the rotation that makes the element (p, q) vanish; the tangent is 0 for none. */
function rotationFunction(a: string): string {
  return [
    "fn rotation(base: u32, n: u32, pair: vec2<u32>) -> vec3<f32> {",
    "  if (pair.y >= n) { return vec3<f32>(1f, 0f, 0f); }",
    `  let beside = load_${a}(base + pair.x * n + pair.y);`,
    `  if (!(abs(beside) > ${negligible})) { return vec3<f32>(1f, 0f, 0f); }`,
    `  let gap = load_${a}(base + pair.y * n + pair.y) - load_${a}(base + pair.x * n + pair.x);`,
    "  let ratio = gap / (2f * beside);",
    "  let root = abs(ratio) + sqrt(1f + ratio * ratio);",
    "  let tangent = select(-1f, 1f, ratio >= 0f) / root;",
    "  let cosine = 1f / sqrt(1f + tangent * tangent);",
    "  return vec3<f32>(cosine, cosine * tangent, tangent);",
    "}",
  ].join("\n");
}

/** Turns two elements of the vectors (rows) of the right pair. */
function turnVectors(v: string, n: string, pairs: string): string[] {
  return [
    "if (own.z != 0f) {",
    `  let start = unit / ${pairs} % ${pairs};`,
    `  for (var i = start; i < ${n}; i += ${pairs}) {`,
    `    let x = ${v}[base + right.x * ${n} + i];`,
    `    let y = ${v}[base + right.y * ${n} + i];`,
    `    ${v}[base + right.x * ${n} + i] = own.x * x - own.y * y;`,
    `    ${v}[base + right.y * ${n} + i] = own.y * x + own.x * y;`,
    "  }",
    "}",
  ];
}
