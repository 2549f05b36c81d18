import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import type { ArrayBase } from "../core/array-base.ts";
import { isFloating } from "../core/dtype.ts";
import { treeFlatten } from "../core/tree.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { useBackend } from "../dispatch/devices.ts";
import { float, initialize, jax, lax, numpy as jnp } from "../index.ts";

/** A program with loops and branches, as a function of arrays that gives a list of arrays. */
interface ControlRow {
  readonly name: string;
  readonly f: (...args: ArrayBase[]) => ArrayBase[];
  /** Shapes of the arguments; integers where `integers` says so. */
  readonly shapes: readonly (readonly number[])[];
  /** Argument k holds whole numbers from 0 up to, excluding, this one. */
  readonly integers?: Readonly<Record<number, number>>;
  /** A loop that turns as often as its data say has no reverse mode, and needs a device that can be read at once. */
  readonly isDynamic?: boolean;
}

type A = ArrayBase;
const list = (result: unknown): A[] => treeFlatten(result).leaves as A[];

/** A step with products, a sum and a carry that is an integer. */
function rnn(h: A, x: A, w: A, b: A): A {
  return lax.tanh(lax.add(jnp.add(jnp.matmul(w, h), x), b));
}

const rows: readonly ControlRow[] = [
  {
    name: "scan, carry and results",
    shapes: [[], [5]],
    f: (c, xs) => list(lax.scan((s: A, x: A) => [lax.add(lax.mul(s, x), lax.sin(s)), lax.mul(s, x)], c, xs)),
  },
  {
    name: "scan, constants that are matrices",
    shapes: [[3, 3], [3], [], [4, 3]],
    f: (w, h, b, xs) =>
      list(
        lax.scan(
          (s: A, x: A) => {
            const next = rnn(s, x, w, b);
            return [next, jnp.sum(lax.mul(next, next))];
          },
          h,
          xs,
        ),
      ),
  },
  {
    name: "scan in reverse, a counter in the carry",
    shapes: [[2], [4, 2]],
    f: (c, xs) =>
      list(
        lax.scan(
          ([i, s]: [A, A], x: A) => [
            [lax.add(i, 1), lax.add(lax.mul(s, float(0.5)), jnp.multiply(x, i))],
            lax.exp(lax.neg(s)),
          ],
          [0, c],
          xs,
          { reverse: true },
        ),
      ).slice(1),
  },
  {
    name: "scan, results that do not depend on some inputs",
    shapes: [[], [3], [3]],
    f: (c, xs, ys) =>
      list(lax.scan((s: A, [x, y]: [A, A]) => [lax.add(s, x), [lax.sin(y), s, x]], c, [xs, ys])),
  },
  {
    name: "scan without turns",
    shapes: [[2], [0, 2]],
    f: (c, xs) => list(lax.scan((s: A, x: A) => [lax.add(s, x), lax.mul(s, x)], c, xs)),
  },
  {
    name: "scan in a scan",
    shapes: [[], [2, 3]],
    f: (c, xs) =>
      list(
        lax.scan(
          (s: A, row: A) => lax.scan((t: A, x: A) => [lax.sin(lax.add(t, x)), lax.mul(t, x)], s, row),
          c,
          xs,
        ),
      ),
  },
  {
    name: "fori_loop over more than a workgroup",
    shapes: [[300]],
    f: (x) => [
      lax.fori_loop(
        0,
        4,
        (i: A, y: A) => lax.add(lax.sin(y), jnp.multiply(y, lax.div(jnp.float32(i), float(8)))),
        x,
      ),
    ],
  },
  {
    name: "fori_loop that writes into an array",
    shapes: [[6], []],
    f: (x, c) => [
      lax.fori_loop(
        1,
        6,
        (i: A, y: A) =>
          lax.dynamic_update_slice(y, lax.mul(lax.sin(lax.dynamic_slice(y, [lax.sub(i, 1)], [1])), c), [i]),
        x,
      ),
    ],
  },
  {
    name: "map",
    shapes: [[4, 2]],
    f: (x) => list(lax.map((row: A) => [lax.sin(row), jnp.sum(row)], x)),
  },
  {
    name: "cond on data",
    shapes: [[], [3]],
    f: (p, x) =>
      list(
        lax.cond(
          lax.gt(p, 0),
          (y: A) => [lax.sin(y), lax.mul(y, p)],
          (y: A) => [lax.mul(y, y), lax.neg(y)],
          x,
        ),
      ),
    isDynamic: true,
  },
  {
    name: "switch on data, one branch constant",
    shapes: [[], [3], []],
    integers: { 0: 4 },
    f: (k, x, c) =>
      list(
        lax.switch(
          k,
          [() => jnp.zeros(3, x.dtype), (y: A) => lax.mul(lax.exp(y), c), (y: A) => lax.add(y, c)],
          x,
        ),
      ),
    isDynamic: true,
  },
  {
    name: "cond in a scan",
    shapes: [[], [5]],
    f: (c, xs) =>
      list(
        lax.scan(
          (s: A, x: A) => [
            lax.cond(
              lax.gt(x, 0),
              (t: A) => lax.sin(lax.mul(t, x)),
              (t: A) => lax.add(t, x),
              s,
            ),
            s,
          ],
          c,
          xs,
        ),
      ),
    isDynamic: true,
  },
];

const dynamicRows: readonly ControlRow[] = [
  {
    name: "while, a condition on the carry",
    shapes: [[], []],
    f: (x, y) => [
      ...list(
        lax.while_loop(
          ([s]: [A, A]) => lax.lt(s, float(20)),
          ([s, t]: [A, A]) => [lax.add(lax.mul(s, s), float(1.5)), lax.mul(t, lax.sin(s))],
          [x, y],
        ),
      ),
    ],
    isDynamic: true,
  },
  {
    name: "while, a count that is data, constants in condition and body",
    shapes: [[], [3], []],
    integers: { 0: 6 },
    f: (n, x, c) => {
      const [, y] = lax.while_loop<[A, A]>(
        ([i]: [A, A]) => lax.lt(lax.mul(i, 2), n),
        ([i, s]: [A, A]) => [lax.add(i, lax.full([], 1, i.dtype)), lax.add(jnp.multiply(s, c), lax.sin(x))],
        [lax.full([], 0, n.dtype), x],
      );
      return [y];
    },
    isDynamic: true,
  },
  {
    name: "fori_loop with a bound that is data",
    shapes: [[], [2]],
    integers: { 0: 5 },
    f: (n, x) => [lax.fori_loop(lax.full([], 0, n.dtype), n, (_: A, y: A) => lax.sin(lax.add(y, x)), x)],
    isDynamic: true,
  },
];

const webgpu = testDevice();

let state = 7;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

interface Host {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

function hostsOf(row: ControlRow): Host[] {
  return row.shapes.map((shape, k) => {
    const below = row.integers?.[k];
    const data = Array.from({ length: sizeOf(shape) }, () =>
      below === undefined ? random() * 3 - 1.4 : Math.floor(random() * below),
    );
    return { shape, dtype: below === undefined ? "float64" : "int32", data };
  });
}

const upload = ({ shape, dtype, data }: Host): A =>
  jnp.reshape(jnp.array([...data], dtype === "float64" ? float64() : "int32"), [...shape]);

/** float64 where it exists. */
const float64 = (): "float64" | "float32" => (jax.config.jax_enable_x64 ? "float64" : "float32");

async function download(arrays: readonly A[]): Promise<Host[]> {
  return Promise.all(
    arrays.map(async (array) => {
      const data = [...(await (jnp.asarray(array) as ArrayImpl).data())].map(Number);
      return { shape: array.shape, dtype: array.dtype, data };
    }),
  );
}

function expectClose(
  actual: readonly Host[],
  wanted: readonly Host[],
  tolerance: number,
  what: string,
): void {
  expect(
    actual.map((host) => host.shape),
    what,
  ).toEqual(wanted.map((host) => host.shape));
  actual.forEach((host, k) => {
    const largest = Math.max(1, ...wanted[k]!.data.map(Math.abs));
    host.data.forEach((value, n) => {
      const other = wanted[k]!.data[n]!;
      if (!(Math.abs(value - other) <= tolerance * largest)) {
        expect.fail(
          `${what}: element ${String(n)} of result ${String(k)} is ${String(value)}, wanted ${String(other)}`,
        );
      }
    });
  });
}

/** The row as a function of its float arguments alone, and their positions. */
function differentiable(
  row: ControlRow,
  hosts: readonly Host[],
): { positions: number[]; f: (...args: A[]) => A[] } {
  const positions = hosts.flatMap((host, k) => (host.dtype === "float64" ? [k] : []));
  const f = (...floats: A[]): A[] => {
    const rest = [...floats];
    return row
      .f(...hosts.map((host) => (host.dtype === "float64" ? rest.shift()! : upload(host))))
      .filter((y) => isFloating(y.dtype));
  };
  return { positions, f };
}

const all = [...rows, ...dynamicRows].map((row) => [row.name, row] as const);

describe.each(all)("%s", (_, row) => {
  beforeAll(async () => {
    await initialize("cpu");
    jax.config.update("jax_enable_x64", true);
  });
  afterAll(() => {
    jax.config.update("jax_enable_x64", false);
  });

  test("jit agrees with eager evaluation", async () => {
    const args = hostsOf(row).map(upload);
    const eager = await download(row.f(...args));
    expectClose(await download(jax.jit(row.f)(...args)), eager, 0, "jit");
  });

  test("jvp agrees with differences", async () => {
    const hosts = hostsOf(row);
    const { positions, f } = differentiable(row, hosts);
    const primals = positions.map((k) => hosts[k]!);
    const along = primals.map((host) => ({ ...host, data: host.data.map(() => random() * 2 - 1) }));
    const [, tangents] = jax.jvp(f, primals.map(upload), along.map(upload)) as [A[], A[]];
    const step = 1e-6;
    const at = async (by: number): Promise<Host[]> =>
      download(
        f(
          ...primals.map((host, k) =>
            upload({ ...host, data: host.data.map((x, n) => x + by * along[k]!.data[n]!) }),
          ),
        ),
      );
    const [ahead, behind] = [await at(step), await at(-step)];
    const differences = ahead.map((host, k) => ({
      ...host,
      data: host.data.map((x, n) => (x - behind[k]!.data[n]!) / (2 * step)),
    }));
    expectClose(await download(tangents), differences, 1e-6, "jvp");
    const jitted = jax.jvp(jax.jit(f), primals.map(upload), along.map(upload)) as [A[], A[]];
    expectClose(await download(jitted[1]), await download(tangents), 1e-12, "jvp of jit");
  });

  if (!dynamicRows.includes(row)) {
    test("vjp agrees with jvp", async () => {
      const hosts = hostsOf(row);
      const { positions, f } = differentiable(row, hosts);
      const primals = positions.map((k) => upload(hosts[k]!));
      const along = positions.map((k) =>
        upload({ ...hosts[k]!, data: hosts[k]!.data.map(() => random() * 2 - 1) }),
      );
      const [ys, tangents] = jax.jvp(f, primals, along) as [A[], A[]];
      const cotangents = ys.map((y) =>
        upload({
          shape: y.shape,
          dtype: "float64",
          data: Array.from({ length: y.size }, () => random() * 2 - 1),
        }),
      );
      const inner = async (left: readonly A[], right: readonly A[]): Promise<number> => {
        const [l, r] = [await download(left), await download(right)];
        return l.reduce(
          (sum, host, k) => sum + host.data.reduce((own, x, n) => own + x * r[k]!.data[n]!, 0),
          0,
        );
      };
      for (const g of [f, jax.jit(f)]) {
        const [values, pullback] = jax.vjp(g, ...primals) as unknown as [A[], (cotangents: A[]) => A[]];
        expectClose(await download(values), await download(ys), 1e-12, "value of vjp");
        const back = pullback(cotangents);
        const [forward, backward] = [await inner(cotangents, tangents), await inner(back, along)];
        expect(backward).toBeCloseTo(forward, 9);
      }
    });

    test("a second derivative, forward over reverse, agrees with reverse over reverse", async () => {
      const hosts = hostsOf(row);
      const { positions, f } = differentiable(row, hosts);
      const primals = positions.map((k) => upload(hosts[k]!));
      const scalar = (...args: A[]): A =>
        f(...args).reduce<A>((sum, y) => jnp.add(sum, jnp.sum(lax.sin(y))), jnp.array(0, float64()));
      const first = jax.grad(scalar) as (...args: A[]) => A;
      const forward = (jax.jacfwd(first) as (...args: A[]) => A)(...primals);
      const backward = (jax.jacrev(first) as (...args: A[]) => A)(...primals);
      if (hosts[positions[0]!]!.data.length > 16) return;
      expectClose(await download([forward]), await download([backward]), 1e-9, "second derivative");
    });
  }

  test("vmap agrees with a loop", async () => {
    const count = 3;
    const examples = Array.from({ length: count }, () => hostsOf(row));
    // Every argument alone, and all of them.
    const choices = [
      ...row.shapes.map((_s, k) => row.shapes.map((_t, n) => n === k)),
      row.shapes.map(() => true),
    ];
    for (const batched of choices) {
      const given = (k: number, n: number): Host => examples[batched[n] ? k : 0]![n]!;
      const loop = await Promise.all(
        examples.map((_e, k) => download(row.f(...row.shapes.map((_s, n) => upload(given(k, n)))))),
      );
      const args = row.shapes.map((shape, n) =>
        batched[n]
          ? upload({
              shape: [count, ...shape],
              dtype: given(0, n).dtype,
              data: examples.flatMap((_e, k) => given(k, n).data),
            })
          : upload(given(0, n)),
      );
      const mapped = jax.vmap(
        row.f,
        batched.map((flag) => (flag ? 0 : null)),
      ) as (...args: A[]) => A[];
      const wanted = loop[0]!.map((first, r) => ({
        ...first,
        shape: [count, ...first.shape],
        data: loop.flatMap((results) => results[r]!.data),
      }));
      const what = `vmap over ${batched.map(Number).join("")}`;
      expectClose(await download(mapped(...args)), wanted, 1e-12, what);
      expectClose(await download(jax.jit(mapped)(...args)), wanted, 1e-12, `jit of ${what}`);
    }
  });

  if (row.isDynamic !== true) {
    test("WebGPU agrees with the CPU", async () => {
      jax.config.update("jax_enable_x64", false);
      try {
        const hosts = hostsOf(row);
        const { positions, f } = differentiable(row, hosts);
        const run = async (): Promise<Host[]> => {
          const primals = positions.map((k) => upload(hosts[k]!));
          const scalar = (...args: A[]): A =>
            f(...args).reduce<A>((sum, y) => jnp.add(sum, jnp.sum(y)), jnp.array(0, "float32"));
          const gradient = (jax.jit(jax.grad(scalar)) as (...args: A[]) => A)(...primals);
          return download([...f(...primals), gradient]);
        };
        const wanted = await run();
        useBackend(webgpu());
        expectClose(await run(), wanted, 2e-5, "WebGPU");
      } finally {
        await initialize("cpu");
        jax.config.update("jax_enable_x64", true);
      }
    });
  }
});
