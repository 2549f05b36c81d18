import { describe, expect, test } from "vitest";
import { errorInUlps, exactFunctions, fixed } from "../../../testing/exact-functions.ts";
import { fits } from "../../fits.ts";
import { doubles } from "./definitions.ts";
import type { ElementaryOp } from "./elementary.ts";
import { runElementary } from "./testing/run-elementary.ts";

const formats = {
  float32: { array: Float32Array, round: Math.fround, digits: 24 },
  float64: { array: Float64Array, round: (x: number): number => x, digits: 53 },
} as const;
type Format = keyof typeof formats;
const formatNames = Object.keys(formats) as Format[];

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

const run = (
  operation: ElementaryOp,
  format: Format,
  args: readonly (readonly number[])[],
  options = {},
): Floats =>
  runElementary<Floats>(
    operation,
    args.map((arg) => formats[format].array.from(arg)),
    options,
  );

const operations = Object.keys(doubles) as ElementaryOp[];
const unary = operations.filter((name) => name !== "pow" && name !== "atan2");
const known = unary.filter((name) => name !== "erf" && name !== "erfInv") as (ElementaryOp & keyof Math)[];

let seed = 1;
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

/** Random bits: all exponents, and what is no number. */
function anyNumber(): number {
  const words = Uint32Array.of(2 ** 32 * random(), 2 ** 32 * random());
  return new Float64Array(words.buffer)[0]!;
}

function anySingle(): number {
  return new Float32Array(Uint32Array.of(random() * 2 ** 32).buffer)[0]!;
}

const special = [
  ...[0, -0, Infinity, -Infinity, NaN, 1, -1, 0.5, -0.5, 2, -2, 3, 10, 0.1, 2.5, -3, 13],
  ...[5e-324, -5e-324, 1e-310, 2 ** -1022, 1e-45, 1e-40, 2 ** -126, 1.7976931348623157e308, 3.4e38],
  ...[709.78, 709.79, 710.4, 710.5, -745.1, -745.2, -708.5, -740, 708.5, 88.72, 88.73, -103.9, -104.5],
  ...[1e5, 99999.9, 1e6, 999999.9, 1e22, 1e300, 2 ** 53, 2 ** 52 + 0.5, 2 ** 1023, 1e150, 1e-150],
  ...[1 - 2 ** -53, 1 + 2 ** -52, 1 - 2 ** -24, 1 + 2 ** -23],
  // As near to a multiple of pi/2 as doubles come.
  ...[5319372648326541 * 2 ** 760, 6381956970095103 * 2 ** 797, 6381956970095103 * 2 ** -50],
];

/** Special values, all magnitudes, and the neighbours of where reductions change over. */
function sweep(format: Format): number[] {
  const values = [...special];
  for (let k = 0; k < 3000; k++) {
    values.push(anyNumber(), anySingle(), (2 * random() - 1) * 2 ** (40 * random() - 20), 4 * random() - 2);
    values.push((k * Math.PI) / 4, (-k * 97 * Math.PI) / 2, ((k - 1500) * Math.LN2) / 2);
  }
  for (let k = -60; k < 60; k++) {
    for (const near of [1 - 2 ** -24, 1, 1 + 2 ** -23, Math.SQRT2, Math.SQRT1_2]) values.push(2 ** k * near);
  }
  return values.map(formats[format].round);
}

/** Numbers of the format from one to the other, counted through their bits. */
function steps(format: Format, a: number, b: number): number {
  const order = (x: number): bigint => {
    const bits =
      format === "float32"
        ? BigInt(new Int32Array(Float32Array.of(x).buffer)[0]!)
        : new BigInt64Array(Float64Array.of(x).buffer)[0]!;
    return bits < 0n ? -BigInt.asUintN(format === "float32" ? 31 : 63, bits) : bits;
  };
  return Math.abs(Number(order(a) - order(b)));
}

function expectNear(format: Format, got: number, wanted: number, limit: number, where: string): void {
  if (Object.is(got, wanted)) return;
  const isOff = Number.isNaN(got) || Number.isNaN(wanted) || (got === 0 && wanted === 0);
  if (isOff || steps(format, got, wanted) > limit) expect.fail(`${where}: got ${got}, expected ${wanted}`);
}

describe.each(formatNames)("%s", (format) => {
  const { round, digits } = formats[format];
  const isSingle = format === "float32";

  test.each(known)("%s is Math's at all magnitudes, signs of zero and NaN included", (operation) => {
    const values = sweep(format);
    const got = run(operation, format, [values]);
    // Math itself is up to 1.8 units off.
    values.forEach((x, k) => {
      const wanted = round((Math[operation] as (x: number) => number)(x));
      expectNear(format, got[k]!, wanted, isSingle ? 1 : 3, `${operation}(${x})`);
    });
  });

  test.each(unary)("%s is within 2 units of the exact value, rounded nearly once in float32", (operation) => {
    const inside = operation === "acosh" ? [1.0000001, 100] : [-0.9999999, 0.9999999];
    const isBounded = ["asin", "acos", "atanh", "erfInv", "acosh"].includes(operation);
    const [low, high] = isBounded
      ? inside
      : operation.startsWith("log")
        ? [1e-6, 100]
        : operation === "erf"
          ? [-5, 5]
          : [-80, 80];
    const values = Array.from({ length: 150 }, (_, k) => {
      const size = 2 ** (-20 * random());
      if (k % 3 === 0) return low! + (high! - low!) * random();
      return k % 3 === 1 ? size : operation.startsWith("log") ? 1 + size : -size;
    })
      .filter((x) => x >= low! && x <= high!)
      .map(round);
    const got = run(operation, format, [values]);
    const limit = !isSingle ? 2 : operation === "erfInv" ? 70 : 0.51;
    values.forEach((x, k) => {
      const error = errorInUlps(got[k]!, exactFunctions[operation]!(fixed(x), got[k]!), digits);
      expect(error, `${operation}(${x})`).toBeLessThanOrEqual(limit);
    });
  });

  test.each(operations)("%s of a lane does not depend on its place or on other lanes", (operation) => {
    const values = [...special, 0.3, 0.999, -0.7, 1.7, 25, -4].map(round);
    const others = values.map((_, k) => round(values[(k * 7 + 3) % values.length]!));
    const got = [0, 1, 2, 3].map((shift) => {
      const rotate = (list: number[]): number[] => [...list.slice(shift), ...list.slice(0, shift)];
      const shifted = run(operation, format, [rotate(values), rotate(others)]);
      return values.map((_, k) => shifted[(k - shift + values.length) % values.length]!);
    });
    for (const rotated of got) expect(rotated).toEqual(got[0]);
  });

  const pairs = special.flatMap((a) => special.map((b) => [round(a), round(b)] as const));
  for (let k = 0; k < 4000; k++) pairs.push([round(2 ** (20 * random() - 10)), round(30 * random() - 15)]);
  for (let k = 0; k < 400; k++) pairs.push([round(-20 * random()), Math.round(20 * random() - 10)]);
  const [bases, exponents] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
  /** IEEE 754-2019, 9.2.1: where JavaScript differs, 1. */
  const power = (a: number, b: number): number =>
    a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;

  test("pow, special values included", () => {
    const got = run("pow", format, [bases, exponents]);
    pairs.forEach(([a, b], k) => expectNear(format, got[k]!, round(power(a, b)), 1, `${a} ** ${b}`));
  });

  test("pow with one exponent, known when compiling or not", () => {
    for (const exponent of [0, 1, 2, 3, -1, 1.5, 0.5, -0.5, 2.25, -2]) {
      for (const options of [{ exponent }, { uniformExponent: true }]) {
        const got = run("pow", format, [bases, bases.map(() => exponent)], options);
        bases.forEach((a, k) =>
          expectNear(format, got[k]!, round(power(a, exponent)), 1, `${a} ** ${exponent}`),
        );
      }
    }
  });

  test("atan2 in all quadrants, special values included", () => {
    const got = run("atan2", format, [bases, exponents]);
    pairs.forEach(([y, x], k) =>
      expectNear(format, got[k]!, round(Math.atan2(y, x)), isSingle ? 1 : 2, `${y}, ${x}`),
    );
  });

  test("results that must be exact are", () => {
    const at = (operation: ElementaryOp, x: number): number => run(operation, format, [[x]])[0]!;
    expect(at("exp", 0)).toBe(1);
    expect(at("cos", 0)).toBe(1);
    expect(at("cos", -0)).toBe(1);
    expect(at("log", 1)).toBe(0);
    expect(at("sin", Math.PI / 2)).toBe(1);
    expect(at("cbrt", 27)).toBe(3);
    const whole = [7, 3, 2, 10, 25, 9].map((a, k) => [a, [2, 4, 100, 7, 0.5, 2.5][k]!] as const);
    const got = run("pow", format, [whole.map(([a]) => a), whole.map(([, b]) => b)]);
    expect([...got]).toEqual(whole.map(([a, b]) => a ** b));
  });

  test("erf and erfInv at their ends and beyond", () => {
    const ends = [0, -0, 1, -1, 1.5, -1.5, Infinity, NaN];
    expect([...run("erfInv", format, [ends])]).toEqual([0, -0, Infinity, -Infinity, NaN, NaN, NaN, NaN]);
    expect([...run("erf", format, [[0, -0, 7, -7, Infinity, -Infinity, NaN]])]).toEqual([
      0,
      -0,
      1,
      -1,
      1,
      -1,
      NaN,
    ]);
  });
});

test("erfInv in float32 rounds every step once, as fused multiply-adds do", () => {
  const f = Math.fround;
  const fused = (terms: readonly number[], s: number): number =>
    terms.reduceRight((sum, c) => f(c + s * sum));
  const values = Array.from({ length: 8_000 }, () => f(2 * random() - 1));
  for (let k = 1; k <= 24; k++) values.push(1 - 2 ** -k, 2 ** -k - 1);
  const got = run("erfInv", "float32", [values]);
  values.forEach((x, k) => {
    const w = f(-Math.log1p(f(-x * x)));
    const central = f(x * fused(fits.erfInvCentral32, f(w - 2.5)));
    const tail = f(x * fused(fits.erfInvTail32, f(f(Math.sqrt(w)) - 3)));
    expect(got[k], String(x)).toBe(w < 5 ? central : tail);
  });
});
