import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import type { ArrayBase } from "../core/array-base.ts";
import { treeFlatten, treeUnflatten } from "../core/tree.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { useBackend } from "../dispatch/devices.ts";
import { counters, float, initialize, jax, lax, memory, numpy as jnp } from "../index.ts";

type Carry = ArrayBase;

/** The tree with plain numbers for arrays. */
async function plain(tree: unknown): Promise<unknown> {
  const { leaves, treedef } = treeFlatten(tree);
  const read = await Promise.all(
    leaves.map(async (leaf) => {
      if (!(leaf instanceof ArrayImpl)) return leaf;
      const data = [...(await leaf.data())].map(Number);
      return leaf.ndim === 0 ? data[0]! : data;
    }),
  );
  return treeUnflatten(treedef, read);
}

const webgpu = testDevice();

describe.each(["cpu", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    if (device === "cpu") await initialize("cpu");
    else useBackend(webgpu());
  });
  afterAll(async () => {
    await initialize("cpu");
  });

  describe("fori_loop", () => {
    test("counts", async () => {
      const sum = lax.fori_loop(2, 7, (i: Carry, x: Carry) => lax.add(x, i), 0);
      expect(await plain(sum)).toBe(20);
    });

    test("turns not at all", async () => {
      expect(await plain(lax.fori_loop(3, 3, (_: Carry, x: Carry) => lax.add(x, 1), jnp.arange(3)))).toEqual([
        0, 1, 2,
      ]);
      expect(await plain(lax.fori_loop(3, 0, (_: Carry, x: Carry) => lax.add(x, 1), 7))).toBe(7);
    });

    test("carries trees, and exchanges their parts", async () => {
      const result = lax.fori_loop(
        0,
        10,
        (_: never, { a, b }: { a: ArrayBase; b: ArrayBase }) => ({ a: b, b: lax.add(a, b) }),
        { a: 0, b: 1 },
      );
      expect(await plain(result)).toEqual({ a: 55, b: 89 });
    });

    test("over more than a workgroup, odd and even numbers of turns", async () => {
      const x = jnp.arange(1000);
      for (const turns of [1, 2, 5, 8]) {
        const result = lax.fori_loop(0, turns, (i: Carry, y: Carry) => lax.add(lax.mul(y, 2), i), x);
        let expected = Array.from({ length: 1000 }, (_, k) => k);
        for (let i = 0; i < turns; i++) expected = expected.map((y) => 2 * y + i);
        expect(await plain(result)).toEqual(expected);
      }
    });

    test("reads what it closes over, and hands through what it does not change", async () => {
      const c = jnp.array([1, 2, 3]);
      const [x, y] = lax.fori_loop(
        0,
        4,
        (_: never, [a, b]: [ArrayBase, ArrayBase]) => [lax.add(a, lax.mul(b, c)), b],
        [jnp.zeros(3, "int32"), jnp.array([1, 1, 2])],
      );
      expect(await plain([x, y])).toEqual([
        [4, 8, 24],
        [1, 1, 2],
      ]);
    });

    test("with bounds that are arguments of a compiled function", async () => {
      const f = jax.jit((n: number, x: number) =>
        lax.fori_loop(0, n as unknown as ArrayBase, (i: Carry, y: Carry) => lax.add(lax.mul(y, 3), i), x),
      );
      expect(await plain([f(0, 1), f(1, 1), f(4, 1)])).toEqual([1, 3, 99]);
      expect(await plain(f(-3, 5))).toBe(5);
    });

    test("promotes what starts as a weak integer", async () => {
      const x = lax.fori_loop(
        0,
        3,
        (_: never, y: Carry) => lax.add(jnp.float32(y), float(1.5)),
        0,
      ) as unknown as ArrayBase;
      expect(x.dtype).toBe("float32");
      expect(x.weak_type).toBe(false);
      expect(await plain(x)).toBe(4.5);
    });
  });

  describe("scan", () => {
    const step = (c: Carry, x: Carry): [ArrayBase, ArrayBase] => [lax.add(c, x), lax.mul(c, x)];

    test("stacks results", async () => {
      expect(await plain(lax.scan(step, 0, jnp.arange(5)))).toEqual([10, [0, 0, 2, 9, 24]]);
    });

    test("from the end", async () => {
      expect(await plain(lax.scan(step, 0, jnp.arange(5), { reverse: true }))).toEqual([
        10,
        [0, 9, 14, 12, 0],
      ]);
    });

    test("of length 0 and 1", async () => {
      const [carry, ys] = lax.scan(step, 3, jnp.zeros(0, "int32"));
      expect(await plain([carry, ys])).toEqual([3, []]);
      expect(await plain(lax.scan(step, 3, jnp.array([4])))).toEqual([7, [12]]);
    });

    test("without inputs", async () => {
      const double = (c: Carry): [ArrayBase, ArrayBase] => [lax.mul(c, 2), c];
      expect(await plain(lax.scan(double, 1, null, 4))).toEqual([16, [1, 2, 4, 8]]);
      expect(await plain(lax.scan(double, 1, { length: 3 }))).toEqual([8, [1, 2, 4]]);
    });

    test("over trees of matrices", async () => {
      const xs = { a: jnp.reshape(jnp.arange(2 * 300), [2, 300]), b: jnp.array([10, 20]) };
      const [c, ys] = lax.scan(
        (carry: Carry, { a, b }: { a: ArrayBase; b: ArrayBase }) => [
          lax.add(carry, a),
          { s: lax.reduce_sum(a, [0]), b, e: carry },
        ],
        jnp.zeros(300, "int32"),
        xs,
      );
      const row = Array.from({ length: 300 }, (_, k) => k);
      const sum = (300 * 299) / 2;
      expect(await plain([c, ys])).toEqual([
        row.map((k) => 2 * k + 300),
        { s: [sum, sum + 300 * 300], b: [10, 20], e: [...row.map(() => 0), ...row] },
      ]);
    });

    test("inside a compiled function, its result used on", async () => {
      const f = jax.jit((x: ArrayBase) => {
        const [c, ys] = lax.scan(step, lax.reduce_sum(x, [0]), lax.add(x, 1)) as [ArrayBase, ArrayBase];
        return lax.add(lax.reduce_sum(ys, [0]), c);
      });
      // 6, then x + 1 = 1 2 3 4: products 6 14 27 48, sum 95, carry 16.
      expect(await plain(f(jnp.arange(4)))).toBe(111);
    });

    test("in a scan", async () => {
      const outer = (c: Carry, row: Carry): [unknown, unknown] => lax.scan(step, c, row);
      const x = jnp.reshape(jnp.arange(6), [2, 3]);
      expect(await plain(lax.scan(outer, 1, x))).toEqual([16, [0, 1, 4, 12, 28, 55]]);
    });
  });

  test("map", async () => {
    expect(await plain(lax.map((x: Carry) => ({ y: lax.mul(x, x) }), jnp.arange(4)))).toEqual({
      y: [0, 1, 4, 9],
    });
  });

  test("map in batches", async () => {
    const square = (x: Carry): ArrayBase => lax.mul(x, x);
    const squares = [0, 1, 4, 9, 16, 25, 36];
    for (const batch_size of [0, 1, 3, 7, 10]) {
      expect(await plain(lax.map(square, jnp.arange(7), { batch_size }))).toEqual(squares);
    }
  });

  test("associative_scan", async () => {
    const x = jnp.arange(300);
    const sums = Array.from({ length: 300 }, (_, k) => (k * (k + 1)) / 2);
    expect(await plain(lax.associative_scan(lax.add, x))).toEqual(sums);
    const [a, b] = lax.associative_scan(
      ([p, q]: [ArrayBase, ArrayBase], [r, s]: [ArrayBase, ArrayBase]) => [
        lax.mul(p, r),
        lax.add(lax.mul(q, r), s),
      ],
      [jnp.full(5, 2), jnp.arange(5)],
      { reverse: true },
    ) as [ArrayBase, ArrayBase];
    expect(await plain(a)).toEqual([32, 16, 8, 4, 2]);
    // From the end: s, then s * 2 + the next, and so on.
    expect(await plain(b)).toEqual([98, 49, 24, 11, 4]);
  });

  describe("cond and switch", () => {
    const twice = (x: Carry): ArrayBase => lax.mul(x, 2);
    const next = (x: Carry): ArrayBase => lax.add(x, 1);

    test("run the branch that is chosen", async () => {
      expect(await plain([lax.cond(true, twice, next, 5), lax.cond(0, twice, next, 5)])).toEqual([10, 6]);
      const chosen = [-1, 0, 1, 2, 7].map((k) => lax.switch(k, [twice, next, (x: Carry) => x], 5));
      expect(await plain(chosen)).toEqual([10, 10, 6, 5, 5]);
    });

    test("by an argument of a compiled function", async () => {
      const f = jax.jit((p: boolean, x: ArrayBase) => lax.cond(p, twice, next, x));
      const x = jnp.arange(300);
      const numbers = Array.from({ length: 300 }, (_, k) => k);
      expect(await plain(f(true, x))).toEqual(numbers.map((k) => 2 * k));
      expect(await plain(f(false, x))).toEqual(numbers.map((k) => k + 1));
    });

    test("with no operands, and what they close over", async () => {
      const x = jnp.array([1, 2]);
      const y = jnp.array([3, 4]);
      const f = jax.jit((p: boolean) =>
        lax.cond(
          p,
          () => lax.add(x, y),
          () => [x, y][1],
        ),
      );
      expect(await plain([f(true), f(false)])).toEqual([
        [4, 6],
        [3, 4],
      ]);
    });
  });

  describe("what loops cost", () => {
    test("compiling does not depend on the number of turns", () => {
      const compiledFor = (turns: number): number => {
        const before = counters.kernelsCompiled;
        lax.fori_loop(0, turns, (i: Carry, x: Carry) => lax.sub(lax.mul(x, lax.add(i, 17)), 3), 1);
        return counters.kernelsCompiled - before;
      };
      const few = compiledFor(3);
      expect(few).toBeGreaterThan(0);
      expect(few).toBeLessThanOrEqual(3);
      // Text and types are the same for any number of turns.
      expect(compiledFor(300)).toBe(0);
    });

    test("the same body is traced once", () => {
      let traced = 0;
      const body = (_: never, x: Carry): ArrayBase => {
        traced += 1;
        return lax.add(x, 1);
      };
      lax.fori_loop(0, 3, body, 1);
      lax.fori_loop(0, 4, body, 5);
      lax.fori_loop(0, 3, body, jnp.arange(3));
      expect(traced).toBe(2);
    });

    test("one kernel a turn", () => {
      const before = counters.kernelsRun;
      lax.fori_loop(
        0,
        50,
        (i: Carry, x: Carry) => lax.add(lax.sin(x), lax.mul(jnp.float32(i), x)),
        float(0.5),
      );
      expect(counters.kernelsRun - before).toBeLessThanOrEqual(50 + 3);
    });

    test("memory comes back", async () => {
      const x = jnp.ones([20, 300], "int32");
      const body = (c: Carry, row: Carry): [ArrayBase, ArrayBase] => [
        lax.add(c, lax.reduce_sum(row, [0])),
        lax.fori_loop(0, 3, (_: never, y: Carry) => lax.add(y, c), row),
      ];
      const run = async (): Promise<number> => {
        const { liveBytes } = memory();
        const result = lax.scan(body, 0, x) as [ArrayImpl, ArrayImpl];
        await plain(result);
        for (const array of result) array.delete();
        return memory().liveBytes - liveBytes;
      };
      expect(await run()).toBe(0);
      expect(await run()).toBe(0);
    });

    test("a failing loop gives its memory back, too", () => {
      const x = jnp.ones(300);
      const body = (_: never, y: Carry): ArrayBase => lax.add(y, 1);
      const { liveBytes } = memory();
      (lax.fori_loop(0, 2, body, x) as ArrayImpl).delete();
      (x as ArrayImpl).delete();
      expect(() => lax.fori_loop(0, 2, body, x)).toThrow("deleted");
      expect(memory().liveBytes).toBeLessThan(liveBytes);
    });

    test("twenty steps written out compile, too", async () => {
      const f = jax.jit((x: ArrayBase) => {
        let y = x;
        for (let i = 0; i < 20; i++) y = lax.add(lax.mul(y, y), float(-0.5));
        return y;
      });
      let expected = 0.25;
      for (let i = 0; i < 20; i++) expected = expected * expected - 0.5;
      expect(await plain(f(jnp.float32(0.25)))).toBeCloseTo(expected, 5);
    });
  });
});

describe("while_loop", () => {
  beforeAll(async () => {
    await initialize("cpu");
  });

  test("turns as long as its condition holds", async () => {
    const double = (x: Carry): ArrayBase => lax.mul(x, 2);
    expect(await plain(lax.while_loop((x: Carry) => lax.lt(x, 100), double, 3))).toBe(192);
    expect(await plain(lax.while_loop((x: Carry) => lax.lt(x, 100), double, 300))).toBe(300);
  });

  test("Newton's method in a compiled function", async () => {
    const root = jax.jit((a: ArrayBase) =>
      lax.while_loop(
        (x: Carry) => lax.gt(lax.abs(lax.sub(lax.mul(x, x), a)), float(1e-4)),
        (x: Carry) => lax.mul(lax.add(x, lax.div(a, x)), float(0.5)),
        a,
      ),
    );
    expect(await plain(root(jnp.float32(2)))).toBeCloseTo(Math.SQRT2, 4);
    expect(await plain(root(jnp.float32(49)))).toBeCloseTo(7, 4);
  });

  test("a scan in a branch in a while loop", async () => {
    const f = jax.jit((x: ArrayBase) =>
      lax.while_loop(
        ([i]: [ArrayBase]) => lax.lt(lax.mul(i, i), 20),
        ([i, y]: [ArrayBase, ArrayBase]) => [
          lax.add(i, 1),
          lax.cond(
            lax.eq(lax.rem(i, 2), 0),
            (z: Carry) => lax.scan((c: Carry, e: Carry) => [lax.add(c, e), c], i, z)[1],
            (z: Carry) => lax.add(z, i),
            y,
          ),
        ],
        [0, x],
      ),
    );
    let y = [1, 2, 3];
    for (let i = 0; i * i < 20; i++) {
      let c = i;
      y = i % 2 === 0 ? y.map((e) => ((c += e), c - e)) : y.map((e) => e + i);
    }
    expect(await plain(f(jnp.array([1, 2, 3])))).toEqual([5, y]);
  });

  test("counts in uint32 and to a limit that is an array", async () => {
    const f = jax.jit((n: ArrayBase) =>
      lax.fori_loop(jnp.uint32(0), n, (i: Carry, x: Carry) => lax.add(x, i), jnp.uint32(0)),
    );
    expect(await plain(f(jnp.uint32(5)))).toBe(10);
  });

  test("says what it cannot do on a device that cannot be read synchronously", async () => {
    const device = webgpu();
    expect(device.description.synchronousReads).toBe(false);
    useBackend(device);
    try {
      const x = jnp.float32(3);
      expect(() =>
        lax.while_loop(
          (y: Carry) => lax.lt(y, 100),
          (y: Carry) => lax.mul(y, 2),
          x,
        ),
      ).toThrow("this device cannot be read synchronously");
      // A loop that counts from and to host scalars need not read.
      const sum = lax.while_loop(
        ([i]: [ArrayBase]) => lax.lt(i, 5),
        ([i, y]: [ArrayBase, ArrayBase]) => [lax.add(i, 1), lax.mul(y, 2)],
        [0, 1],
      );
      expect(await plain(sum)).toEqual([5, 32]);
    } finally {
      await initialize("cpu");
    }
  });
});
