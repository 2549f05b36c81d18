import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ArrayBase } from "../core/array-base.ts";
import { config } from "../core/config.ts";
import { TracerBoolConversionError, UnexpectedTracerError } from "../core/errors.ts";
import { float } from "../core/scalar.ts";
import { installBaseTrace } from "../core/tracer.ts";
import * as lax from "../lax/lax.ts";
import { ArrayImpl } from "./array.ts";
import { truth } from "./conversions.ts";
import { EvalTrace } from "./eval-trace.ts";
import { jit } from "./jit.ts";

beforeAll(() => {
  installBaseTrace(new EvalTrace());
});

afterEach(() => {
  config.update("jax_enable_x64", false);
});

function list(x: unknown): unknown {
  if (x instanceof ArrayImpl) return x.tolist();
  throw new Error("not a concrete array");
}

const ones = (n: number): ArrayBase => lax.full([n], 1, "float32");

describe("the jit cache", () => {
  test("globals are read when tracing; a new shape reads them again, an old shape keeps its constant", () => {
    let a = 1;
    const f = jit((x: ArrayBase) => lax.add(x, a));
    expect(list(f(ones(2)))).toEqual([2, 2]);
    a = 42;
    expect(list(f(ones(2)))).toEqual([2, 2]);
    expect(list(f(ones(3)))).toEqual([43, 43, 43]);
    expect(list(f(ones(2)))).toEqual([2, 2]);
    expect(f._cache_size()).toBe(2);
  });

  test("one entry per dtype, weak type and tree structure", () => {
    let traces = 0;
    const f = jit((x: unknown) => {
      traces += 1;
      return x;
    });
    f(ones(2));
    f(ones(2));
    expect(traces).toBe(1);
    f(lax.full([2], 1, "int32"));
    expect(traces).toBe(2);
    f(lax.full([2], 1, "float32", true));
    expect(traces).toBe(3);
    f([ones(2)]);
    f({ a: ones(2) });
    f({ b: ones(2) });
    expect(traces).toBe(6);
    f(1);
    f(2);
    f(float(2));
    f(true);
    expect(traces).toBe(9);
  });

  test("static arguments by value, functions among them by identity", () => {
    const f = jit(
      (x: ArrayBase, power: number, g: (y: ArrayBase) => ArrayBase) => g(lax.integer_pow(x, power)),
      {
        static_argnums: [1, 2],
      },
    );
    const double = (y: ArrayBase): ArrayBase => lax.mul(y, 2);
    const triple = (y: ArrayBase): ArrayBase => lax.mul(y, 3);
    const x = lax.full([1], 3, "float32");
    expect(list(f(x, 2, double))).toEqual([18]);
    expect(list(f(x, 2, triple))).toEqual([27]);
    expect(list(f(x, 3, double))).toEqual([54]);
    expect(list(f(x, 2, double))).toEqual([18]);
    expect(f._cache_size()).toBe(3);
  });

  test("the x64 flag is part of the key", () => {
    const f = jit((x: ArrayBase) => lax.add(x, lax.convert_element_type(lax.asarray(float(1)), x.dtype)));
    f(ones(1));
    config.update("jax_enable_x64", true);
    f(ones(1));
    expect(f._cache_size()).toBe(2);
    const wide = lax.full([2], 0.1, "float64");
    expect(list(jit((x: ArrayBase) => lax.mul(x, 3))(wide))).toEqual([0.1 * 3, 0.1 * 3]);
  });

  test("a redefined function starts afresh", () => {
    const make = (k: number) => jit((x: ArrayBase) => lax.add(x, k));
    expect(list(make(1)(ones(1)))).toEqual([2]);
    expect(list(make(2)(ones(1)))).toEqual([3]);
  });

  test("what is no array and not static is refused in JAX's words", () => {
    const f = jit((x: unknown) => x);
    expect(() => f("text")).toThrow("Error interpreting argument to <lambda> as an abstract array");
    expect(() => f(ones)).toThrow("was not marked as static using the static_argnums");
    expect(() => jit(3 as never)).toThrow("Expected a callable value, got 3");
  });
});

describe("tracers", () => {
  test("cannot be conditions", () => {
    const f = jit((x: ArrayBase) => (truth(lax.gt(x, 0)) ? x : lax.neg(x)));
    expect(() => f(lax.full([], 1, "float32"))).toThrow(TracerBoolConversionError);
    expect(() => f(lax.full([], 1, "float32"))).toThrow(
      "Attempted boolean conversion of traced array with shape bool[]",
    );
  });

  test("cannot be read", () => {
    const f = jit((x: ArrayBase) => lax.mul(x, (x as unknown as { item(): number }).item()));
    expect(() => f(ones(1))).toThrow("Abstract tracer value encountered where concrete value is expected");
  });

  test("cannot outlive their trace", () => {
    let leaked: ArrayBase | undefined;
    jit((x: ArrayBase) => {
      leaked = lax.mul(x, 2);
      return x;
    })(ones(1));
    expect(() => lax.add(leaked!, 1)).toThrow(UnexpectedTracerError);
    expect(() => jit((x: ArrayBase) => lax.add(x, leaked!))(ones(1))).toThrow(UnexpectedTracerError);
  });

  test("an inner jit may close over an outer tracer, each time anew", () => {
    let outer: ArrayBase = ones(1);
    const inner = jit((y: ArrayBase) => lax.add(y, outer));
    const f = jit((x: ArrayBase) => {
      outer = lax.mul(x, 10);
      return inner(x);
    });
    expect(list(f(ones(1)))).toEqual([11]);
    expect(list(f(ones(2)))).toEqual([11, 11]);
    expect(list(f(ones(1)))).toEqual([11]);
  });

  test("an error while tracing leaves eager evaluation intact", () => {
    const f = jit(() => {
      throw new Error("stop");
    });
    expect(() => f()).toThrow("stop");
    expect(list(lax.add(ones(1), 1))).toEqual([2]);
  });
});
