import { beforeAll, describe, expect, it } from "vitest";
import { testDevice } from "../../backend/webgpu/test-device.ts";
import type { ArrayBase } from "../../core/array-base.ts";
import { useBackend } from "../../dispatch/devices.ts";
import {
  Array as DeviceArray,
  float,
  initialize,
  jax,
  numpy as jnp,
  operators as op,
  reprSync,
  repr,
  truth,
} from "../../index.ts";

const webgpu = testDevice();
const text = (x: unknown): string => reprSync(x as DeviceArray);
const number = (x: unknown): number => Number((x as DeviceArray).item());
const numbers = (x: unknown): number[] => Array.from((x as DeviceArray).dataSync() as Float32Array);

beforeAll(async () => {
  await initialize("cpu");
});

describe("grad", () => {
  it("keeps the weakness of a Python scalar, as JAX prints it", () => {
    const half = (x: ArrayBase): ArrayBase => op.div(op.pow(x, 2), 2);
    expect(text(jax.grad(half)(float(10)))).toBe("Array(10., dtype=float32, weak_type=True)");
    expect(text(jax.grad(half)(jnp.float32(10)))).toBe("Array(10., dtype=float32)");
    const seen: boolean[] = [];
    jax.grad((x: ArrayBase) => (seen.push(x.weak_type), x))(float(1));
    expect(seen).toEqual([true]);
    // A weak scalar that met a strong array has a weak gradient still.
    const dotted = (x: ArrayBase): ArrayBase => jnp.sum(op.mul(x, jnp.arange(3, { dtype: "float32" })));
    expect(text(jax.grad(dotted)(float(1)))).toBe("Array(3., dtype=float32, weak_type=True)");
  });

  it.each([false, true])("agrees with finite differences (jit: %s)", (compiled) => {
    const f = (x: ArrayBase): ArrayBase => {
      const y = jnp.tanh(op.mul(x, jnp.sin(x)));
      const z = jnp.where(op.gt(x, 0), jnp.exp(op.neg(x)), op.mul(x, x));
      return op.add(jnp.sum(op.mul(y, z)), jnp.max(jnp.cumsum(x)));
    };
    const x = [0.3, -0.7, 1.1, 0.4, -0.2];
    const g = numbers((compiled ? jax.jit(jax.grad(f)) : jax.grad(f))(jnp.array(x)));
    jax.config.update("jax_enable_x64", true);
    const step = 1e-6;
    const at = (k: number, by: number): number =>
      number(
        f(
          jnp.array(
            x.map((value, j) => (j === k ? value + by : value)),
            "float64",
          ),
        ),
      );
    const differences = x.map((_, k) => (at(k, step) - at(k, -step)) / (2 * step));
    jax.config.update("jax_enable_x64", false);
    g.forEach((value, k) => {
      expect(value).toBeCloseTo(differences[k]!, 4);
    });
  });

  it("composes with itself, compiled or not", () => {
    const third = jax.grad(jax.grad(jax.grad(jnp.sin)));
    expect(number(third(float(1)))).toBeCloseTo(-Math.cos(1), 6);
    const compiled = jax.jit(
      jax.grad(jax.jit(jax.grad(jax.jit(jax.grad(jax.jit(jnp.sin as never)))) as never)),
    );
    expect(number(compiled(float(1)))).toBeCloseTo(-Math.cos(1), 6);
    const inner = (x: ArrayBase): unknown =>
      op.mul(x, jax.grad((y: ArrayBase) => op.mul(op.mul(x, y), y))(x) as ArrayBase);
    // d/dx (x * 2 x x) = 6 x^2: the inner gradient sees x as a constant, the outer one does not.
    expect(number(jax.grad(inner)(float(3)))).toBe(54);
  });

  it("differentiates with respect to several arguments and trees of them", () => {
    const f = (p: { w: ArrayBase; b: ArrayBase }, x: ArrayBase): ArrayBase => op.add(jnp.dot(p.w, x), p.b);
    const p = { w: jnp.array([1, 2], "float32"), b: float(3) };
    const x = jnp.array([5, 7], "float32");
    const [dp, dx] = jax.grad(f, { argnums: [0, 1] })(p, x) as [Record<string, unknown>, unknown];
    expect(numbers(dp["w"])).toEqual([5, 7]);
    expect(text(dp["b"])).toBe("Array(1., dtype=float32, weak_type=True)");
    expect(numbers(dx)).toEqual([1, 2]);
    expect(numbers(jax.grad(f as never, -1)(p, x))).toEqual([1, 2]);
  });

  it("value_and_grad gives both, and auxiliary data beside the value", () => {
    const f = (x: ArrayBase): unknown => [op.mul(x, x), { twice: op.mul(x, 2), name: "f" }];
    const [[value, aux], gradient] = jax.value_and_grad(f, { has_aux: true })(float(3)) as [
      [unknown, Record<string, unknown>],
      unknown,
    ];
    expect([number(value), number(aux["twice"]), aux["name"], number(gradient)]).toEqual([9, 6, "f", 6]);
    const [g, same] = jax.grad(f, { has_aux: true })(float(3)) as [unknown, Record<string, unknown>];
    expect([number(g), number(same["twice"])]).toEqual([6, 6]);
  });

  it("lets a condition look at the value where there is one", () => {
    const leaky = (x: ArrayBase): ArrayBase => (truth(op.gt(x, 0)) ? op.mul(x, 2) : x);
    expect([number(jax.grad(leaky)(float(3))), number(jax.grad(leaky)(float(-3)))]).toEqual([2, 1]);
    const direct = (x: ArrayBase): ArrayBase => (truth(x) ? op.mul(x, Number(x)) : x);
    expect(number(jax.grad(direct)(jnp.float32(3)))).toBe(3);
    expect(() => jax.jit(jax.grad(leaky))(float(3))).toThrow(
      "Attempted boolean conversion of traced array with shape bool[]",
    );
  });

  it("gives zeros for what the result does not depend on", () => {
    const f = (x: ArrayBase): ArrayBase => jnp.sum(jnp.floor(x));
    expect(text(jax.grad(f)(jnp.ones([2])))).toBe("Array([0., 0.], dtype=float32)");
    expect(text(jax.grad(() => float(1))(jnp.ones([2])))).toBe("Array([0., 0.], dtype=float32)");
  });

  it("refuses in JAX's words", () => {
    const id = (x: unknown): unknown => x;
    const message = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
      return "no error";
    };
    expect(message(() => jax.grad(id)(jnp.ones([3])))).toBe(
      "TypeError: Gradient only defined for scalar-output functions. Output had shape: (3,).",
    );
    expect(message(() => jax.grad(id)(3))).toBe(
      "TypeError: grad requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but " +
        "got int32. If you want to use Boolean- or integer-valued inputs, use vjp or set allow_int to True.",
    );
    expect(message(() => jax.grad(() => 3)(float(3)))).toBe(
      "TypeError: grad requires real-valued outputs (output dtype that is a sub-dtype of np.floating), but got " +
        "int32. For differentiation of functions with integer outputs, use jax.vjp directly.",
    );
    expect(message(() => jax.grad(() => null)(float(3)))).toBe(
      "TypeError: Gradient only defined for scalar-output functions. Output was None.",
    );
    expect(message(() => jax.grad(id, { argnums: [0, 3] })(float(3)))).toBe(
      "TypeError: differentiating with respect to argnums=(0, 3) requires at least 4 positional arguments to be " +
        "passed by the caller, but got only 1 positional arguments.",
    );
    expect(message(() => jax.grad(id, -3)(float(3), float(2)))).toContain(
      "but got value -3 for len(args) == 2.",
    );
    expect(message(() => jax.grad(id, { has_aux: true })(float(3)))).toContain(
      "TypeError: expected function with aux output to return a two-element tuple, but got type",
    );
    expect(message(() => jax.grad(id)("a"))).toBe(
      "TypeError: Argument 'a' of type <class 'str'> is not a valid JAX type.",
    );
    expect(message(() => jax.grad(3 as never))).toBe("TypeError: Expected a callable value, got 3");
    expect(message(() => jax.grad(id, { argnum: 1 }))).toBe(
      "TypeError: grad() got an unexpected keyword argument 'argnum'",
    );
  });

  it("notices a tracer that escaped", () => {
    let kept: ArrayBase | undefined;
    jax.grad((x: ArrayBase) => ((kept = op.mul(x, 2)), x))(float(3));
    expect(() => op.add(kept!, 1)).toThrow(
      "wrapped in a JVPTracer to escape the scope of the transformation",
    );
    expect(() => jax.jit((y: ArrayBase) => op.add(kept!, y))(jnp.float32(1))).toThrow(
      "Encountered an unexpected tracer",
    );
  });

  it("prints its tracers as JAX does", () => {
    const seen: string[] = [];
    jax.grad((x: ArrayBase) => (seen.push((x as { toString(): string }).toString()), x))(float(3));
    jax.jvp(
      (x: ArrayBase) => (seen.push((x as { toString(): string }).toString()), x),
      [float(3)],
      [float(1)],
    );
    expect(seen).toEqual([
      "GradTracer(primal=3.0, typeof(tangent)=f32[])",
      "JVPTracer(primal=3.0, tangent=1.0)",
    ]);
  });
});

describe.each(["cpu", "webgpu"])("grad of a large array on %s", (device) => {
  beforeAll(async () => {
    if (device === "webgpu") useBackend(webgpu());
    else await initialize("cpu");
  });

  it("is the closed form, eagerly and compiled", async () => {
    const f = (x: ArrayBase): ArrayBase => jnp.mean(op.mul(jnp.sin(x), x));
    const x = jnp.linspace(0, 3, 1000);
    const want = op.div(op.add(jnp.sin(x), op.mul(x, jnp.cos(x))), 1000);
    for (const g of [jax.grad(f), jax.jit(jax.grad(f)), jax.grad(jax.jit(f))]) {
      const off = jnp.max(jnp.abs(op.sub(g(x) as ArrayBase, want))) as DeviceArray;
      expect((await off.data())[0]).toBeLessThan(1e-8);
    }
    const first = jax.grad((y: ArrayBase) => jnp.sum(op.pow(y, 3)))(jnp.arange(4, { dtype: "float32" }));
    expect(await repr(first as DeviceArray)).toBe("Array([ 0.,  3., 12., 27.], dtype=float32)");
  });
});
