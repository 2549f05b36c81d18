import { beforeAll, expect, test } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import { float, initialize, jax, lax, numpy as jnp } from "../index.ts";

beforeAll(async () => {
  await initialize("cpu");
});

type A = ArrayBase;
const half = float(0.5);

// What JAX 0.10 prints for the same functions.
test("a loop with static bounds is a scan", () => {
  const f = (x: A): A => lax.fori_loop(0, 5, (i: A, y: A) => jnp.add(lax.mul(y, float(2)), i), x);
  expect(String(jax.make_jaxpr(f as never)(float(1)))).toBe(`{ lambda ; a:f32[]. let
    _:i32[] b:f32[] = scan[
      jaxpr={ lambda ; c:i32[] d:f32[]. let
          e:i32[] = add c 1:i32[]
          f:f32[] = mul d 2.0:f32[]
          g:f32[] = convert_element_type[new_dtype=float32 weak_type=True] c
          h:f32[] = add f g
        in (e, h) }
      length=5
      num_carry=2
      num_consts=0
      reverse=False
      unroll=1
    ] 0:i32[] a
  in (b,) }`);
});

test("a loop with dynamic bounds is a while", () => {
  const f = (n: A, x: A): A => lax.fori_loop(0, n, (_: A, y: A) => lax.mul(y, float(2)), x);
  expect(String(jax.make_jaxpr(f as never)(3, float(1)))).toBe(`{ lambda ; a:i32[] b:f32[]. let
    _:i32[] _:i32[] c:f32[] = while[
      body_jaxpr={ lambda ; d:i32[] e:i32[] f:f32[]. let
          g:i32[] = add d 1:i32[]
          h:f32[] = mul f 2.0:f32[]
        in (g, e, h) }
      body_nconsts=0
      cond_jaxpr={ lambda ; i:i32[] j:i32[] k:f32[]. let
          l:bool[] = lt i j
        in (l,) }
      cond_nconsts=0
    ] 0:i32[] a b
  in (c,) }`);
});

test("branches", () => {
  const f = (p: A, x: A): unknown =>
    lax.cond(
      p,
      (y: A) => lax.sin(y),
      (y: A) => lax.add(lax.cos(y), float(1)),
      x,
    );
  expect(String(jax.make_jaxpr(f as never)(true, float(1)))).toBe(`{ lambda ; a:bool[] b:f32[]. let
    c:i32[] = convert_element_type[new_dtype=int32 weak_type=False] a
    d:f32[] = cond[
      branches=(
        { lambda ; e:f32[]. let
            f:f32[] = cos e
            g:f32[] = add f 1.0:f32[]
          in (g,) }
        { lambda ; h:f32[]. let i:f32[] = sin h in (i,) }
      )
    ] c b
  in (d,) }`);
});

test("what a body closes over and hands through are constants", () => {
  const c = jnp.arange(3);
  const f = (x: A, w: A): unknown =>
    lax.scan(
      ([v, s]: [A, A], y: A) => [[v, lax.add(s, jnp.sum(lax.mul(lax.mul(v, c), y)))], null],
      [w, 0],
      x,
    );
  const text = String(jax.make_jaxpr(f)(c, c));
  expect(text).toContain("num_carry=1");
  expect(text).toContain("num_consts=2");
});

test("the residuals of a loop are stacked, but for what does not change", () => {
  const w = jnp.ones([2, 2]);
  const f = (x: A): A =>
    jnp.sum(lax.fori_loop(0, 4, (_: A, y: A) => lax.sin(lax.add(jnp.matmul(w, y), half)), x));
  const text = String(jax.make_jaxpr(jax.grad(f))(jnp.ones(2)));
  expect(text).toContain("f32[4,2]");
  expect(text).not.toContain("f32[4,2,2]");
});
