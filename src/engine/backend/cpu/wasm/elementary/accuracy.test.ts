import { describe, expect, test } from "vitest";
import type { UnaryOp } from "../../../../kernel/scalar-expr.ts";
import { mapFlat } from "../../testing/run-kernel.ts";

const f = Math.fround;

/** Representable numbers between two floats of one format, counted through their bits. */
function ulps32(a: number, b: number): number {
  return Math.abs(
    ordinal(new Int32Array(Float32Array.of(a).buffer)[0]!) -
      ordinal(new Int32Array(Float32Array.of(b).buffer)[0]!),
  );
}
const ordinal = (bits: number): number => (bits < 0 ? -(bits & 0x7fffffff) : bits);

function ulps64(a: number, b: number): number {
  const order = (x: number): bigint => {
    const bits = new BigInt64Array(Float64Array.of(x).buffer)[0]!;
    return bits < 0n ? -BigInt.asUintN(63, bits) : bits;
  };
  const distance = order(a) - order(b);
  return Number(distance < 0n ? -distance : distance);
}

/** Arguments of all sizes and both signs, neighbours of multiples of pi/2 and of powers of two. */
function sweep(round: (x: number) => number): number[] {
  const values: number[] = [];
  for (let k = 0; k < 20000; k++) {
    const size = 2 ** (((k * 37) % 160) - 80) * (1 + ((k * 7919) % 1000) / 1000);
    values.push(round(size), round(-size), round(((k * 7919) % 20000) / 100 - 100));
  }
  for (let k = -2000; k < 2000; k++)
    values.push(round((k * Math.PI) / 2), round(k * 97 * Math.PI), round(k / 16));
  for (let k = -60; k < 60; k++) {
    for (const near of [1 - 2 ** -24, 1, 1 + 2 ** -23, Math.SQRT2, Math.SQRT1_2])
      values.push(round(2 ** k * near));
  }
  values.push(
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
    1,
    -1,
    88.72,
    88.73,
    -87.4,
    -103.9,
    -104.5,
    709.7,
    709.8,
    -745,
    -746,
  );
  values.push(5e-324, 2.2250738585072014e-308, 1e-310, 1.7976931348623157e308, 1e300, 3.4e38, 1e-45);
  return values.map(round);
}

/** The worst distance from the reference, with where it is; signs of zero and NaN must agree. */
function worst(
  values: readonly number[],
  actual: ArrayLike<number | bigint>,
  reference: (x: number) => number,
  ulps: (a: number, b: number) => number,
): number {
  let most = 0;
  values.forEach((x, k) => {
    const got = actual[k] as number;
    const expected = reference(x);
    if (Object.is(got, expected)) return;
    const isOff = Number.isNaN(got) || Number.isNaN(expected) || (got === 0 && expected === 0);
    const distance = isOff ? Infinity : ulps(got, expected);
    if (distance > 4) expect.fail(`at ${x}: got ${got}, expected ${expected}, ${distance} ulp`);
    most = Math.max(most, distance);
  });
  return most;
}

const unaryOps = [
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "cbrt",
] as const satisfies readonly UnaryOp[];

describe.each(unaryOps)("%s", (op) => {
  test("float32 within 1 ulp", () => {
    const values = sweep(f);
    const actual = mapFlat([Float32Array.from(values)], ["float32"], (b, x) => b.unary(op, x));
    expect(worst(values, actual, (x) => f(Math[op](x)), ulps32)).toBeLessThanOrEqual(1);
  });

  test("float64 within 2 ulp", () => {
    const values = sweep((x) => x);
    const actual = mapFlat([Float64Array.from(values)], ["float64"], (b, x) => b.unary(op, x));
    expect(worst(values, actual, (x) => Math[op](x), ulps64)).toBeLessThanOrEqual(2);
  });
});

test("results that must be exact are", () => {
  const at = (op: UnaryOp, x: number): unknown =>
    mapFlat([Float64Array.of(x)], ["float64"], (b, v) => b.unary(op, v))[0];
  expect(at("cos", 0)).toBe(1);
  expect(at("cos", -0)).toBe(1);
  expect(at("sin", Math.PI / 2)).toBe(1);
  expect(at("exp", 0)).toBe(1);
  expect(at("log", 1)).toBe(0);
  expect(at("log", 1024)).toBe(1024 * 0 + 10 * Math.LN2);
  const single = (op: UnaryOp, x: number): unknown =>
    mapFlat([Float32Array.of(x)], ["float32"], (b, v) => b.unary(op, v))[0];
  expect(single("exp", 0)).toBe(1);
  expect(single("cos", 0)).toBe(1);
  expect(single("log", 1)).toBe(0);
});

const erfInvKnown: [number, number][] = [
  [1e-300, 8.86226925452758e-301],
  [1e-10, 8.862269254527581e-11],
  [0.001, 0.0008862271574665521],
  [0.1, 0.08885599049425769],
  [0.3, 0.2724627147267543],
  [0.5, 0.4769362762044699],
  [0.7, 0.7328690779592167],
  [0.84, 0.9935356283473041],
  [0.9, 1.1630871536766743],
  [0.99, 1.8213863677184494],
  [0.999, 2.3267537655135246],
  [0.9999, 2.75106390571208],
  [0.999999, 3.458910737275499],
  [0.9999999999, 4.572824958544925],
  [0.9999999999999999, 5.8635847487551676],
];
const erfKnown: [number, number][] = [
  [1e-300, 1.1283791670955126e-300],
  [1e-10, 1.1283791670955126e-10],
  [0.001, 0.0011283787909692365],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [0.9999, 0.8426592780487595],
  [1.0, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [2.0, 0.9953222650189527],
  [2.7, 0.9998656672600594],
  [3.3, 0.9999969422902035],
  [4.2, 0.9999999971445058],
  [5.0, 0.9999999999984626],
  [5.9, 0.9999999999999999],
  [7.0, 1.0],
];

describe("erf and its inverse", () => {
  test("float64 against 40-digit values", () => {
    const check = (op: "erf" | "erfInv", known: [number, number][], limit: number): void => {
      const arguments64 = known.flatMap(([x]) => [x, -x]);
      const actual = mapFlat([Float64Array.from(arguments64)], ["float64"], (b, x) => b.unary(op, x));
      const expected = new Map(
        known.flatMap(
          ([x, y]) =>
            [
              [x, y],
              [-x, -y],
            ] as const,
        ),
      );
      expect(
        worst(arguments64, actual, (x) => expected.get(x)!, ulps64),
        op,
      ).toBeLessThanOrEqual(limit);
    };
    check("erf", erfKnown, 2);
    check("erfInv", erfInvKnown, 2);
  });

  test("float32", () => {
    const points = erfKnown.map(([x]) => f(x));
    const actual = mapFlat([Float32Array.from(points)], ["float32"], (b, x) => b.unary("erf", x));
    expect(worst(points, actual, (x) => f(erfOf(x)), ulps32)).toBeLessThanOrEqual(1);
    // erf(erfInv(x)) = x as far as float32 allows.
    const halves = Array.from({ length: 1999 }, (_, k) => f((k - 999) / 1000));
    const inverse = mapFlat([Float32Array.from(halves)], ["float32"], (b, x) => b.unary("erfInv", x));
    halves.forEach((x, k) => expect(Math.abs(erfOf(inverse[k] as number) - x)).toBeLessThan(1.5e-7));
  });

  test("ends and beyond", () => {
    const ends = [0, -0, 1, -1, 1.5, NaN];
    for (const [dtype, data] of [
      ["float32", Float32Array.from(ends)],
      ["float64", Float64Array.from(ends)],
    ] as const) {
      const inverse = [...mapFlat([data], [dtype], (b, x) => b.unary("erfInv", x))];
      expect(inverse).toEqual([0, -0, Infinity, -Infinity, NaN, NaN]);
      const far = data.map((x) => x * Infinity);
      expect([...mapFlat([far], [dtype], (b, x) => b.unary("erf", x))].slice(2)).toEqual([1, -1, 1, NaN]);
    }
  });
});

/** erf by its series in double, for |x| < 6. */
function erfOf(x: number): number {
  let term = x;
  let sum = x;
  if (Math.abs(x) > 5) return Math.sign(x);
  for (let k = 1; k < 200; k++) {
    term *= (-x * x) / k;
    sum += term / (2 * k + 1);
  }
  return Math.abs(x) > 3
    ? Math.sign(x) * Math.min(1, Math.abs((2 / Math.sqrt(Math.PI)) * sum))
    : (2 / Math.sqrt(Math.PI)) * sum;
}

describe("pow", () => {
  const bases = [
    0,
    -0,
    1,
    -1,
    2,
    -2,
    0.5,
    4,
    9,
    3,
    -3,
    10,
    1e-40,
    1e38,
    1.0000001,
    0.99999994,
    Infinity,
    -Infinity,
    NaN,
  ];
  const exponents = [
    0,
    -0,
    1,
    -1,
    2,
    3,
    4,
    0.5,
    -0.5,
    1.5,
    2.5,
    -3,
    13,
    0.1,
    1e9,
    -1e9,
    Infinity,
    -Infinity,
    NaN,
  ];
  const pairs = bases.flatMap((a) => exponents.map((b) => [a, b] as const));
  /** IEEE 754-2019, 9.2.1: where JavaScript differs, 1. */
  const reference = (a: number, b: number): number =>
    a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;

  test("every special value, on both floats", () => {
    const singles = mapFlat(
      [Float32Array.from(pairs, ([a]) => a), Float32Array.from(pairs, ([, b]) => b)],
      ["float32", "float32"],
      (b, x, y) => b.binary("pow", x, y),
    );
    const doubles = mapFlat(
      [Float64Array.from(pairs, ([a]) => a), Float64Array.from(pairs, ([, b]) => b)],
      ["float64", "float64"],
      (b, x, y) => b.binary("pow", x, y),
    );
    pairs.forEach(([a, b], k) => {
      const single = f(reference(f(a), f(b)));
      if (Number.isFinite(single) && single !== 0)
        expect(ulps32(singles[k] as number, single), `${a}**${b}`).toBeLessThanOrEqual(1);
      else expect(singles[k], `${a}**${b}`).toBe(single);
      // JavaScript's own power is up to 0.7 units off: 4 times 2 ** 0.5 is not its 2 ** 2.5.
      const double = reference(a, b);
      if (Number.isFinite(double) && double !== 0)
        expect(ulps64(doubles[k] as number, double), `${a}**${b}`).toBeLessThanOrEqual(1);
      else expect(doubles[k], `${a}**${b}`).toBe(double);
    });
  });

  test("constant exponents agree with the general case", () => {
    for (const exponent of [2, 3, 1.5, 0.5, -0.5, -1, 1, 2.25]) {
      const singles = mapFlat([Float32Array.from(bases)], ["float32"], (b, x) =>
        b.binary("pow", x, b.number("float32", exponent)),
      );
      const doubles = mapFlat([Float64Array.from(bases)], ["float64"], (b, x) =>
        b.binary("pow", x, b.number("float64", exponent)),
      );
      const reference32 = (x: number): number => f(reference(x, exponent));
      expect(worst(bases.map(f), singles, reference32, ulps32)).toBeLessThanOrEqual(1);
      expect(worst(bases, doubles, (x) => reference(x, exponent), ulps64)).toBeLessThanOrEqual(1);
    }
  });

  test("whole powers of whole numbers are exact", () => {
    const cases = [
      [7, 2],
      [4, 1.5],
      [9, 2.5],
      [3, 4],
      [2, 100],
      [10, 7],
      [1, 1e30],
      [25, 0.5],
    ] as const;
    const actual = mapFlat(
      [Float32Array.from(cases, ([a]) => a), Float32Array.from(cases, ([, b]) => b)],
      ["float32", "float32"],
      (b, x, y) => b.binary("pow", x, y),
    );
    expect([...actual]).toEqual(cases.map(([a, b]) => a ** b));
  });

  test("random powers in float32 are within 1 ulp", () => {
    const a = Float32Array.from({ length: 20000 }, (_, k) => 2 ** ((((k * 7919) % 20000) - 10000) / 100));
    const b = Float32Array.from({ length: 20000 }, (_, k) => (((k * 104729) % 20000) - 10000) / 3000);
    const actual = mapFlat([a, b], ["float32", "float32"], (e, x, y) => e.binary("pow", x, y));
    const indices = Array.from(a, (_, k) => k);
    expect(worst(indices, actual, (k) => f(a[k]! ** b[k]!), ulps32)).toBeLessThanOrEqual(1);
  });
});
