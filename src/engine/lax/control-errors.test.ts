import { beforeAll, expect, test } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import { float, initialize, jax, lax, numpy as jnp } from "../index.ts";

beforeAll(async () => {
  await initialize("cpu");
});

type Carry = ArrayBase;
const same = (x: Carry): ArrayBase => x;
const pair = (x: Carry): [ArrayBase, ArrayBase] => [x, x];
const widened = (x: Carry): ArrayBase => jnp.stack([x, x]);
const pairOf =
  <T>(f: (x: Carry) => T) =>
  (c: Carry, y: Carry): [T, ArrayBase] => [f(c), y];

const structure =
  "function carry input and carry output must have the same pytree structure, but they differ:";
const types = "function carry input and carry output must have equal types, but they differ:";

// The first lines of what JAX says; a tuple is a list here.
const cases: readonly (readonly [string, () => unknown, string])[] = [
  ["scan of no function", () => lax.scan(3 as never, 0, 3), "lax.scan: f argument should be a callable."],
  [
    "scan, carry with another structure",
    () => lax.scan((c: Carry, y: Carry) => [[c, c], y], float(0), jnp.arange(3)),
    `scan body ${structure}\n\nThe input carry c is a pytree leaf but the corresponding component of the carry output is a list, so their types differ.`,
  ],
  [
    "scan, carry with another dtype",
    () => lax.scan((c: Carry, y: Carry) => [c.astype("int32"), y], jnp.zeros(3), jnp.arange(3)),
    `scan body ${types}\n\nThe input carry c has type float32[3] but the corresponding output carry component has type int32[3], so the dtypes do not match.\n\nRevise the function so that all output types match the corresponding input types.`,
  ],
  [
    "scan, two carries with other types",
    () =>
      lax.scan(
        (c: { a: ArrayBase; b: ArrayBase }, y: Carry) => [
          { a: lax.slice_in_dim(c.a, 0, 1), b: c.b.astype("int32") },
          y,
        ],
        { a: jnp.zeros(3), b: jnp.zeros(2) },
        jnp.arange(3),
      ),
    `scan body ${types}\n\n  * the input carry component c['a'] has type float32[3] but the corresponding output carry component has type float32[1], so the shapes do not match;\n  * the input carry component c['b'] has type float32[2] but the corresponding output carry component has type int32[2], so the dtypes do not match.\n`,
  ],
  [
    "scan, no pair",
    () => lax.scan(same, float(0), jnp.arange(3)),
    "scan body output must be a pair, got float32[].",
  ],
  [
    "scan, uneven",
    () => lax.scan(pairOf(same), 0, [jnp.arange(3), jnp.arange(4)]),
    "scan got values with different leading axis sizes: 3, 4.",
  ],
  [
    "scan of nothing",
    () => lax.scan(pairOf(same), 0),
    "scan got no values to scan over and `length` not provided.",
  ],
  [
    "scan, another length",
    () => lax.scan(pairOf(same), 0, jnp.arange(3), { length: 4 }),
    "scan got `length` argument of 4 which disagrees with leading axis sizes [3].",
  ],
  [
    "scan of a scalar",
    () => lax.scan(pairOf(same), 0, float(3)),
    "scan got value with no leading axis to scan over: 3.0.",
  ],
  [
    "scan, unroll",
    () => lax.scan(pairOf(same), 0, jnp.arange(3), { unroll: -1 }),
    "`unroll` must be a `bool` or a non-negative `int`.",
  ],
  [
    "while, condition of another type",
    () => lax.while_loop(same, same, float(0)),
    "cond_fun must return a boolean scalar, but got output type(s) [ShapedArray(float32[], weak_type=True)].",
  ],
  [
    "while, condition with axes",
    () => lax.while_loop((x: Carry) => lax.lt(jnp.stack([x]), 1), same, jnp.float32(0)),
    "cond_fun must return a boolean scalar, but got output type(s) [ShapedArray(bool[1])].",
  ],
  [
    "while, condition that is a tree",
    () => lax.while_loop((x: Carry) => [lax.lt(x, 1), x], same, 0),
    "cond_fun must return a boolean scalar, but got pytree PyTreeDef([*, *]).",
  ],
  [
    "while of no function",
    () => lax.while_loop(3 as never, same, 0),
    "lax.while_loop: body_fun and cond_fun arguments should be callable.",
  ],
  [
    "while, carry with another structure",
    () => lax.while_loop((x: Carry) => lax.lt(x, 1), pair, 0),
    `while_loop body ${structure}\n\nThe input carry x is a pytree leaf`,
  ],
  [
    "while, carry with another shape",
    () => lax.while_loop((x: Carry) => lax.lt(x, 1), widened, float(0)),
    `while_loop body ${types}\n\nThe input carry x has type float32[] but the corresponding output carry component has type float32[2], so the shapes do not match.`,
  ],
  [
    "while, lengths",
    () =>
      lax.while_loop(
        () => true,
        ([x]: [ArrayBase]) => [x],
        [1, 2] as never,
      ),
    `while_loop body ${structure}\n\nThe input carry is a list of length 2 but the corresponding component of the carry output is a list of length 1, so the lengths do not match.`,
  ],
  [
    "while, keys",
    () =>
      lax.while_loop(
        () => true,
        (c: { b: ArrayBase }) => ({ a: c.b }),
        { b: 1 } as never,
      ),
    "is a dict with keys ['b'] but the corresponding component of the carry output is a dict with keys ['a'], so the keys do not match.",
  ],
  [
    "fori, carry with another type",
    () => lax.fori_loop(0, 3, (_: never, x: Carry) => widened(x), jnp.float32(0)),
    `scan body ${types}\n\nThe input carry component loop_carry[1] has type float32[] but the corresponding output carry component has type float32[2], so the shapes do not match.`,
  ],
  [
    "fori, bounds of two types",
    () => lax.fori_loop(float(0), 3, (_: never, x: Carry) => x, 0),
    "lower and upper arguments to fori_loop must have equal types, got float32 and int32",
  ],
  [
    "fori, unsigned bound",
    () => lax.fori_loop(jnp.uint32(0), jnp.int32(3), (_: never, x: Carry) => x, 0),
    "lower and upper arguments to fori_loop must have equal types, got uint32 and int32",
  ],
  [
    "fori of no function",
    () => lax.fori_loop(0, 3, 5 as never, 0),
    "lax.fori_loop: body_fun argument should be callable.",
  ],
  [
    "fori, unroll",
    () =>
      jax.jit((n: ArrayBase) => lax.fori_loop(0, n, (_: never, x: Carry) => x, 0, { unroll: 3 }))(
        jnp.int32(2),
      ),
    "Can only use `unroll` in `fori_loop` if the loop bounds are statically known.",
  ],
  [
    "cond, predicate with axes",
    () => lax.cond(jnp.array([true]), same, same, 0),
    "Pred must be a scalar, got [ True] of shape (1,).",
  ],
  ["cond, no predicate", () => lax.cond(null, same, same, 0), "cond predicate is None"],
  ["cond, text", () => lax.cond("a", same, same, 0), "Pred must be a scalar, got a of type"],
  [
    "cond of no function",
    () => lax.cond(1, 3 as never, same, 0),
    "lax.cond: true_fun and false_fun arguments should be callable.",
  ],
  [
    "cond, structures",
    () => lax.cond(1, same, pair, 0),
    "cond branch outputs must have the same pytree structure, but they differ:\n\ntrue_fun output is a pytree leaf but false_fun output is a list, so their types differ.\n\nRevise true_fun and/or false_fun so that they have the same pytree structure.",
  ],
  [
    "cond, shapes",
    () => lax.cond(1, same, widened, float(0)),
    "cond branches must have equal output types but they differ.\n\nThe output of true_fun has type float32[] but the corresponding output of false_fun has type float32[2], so the shapes do not match.\n\nRevise true_fun and/or false_fun so that all output types match.",
  ],
  [
    "cond, dtypes",
    () =>
      lax.cond(
        1,
        () => 1,
        () => float(2.5),
      ),
    "The output of true_fun has type int32[] but the corresponding output of false_fun has type float32[], so the dtypes do not match.",
  ],
  [
    "switch, float",
    () => lax.switch(float(1.5), [same, same], 0),
    "Index type must be an integer, got 1.5 as float32",
  ],
  [
    "switch, axes",
    () => lax.switch(jnp.array([1]), [same, same], 0),
    "Branch index must be scalar, got [1] of shape (1,).",
  ],
  ["switch, none", () => lax.switch(1, [], 0), "Empty branch sequence"],
  [
    "switch, no functions",
    () => lax.switch(1, [3 as never], 0),
    "lax.switch: branches argument should be a sequence of callables.",
  ],
  [
    "switch, structures",
    () => lax.switch(1, [same, same, pair], 0),
    "switch branch outputs must have the same pytree structure, but they differ:\n\nbranch 0 output is a pytree leaf but branch2 output is a list",
  ],
  [
    "associative_scan of no function",
    () => lax.associative_scan(3 as never, jnp.arange(3)),
    "lax.associative_scan: fn argument should be callable.",
  ],
  [
    "grad of while",
    () =>
      jax.grad((x: ArrayBase) =>
        lax.while_loop(
          (y: Carry) => lax.lt(y, 10),
          (y: Carry) => lax.mul(y, 2),
          x,
        ),
      )(float(1)),
    "Reverse-mode differentiation does not work for lax.while_loop or lax.fori_loop with dynamic start/stop values. Try using lax.scan, or using fori_loop with static start/stop.",
  ],
  ["no array", () => lax.scan(pairOf(same), "text", null, 3), "is not a valid JAX type"],
];

test.each(cases)("%s", (_, call, message) => {
  expect(call).toThrow(message);
});

test("a tracer that leaves a body is an error", () => {
  let leaked: ArrayBase | undefined;
  lax.fori_loop(
    0,
    3,
    (i: Carry, x: Carry) => {
      leaked = i;
      return lax.add(x, i);
    },
    0,
  );
  expect(() => lax.add(leaked!, 1)).toThrow("Encountered an unexpected tracer");
});
