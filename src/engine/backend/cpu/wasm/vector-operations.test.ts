import { describe, expect, test } from "vitest";
import type { DType, HostArray } from "../../../core/dtype.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../../../kernel/scalar-expr.ts";
import { mapFlat } from "../testing/run-kernel.ts";

const f = Math.fround;
const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3.7,
  -3.7,
  1e-40,
  -1e-40,
  1e30,
  -1e30,
  16777217,
  2147483648,
  -2147483649,
  4294967296,
  9.3e18,
  -9.3e18,
  Infinity,
  -Infinity,
  NaN,
  3.4028234663852886e38,
];
const int32s = [0, 1, -1, 2, -2, 7, -7, 31, 32, 33, 100, 65537, -65537, 2147483647, -2147483648];
const uint32s = [0, 1, 2, 7, 31, 32, 33, 65537, 2147483647, 2147483648, 4294967295, 4294967290];
const int64s = [
  0n,
  1n,
  -1n,
  7n,
  -7n,
  63n,
  64n,
  65n,
  2n ** 31n,
  -(2n ** 33n) - 5n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

function valuesOf(dtype: DType): HostArray {
  switch (dtype) {
    case "bool":
      return Uint8Array.from([0, 1]);
    case "int32":
      return Int32Array.from(int32s);
    case "uint32":
      return Uint32Array.from(uint32s);
    case "int64":
      return BigInt64Array.from(int64s);
    case "float32":
      return Float32Array.from(floats);
    case "float64":
      return Float64Array.from([...floats, 1e300, 5e-324, 4503599627370495.5]);
  }
}

type Value = number | bigint;

/** All pairs of the dtype's values, and the two results: as computed and as the reference has it. */
function binaryPairs(op: BinaryOp | CompareOp, dtype: DType, reference: (a: Value, b: Value) => Value) {
  const values = [...valuesOf(dtype)] as Value[];
  const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
  const fill = (k: 0 | 1): HostArray => {
    const array = new (valuesOf(dtype).constructor as Int32ArrayConstructor)(pairs.length);
    pairs.forEach((pair, i) => (array[i] = pair[k] as number));
    return array;
  };
  const isCompare = ["eq", "ne", "lt", "le", "gt", "ge"].includes(op);
  const actual = mapFlat([fill(0), fill(1)], [dtype, dtype], (b, x, y) =>
    isCompare ? b.compare(op as CompareOp, x, y) : b.binary(op as BinaryOp, x, y),
  );
  pairs.forEach(([a, b], i) => {
    const expected = reference(a, b);
    if (!Object.is(actual[i], expected)) {
      expect.fail(`${op}(${a}, ${b}) on ${dtype}: got ${String(actual[i])}, expected ${expected}`);
    }
  });
  expect(actual.length).toBe(pairs.length);
}

const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";
const round = (dtype: DType, x: number): number => (dtype === "float32" ? f(x) : x);

/** Exact integers in, wrapped to the dtype out. */
function wrap(dtype: DType, x: bigint): Value {
  if (dtype === "int64") return BigInt.asIntN(64, x);
  return Number(dtype === "uint32" ? BigInt.asUintN(32, x) : BigInt.asIntN(32, x));
}

const numeric: DType[] = ["int32", "uint32", "int64", "float32", "float64"];
const integers: DType[] = ["int32", "uint32", "int64"];

describe("arithmetic on special values of every dtype", () => {
  test.each(numeric)("add, sub, mul on %s", (dtype) => {
    const check = (
      op: BinaryOp,
      real: (a: number, b: number) => number,
      whole: (a: bigint, b: bigint) => bigint,
    ) =>
      binaryPairs(op, dtype, (a, b) =>
        isFloat(dtype) ? round(dtype, real(Number(a), Number(b))) : wrap(dtype, whole(BigInt(a), BigInt(b))),
      );
    check(
      "add",
      (a, b) => a + b,
      (a, b) => a + b,
    );
    check(
      "sub",
      (a, b) => a - b,
      (a, b) => a - b,
    );
    check(
      "mul",
      (a, b) => a * b,
      (a, b) => a * b,
    );
  });

  test.each(numeric)("div and rem on %s", (dtype) => {
    binaryPairs("div", dtype, (a, b) => {
      if (isFloat(dtype)) return round(dtype, Number(a) / Number(b));
      return wrap(dtype, BigInt(b) === 0n ? -1n : BigInt(a) / BigInt(b));
    });
    binaryPairs("rem", dtype, (a, b) => {
      if (isFloat(dtype)) return round(dtype, Number(a) % Number(b));
      return wrap(dtype, BigInt(b) === 0n ? BigInt(a) : BigInt(a) % BigInt(b));
    });
  });

  test.each(numeric)("max, min and comparisons on %s", (dtype) => {
    const isNaN = (x: Value): boolean => x !== x;
    binaryPairs("max", dtype, (a, b) => {
      if (isNaN(a) || isNaN(b)) return NaN;
      return Object.is(a, -0) && b === 0 ? b : a >= b ? a : b;
    });
    binaryPairs("min", dtype, (a, b) => {
      if (isNaN(a) || isNaN(b)) return NaN;
      return Object.is(b, -0) && a === 0 ? b : a <= b ? a : b;
    });
    binaryPairs("eq", dtype, (a, b) => Number(a === b));
    binaryPairs("ne", dtype, (a, b) => Number(a !== b));
    binaryPairs("lt", dtype, (a, b) => Number(a < b));
    binaryPairs("le", dtype, (a, b) => Number(a <= b));
    binaryPairs("gt", dtype, (a, b) => Number(a > b));
    binaryPairs("ge", dtype, (a, b) => Number(a >= b));
  });

  test.each(integers)("bits and shifts on %s", (dtype) => {
    const bits = dtype === "int64" ? 64n : 32n;
    const unsigned = (x: Value): bigint => BigInt.asUintN(Number(bits), BigInt(x));
    const signed = (x: Value): bigint => BigInt.asIntN(Number(bits), BigInt(x));
    const big = (op: (a: bigint, b: bigint) => bigint) => (a: Value, b: Value) =>
      wrap(dtype, op(BigInt(a), BigInt(b)));
    binaryPairs(
      "and",
      dtype,
      big((a, b) => a & b),
    );
    binaryPairs(
      "or",
      dtype,
      big((a, b) => a | b),
    );
    binaryPairs(
      "xor",
      dtype,
      big((a, b) => a ^ b),
    );
    binaryPairs("shiftLeft", dtype, (a, n) =>
      wrap(dtype, unsigned(n) < bits ? unsigned(a) << unsigned(n) : 0n),
    );
    binaryPairs("shiftRightLogical", dtype, (a, n) =>
      wrap(dtype, unsigned(n) < bits ? unsigned(a) >> unsigned(n) : 0n),
    );
    binaryPairs("shiftRightArithmetic", dtype, (a, n) =>
      wrap(dtype, signed(a) >> (unsigned(n) < bits ? unsigned(n) : bits)),
    );
  });

  test("logic on bool", () => {
    binaryPairs("and", "bool", (a, b) => Number(a) & Number(b));
    binaryPairs("or", "bool", (a, b) => Number(a) | Number(b));
    binaryPairs("xor", "bool", (a, b) => Number(a) ^ Number(b));
    binaryPairs("max", "bool", (a, b) => Number(a) | Number(b));
    binaryPairs("lt", "bool", (a, b) => Number(a < b));
    binaryPairs("eq", "bool", (a, b) => Number(a === b));
  });

  test("integer powers wrap", () => {
    const small = (op: BinaryOp, dtype: DType, a: HostArray, b: HostArray) => [
      ...mapFlat([a, b], [dtype, dtype], (e, x, y) => e.binary(op, x, y)),
    ];
    const base = [3, -3, 2, 1, -1, 2, 10];
    const exponent = [4, 3, 31, -5, -3, -1, 11];
    expect(small("pow", "int32", Int32Array.from(base), Int32Array.from(exponent))).toEqual([
      81, -27, -2147483648, 1, -1, 0, 1215752192,
    ]);
    const big = (xs: number[]) => BigInt64Array.from(xs.map(BigInt));
    expect(small("pow", "int64", big(base), big(exponent))).toEqual([
      81n,
      -27n,
      2147483648n,
      1n,
      -1n,
      0n,
      10n ** 11n,
    ]);
  });
});

describe("unary operations", () => {
  const unary = (op: UnaryOp, dtype: DType): [Value[], Value[]] => [
    [...valuesOf(dtype)] as Value[],
    [...mapFlat([valuesOf(dtype)], [dtype], (b, x) => b.unary(op, x))] as Value[],
  ];

  /** The nearest integer, ties to even, keeping the sign of zero. */
  function halfToEven(x: number): number {
    const down = Math.floor(x);
    const rest = x - down;
    const result = rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : Number.isFinite(x) ? down : x;
    return result === 0 && (x < 0 || Object.is(x, -0)) ? -0 : result;
  }

  test.each(["float32", "float64"] as const)("on %s", (dtype) => {
    const check = (op: UnaryOp, reference: (x: number) => number): void => {
      const [values, actual] = unary(op, dtype);
      expect(actual, op).toEqual(values.map((x) => reference(Number(x))));
    };
    check("neg", (x) => -x);
    check("abs", Math.abs);
    check("sign", Math.sign);
    check("floor", Math.floor);
    check("ceil", Math.ceil);
    check("trunc", Math.trunc);
    check("round", halfToEven);
    check("sqrt", (x) => round(dtype, Math.sqrt(x)));
    check("isFinite", (x) => Number(Number.isFinite(x)));
  });

  test.each(integers)("on %s", (dtype) => {
    const check = (op: UnaryOp, reference: (x: bigint) => bigint): void => {
      const [values, actual] = unary(op, dtype);
      expect(actual, op).toEqual(values.map((x) => wrap(dtype, reference(BigInt(x)))));
    };
    check("neg", (x) => -x);
    check("abs", (x) => (x < 0n ? -x : x));
    check("sign", (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n));
    check("not", (x) => ~x);
    check("floor", (x) => x);
    expect(unary("isFinite", dtype)[1]).toEqual([...valuesOf(dtype)].map(() => 1));
  });

  test("not on bool", () => expect(unary("not", "bool")[1]).toEqual([1, 0]));
});

describe("casts", () => {
  const cast = (from: DType, to: DType): [Value[], Value[]] => [
    [...valuesOf(from)] as Value[],
    [...mapFlat([valuesOf(from)], [from], (b, x) => b.cast(x, to))] as Value[],
  ];
  const range: Partial<Record<DType, readonly [bigint, bigint]>> = {
    int32: [-(2n ** 31n), 2n ** 31n - 1n],
    uint32: [0n, 2n ** 32n - 1n],
    int64: [-(2n ** 63n), 2n ** 63n - 1n],
  };

  test.each(["float32", "float64"] as const)("%s to integers truncates and saturates", (from) => {
    for (const to of integers) {
      const [low, high] = range[to]!;
      const [values, actual] = cast(from, to);
      const expected = (values as number[]).map((x) => {
        if (Number.isNaN(x)) return wrap(to, 0n);
        if (x >= Number(high)) return wrap(to, high);
        return wrap(to, x <= Number(low) ? low : BigInt(Math.trunc(x)));
      });
      expect(actual, `${from} to ${to}`).toEqual(expected);
    }
  });

  test("integers to integers wrap", () => {
    for (const from of integers) {
      for (const to of integers) {
        const [values, actual] = cast(from, to);
        expect(actual, `${from} to ${to}`).toEqual(values.map((x) => wrap(to, BigInt(x))));
      }
    }
  });

  test("to floats rounds once", () => {
    for (const from of integers) {
      const [values, actual] = cast(from, "float64");
      expect(actual).toEqual(values.map(Number));
    }
    expect(cast("uint32", "float32")[1]).toEqual(uint32s.map(f));
    // 2^53 + 2^29 + 1 lies above the middle of two float32 numbers, but rounds to the middle in double.
    const tricky = BigInt64Array.from([2n ** 54n + 2n ** 30n + 1n, 2n ** 53n + 1n, -(2n ** 63n)]);
    expect([...mapFlat([tricky], ["int64"], (b, x) => b.cast(x, "float32"))]).toEqual([
      2 ** 54 + 2 ** 31,
      2 ** 53,
      -(2 ** 63),
    ]);
    const [doubles, singles] = cast("float64", "float32");
    expect(singles).toEqual((doubles as number[]).map(f));
  });

  test("to and from bool", () => {
    for (const dtype of numeric) {
      const [values, actual] = cast(dtype, "bool");
      expect(actual).toEqual(values.map((x) => Number(x !== x || Number(x) !== 0)));
      expect(cast("bool", dtype)[1].map(Number)).toEqual([0, 1]);
    }
  });

  test("bitcast keeps the bits", () => {
    const bits = (from: DType, to: DType, data: HostArray) => [
      ...mapFlat([data], [from], (b, x) => b.bitcast(x, to)),
    ];
    expect(bits("float32", "uint32", Float32Array.from([1, -0, Infinity]))).toEqual([
      0x3f800000, 0x80000000, 0x7f800000,
    ]);
    expect(bits("float32", "int32", Float32Array.from([-2]))).toEqual([0xc0000000 | 0]);
    expect(bits("uint32", "float32", Uint32Array.from([0x3fc00000, 0xbf800000, 1]))).toEqual([
      1.5,
      -1,
      2 ** -149,
    ]);
    expect(bits("float64", "int64", Float64Array.from([1]))).toEqual([0x3ff0000000000000n]);
    expect(bits("int64", "float64", BigInt64Array.from([0x4000000000000000n]))).toEqual([2]);
    expect(bits("int32", "uint32", Int32Array.from([-1]))).toEqual([4294967295]);
  });
});

test("select takes the branch of its condition", () => {
  const data = Float32Array.from([-1, 2, NaN]);
  const positive = mapFlat([data], ["float32"], (b, x) =>
    b.select(b.compare("gt", x, b.number("float32", 0)), b.number("int64", 5), b.number("int64", -5)),
  );
  expect([...positive]).toEqual([-5n, 5n, -5n]);
});
