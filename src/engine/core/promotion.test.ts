import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { config } from "./config.ts";
import type { DType } from "./dtype.ts";
import { canonicalizeDType, defaultFloat, latticeJoin, latticeTypes, promoteTypes } from "./promotion.ts";

// testdata/promotion.json is the project's shared golden file of that name: JAX's promotion table.
const golden = JSON.parse(readFileSync(new URL("./testdata/promotion.json", import.meta.url), "utf8")) as {
  table: Record<string, Record<string, string>>;
};

afterEach(() => {
  config.update("jax_enable_x64", false);
});

describe("the lattice", () => {
  it("has the golden table's types", () => {
    expect([...latticeTypes].sort()).toEqual(Object.keys(golden.table).sort());
  });
  it.each(latticeTypes)("joins %s with every type as the golden table says", (left) => {
    const row = Object.fromEntries(latticeTypes.map((right) => [right, latticeJoin(left, right)]));
    expect(row).toEqual(golden.table[left]);
  });
});

describe("promoteTypes", () => {
  const strong = (dtype: DType) => ({ dtype, weakType: false });
  const weak = (dtype: DType) => ({ dtype, weakType: true });

  it("lets a weak scalar follow the array", () => {
    expect(promoteTypes([strong("float32"), weak("int32")])).toEqual(strong("float32"));
    expect(promoteTypes([strong("uint32"), weak("int32")])).toEqual(strong("uint32"));
  });
  it("gives the default float, weak, for an integer array and a weak float", () => {
    expect(promoteTypes([strong("int32"), weak("float32")])).toEqual(weak("float32"));
    config.update("jax_enable_x64", true);
    expect(promoteTypes([strong("int32"), weak("float64")])).toEqual(weak("float64"));
  });
  it("keeps all-weak results weak and a bool strong", () => {
    expect(promoteTypes([weak("int32"), weak("float32")])).toEqual(weak("float32"));
    expect(promoteTypes([strong("bool"), strong("bool")])).toEqual(strong("bool"));
    expect(promoteTypes([strong("bool"), weak("int32")])).toEqual(weak("int32"));
  });
  it("takes 64-bit joins down to 32 bits with x64 off", () => {
    expect(promoteTypes([strong("uint32"), strong("int32")])).toEqual(strong("int32"));
    config.update("jax_enable_x64", true);
    expect(promoteTypes([strong("uint32"), strong("int32")])).toEqual(strong("int64"));
  });
  it("needs an operand", () => {
    expect(() => promoteTypes([])).toThrow("at least one array or dtype is required");
  });
});

describe("config", () => {
  it("switches the default width", () => {
    expect([defaultFloat(), canonicalizeDType("int64")]).toEqual(["float32", "int32"]);
    config.update("jax_enable_x64", true);
    expect([defaultFloat(), canonicalizeDType("int64")]).toEqual(["float64", "int64"]);
  });
  it("refuses an unknown name in JAX's words", () => {
    expect(() => {
      config.update("foo", true);
    }).toThrow(
      expect.objectContaining({ name: "AttributeError", message: "Unrecognized config option: foo" }),
    );
  });
});
