import { beforeAll, describe, expect, test } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import { installBaseTrace } from "../core/tracer.ts";
import * as lax from "../lax/lax.ts";
import { make_jaxpr } from "../transforms/api/make-jaxpr.ts";
import { ArrayImpl } from "./array.ts";
import { counters } from "../backend/backend.ts";
import { cpuBackend } from "./devices.ts";
import { EvalTrace } from "./eval-trace.ts";
import { jit } from "./jit.ts";

beforeAll(() => {
  installBaseTrace(new EvalTrace());
});

function concrete(x: ArrayBase): ArrayImpl {
  if (x instanceof ArrayImpl) return x;
  throw new Error("not a concrete array");
}

const list = (x: ArrayBase): unknown => concrete(x).tolist();

describe("eager evaluation", () => {
  test("one equation at a time", () => {
    const x = lax.iota("float32", 4);
    expect(list(lax.mul(lax.add(x, 1), x))).toEqual([0, 2, 6, 12]);
    expect(list(lax.reduce_sum(x, [0]))).toBe(6);
  });
  test("views", () => {
    const x = lax.reshape(lax.iota("int32", 6), [2, 3]);
    expect(list(x)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(list(lax.transpose(x, [1, 0]))).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(list(lax.rev(x, [1]))).toEqual([
      [2, 1, 0],
      [5, 4, 3],
    ]);
    expect(list(lax.slice(x, [0, 1], [2, 3]))).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(list(lax.concatenate([x, x], 0))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(list(lax.concatenate([x, x], 1))).toEqual([
      [0, 1, 2, 0, 1, 2],
      [3, 4, 5, 3, 4, 5],
    ]);
    expect(
      list(
        lax.pad(x, 9, [
          [1, 0, 0],
          [0, 1, 1],
        ]),
      ),
    ).toEqual([
      [9, 9, 9, 9, 9, 9],
      [0, 9, 1, 9, 2, 9],
      [3, 9, 4, 9, 5, 9],
    ]);
    expect(list(lax.dynamic_slice(x, [1, 5], [1, 2]))).toEqual([[4, 5]]);
  });
});

describe("jit", () => {
  test("fuses to one kernel", () => {
    const f = jit((x: ArrayBase) => {
      const a = lax.add(lax.mul(x, 3), lax.sin(x));
      return lax.reduce_sum(lax.sub(a, lax.pow(x, 1.5)), [0]);
    });
    const x = lax.full([1000], 1, "float32");
    const before = counters.kernelsRun;
    const y = f(x);
    expect(counters.kernelsRun - before).toBe(1);
    expect(concrete(y).item()).toBeCloseTo(1000 * (3 + Math.sin(1) - 1), 1);
  });
  test("softmax", () => {
    const softmax = (x: ArrayBase): ArrayBase => {
      const m = lax.reduce_max(x, [1]);
      const e = lax.exp(lax.sub(x, lax.broadcast_in_dim(m, x.shape, [0])));
      const s = lax.reduce_sum(e, [1]);
      return lax.div(e, lax.broadcast_in_dim(s, x.shape, [0]));
    };
    const x = lax.reshape(lax.iota("float32", 6), [2, 3]);
    expect(list(jit(softmax)(x))).toEqual(list(softmax(x)));
  });
  test("several outputs, literals, inputs passed through", () => {
    const f = jit((x: ArrayBase, s: number) => [
      x,
      3,
      s,
      lax.add(x, 1),
      lax.mul(x, lax.convert_element_type(s, "float32")),
      lax.reshape(x, [3, 1]),
    ]);
    const x = lax.iota("float32", 3);
    const before = counters.kernelsRun;
    expect((f(x, 2) as ArrayBase[]).map(list)).toEqual([
      [0, 1, 2],
      3,
      2,
      [1, 2, 3],
      [0, 2, 4],
      [[0], [1], [2]],
    ]);
    expect(counters.kernelsRun - before).toBeLessThanOrEqual(2);
  });
  test("a long chain", () => {
    const f = jit((x: ArrayBase) => {
      let y = x;
      for (let i = 0; i < 2000; i++) y = lax.add(y, x);
      return y;
    });
    expect(list(f(lax.full([2], 1, "float32")))).toEqual([2001, 2001]);
  });
  test("mean: the product joins the reduction", () => {
    const f = jit((x: ArrayBase) => lax.mul(lax.reduce_sum(x, [0]), 0.25));
    const before = counters.kernelsRun;
    expect(list(f(lax.iota("float32", 4)))).toBe(1.5);
    expect(counters.kernelsRun - before).toBe(2);
  });
  test("nested jit prints as a call and runs inlined", () => {
    const g = jit(function g(x: ArrayBase) {
      return lax.sin(x);
    });
    const f = (x: ArrayBase): ArrayBase => lax.mul(g(x), 2);
    expect(make_jaxpr(f)(lax.iota("float32", 3)).toString()).toBe(
      `{ lambda ; a:f32[3]. let
    b:f32[3] = pjit[
      name=g
      jaxpr={ lambda ; c:f32[3]. let d:f32[3] = sin c in (d,) }
    ] a
    e:f32[3] = mul b 2.0:f32[]
  in (e,) }`,
    );
    expect(list(jit(f)(lax.full([1], 0, "float32")))).toEqual([0]);
  });
  test("memory", () => {
    const base = cpuBackend().memory().liveBytes;
    const x = concrete(lax.full([1000], 1, "float32"));
    x.delete();
    expect(cpuBackend().memory().liveBytes).toBe(base);
  });
});
