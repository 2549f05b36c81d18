import { jax, lax, numpy as jnp, operators as op, release, repr, synchronize } from "../src/engine/index.ts";
import type { ArrayBase } from "../src/engine/index.ts";

/** The lecture's f, as a cell's operators compute it. */
export function f(x: ArrayBase): ArrayBase {
  const square = op.pow(x, 2);
  const sum = op.add(op.add(op.mul(3, x), jnp.sin(x)), jnp.cos(square));
  const a = op.sub(op.sub(sum, jnp.cos(op.mul(2, x))), op.mul(op.mul(op.pow(x, 2), 0.4), op.pow(x, 1.5)));
  return jnp.sum(a);
}

/** The lecture's function of section 2.6. */
export function g(x: ArrayBase, y: ArrayBase): ArrayBase {
  const r = op.add(op.pow(x, 2), op.pow(y, 2));
  return op.div(jnp.cos(r), op.add(1, r));
}

export interface Workload {
  readonly name: string;
  /** One call, finished: its printed value. */
  readonly run: () => Promise<string>;
  readonly release: () => void;
}

async function finished(x: unknown): Promise<string> {
  await synchronize();
  if (!(x instanceof jax.Array)) throw new Error("not an array");
  const text = await repr(x);
  release(x);
  return text;
}

/** Workloads by name; each holds its inputs until released. */
export function workloads(): Record<string, () => Workload> {
  const over = (name: string, n: number, call: (x: ArrayBase) => ArrayBase) => (): Workload => {
    const x = jnp.ones(n);
    return {
      name,
      run: async () => finished(call(x)),
      release: () => {
        release(x);
      },
    };
  };
  return {
    jit: over("f(x) jit, n = 50,000,000", 50_000_000, jax.jit(f)),
    eager: over("f(x) eager, n = 5,000,000", 5_000_000, f),
    sum: over("sum, n = 50,000,000", 50_000_000, (x) => jnp.sum(x)),
    grid: () => {
      const x = jnp.linspace(-2, 2, 6000);
      const grid = jax.jit((u: ArrayBase) =>
        g(lax.broadcast_in_dim(u, [6000, 6000], [0]), lax.broadcast_in_dim(u, [6000, 6000], [1])),
      );
      const run = async (): Promise<string> => {
        const z = grid(x);
        await synchronize();
        release(z);
        return "";
      };
      return {
        name: "grid 6000 x 6000",
        run,
        release: () => {
          release(x);
        },
      };
    },
    matmul: () => {
      const a = lax.reshape(jnp.linspace(0, 1, 1024 * 1024), [1024, 1024]);
      const run = async (): Promise<string> => {
        const c = jnp.matmul(a, a);
        await synchronize();
        release(c);
        return "";
      };
      return {
        name: "matmul 1024",
        run,
        release: () => {
          release(a);
        },
      };
    },
  };
}
