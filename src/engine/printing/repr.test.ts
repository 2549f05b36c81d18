import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { DType, HostScalar } from "../core/dtype.ts";
import { edgeBlocks } from "./edge-blocks.ts";
import { formatArray, reprArray, reprNumpyArray, strArray } from "./repr.ts";
import type { PrintableArray } from "./printable-array.ts";

// testdata/printing.json is the project's shared golden file of that name: texts printed by NumPy 2.2 and
// JAX 0.4.34. Its `..._numpy_2_3` fields tell what later NumPy versions print instead; we print as the
// lecture's own versions do.
interface Row {
  dtype: DType;
  shape: number[];
  weak_type: boolean;
  jax_repr: string;
  str: string;
  numpy_repr: string;
  fstring?: string;
  data: { hex?: string[]; values?: (string | number)[] };
}

const rows = JSON.parse(readFileSync(new URL("./testdata/printing.json", import.meta.url), "utf8")) as Row[];

function fromBits(hex: string): number {
  const view = new DataView(new ArrayBuffer(8));
  if (hex.length === 8) {
    view.setUint32(0, Number.parseInt(hex, 16));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, BigInt(`0x${hex}`));
  return view.getFloat64(0);
}

function elements(row: Row): HostScalar[] {
  if (row.data.hex) return row.data.hex.map(fromBits);
  return (row.data.values ?? []).map((v) => {
    if (row.dtype === "bool") return Boolean(v);
    return row.dtype === "int64" ? BigInt(v) : Number(v);
  });
}

/** An array that refuses to give an element printing has no business reading. */
function printable(
  dtype: DType,
  shape: number[],
  values: readonly HostScalar[],
  weakType = false,
): PrintableArray {
  const visible = new Set(
    edgeBlocks(shape).flatMap(({ start, length }) => Array.from({ length }, (_, i) => start + i)),
  );
  return {
    dtype,
    shape,
    weakType,
    at(i) {
      const value = values[i];
      if (!visible.has(i) || value === undefined) throw new Error(`element ${String(i)} is not visible`);
      return value;
    },
  };
}

describe("the golden texts", () => {
  it("are all there", () => {
    expect(rows.length).toBe(56);
  });
  it.each(rows.map((row) => [row.jax_repr.slice(0, 60), row] as const))("%s", (_, row) => {
    const array = printable(row.dtype, row.shape, elements(row), row.weak_type);
    expect(reprArray(array)).toBe(row.jax_repr);
    expect(strArray(array)).toBe(row.str);
    expect(reprNumpyArray(array)).toBe(row.numpy_repr);
    if (row.fstring !== undefined) expect(formatArray(array)).toBe(row.fstring);
  });
});

describe("texts NumPy prints", () => {
  const f32 = (values: number[], shape = [values.length]) =>
    printable("float32", shape, values.map(Math.fround));
  it("pads True to the width of False", () => {
    expect(strArray(printable("bool", [2], [true, false]))).toBe("[ True False]");
  });
  it("rounds half to even at the eighth place", () => {
    // numpy: array([2**-9, 1.]) -> array([0.00195312, 1.        ])
    expect(strArray(printable("float64", [2], [2 ** -9, 1]))).toBe("[0.00195312 1.        ]");
  });
  it("writes a float32 power of two by its asymmetric rounding interval", () => {
    // str(np.float32(2**-20)) -> 9.536743e-07; str(np.float32(2**90)) -> 1.2379401e+27;
    // str(np.float32(2**-12)) -> 0.00024414062, the even one of two equally near
    expect(strArray(f32([2 ** -20], []))).toBe("9.536743e-07");
    expect(strArray(f32([2 ** 90], []))).toBe("1.2379401e+27");
    expect(strArray(f32([2 ** -12], []))).toBe("0.00024414062");
  });
  it("goes on with exact digits in exponent form", () => {
    // np.array([9.034702e-09, 1.0425134e-08], np.float32)
    expect(strArray(f32([9.034702e-9, 1.0425134e-8]))).toBe("[9.0347019e-09 1.0425134e-08]");
  });
  it("widens for an infinity that is longer than the numbers", () => {
    expect(strArray(f32([1, -Infinity, NaN]))).toBe("[  1. -inf  nan]");
  });
  it("names the shape of an empty array as JAX does", () => {
    expect(reprArray(f32([]))).toBe("Array([], shape=(0,), dtype=float32)");
    expect(reprNumpyArray(f32([]))).toBe("array([], dtype=float32)");
  });
});

describe("edgeBlocks", () => {
  it("is the whole array up to 1000 elements", () => {
    expect(edgeBlocks([10, 100])).toEqual([{ start: 0, length: 1000 }]);
    expect(edgeBlocks([])).toEqual([{ start: 0, length: 1 }]);
    expect(edgeBlocks([0, 3])).toEqual([]);
  });
  it("is the corners of a larger one", () => {
    expect(edgeBlocks([50_000_000])).toEqual([
      { start: 0, length: 3 },
      { start: 49_999_997, length: 3 },
    ]);
    expect(edgeBlocks([1000, 2])).toEqual([
      { start: 0, length: 6 },
      { start: 1994, length: 6 },
    ]);
    expect(edgeBlocks([2, 1000])).toEqual([
      { start: 0, length: 3 },
      { start: 997, length: 6 },
      { start: 1997, length: 3 },
    ]);
  });
});
