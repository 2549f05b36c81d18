import { expect, test } from "vitest";
import { ready, runSource } from "./harness/lesson.ts";
import { withNotebook, type Graphics } from "./harness/notebook.ts";

const reads: readonly (readonly [source: string, value: string])[] = [
  ["jnp.sum(jnp.ones(50_000_000))", "Array(50000000., dtype=float32)"],
  ["jnp.mean(jnp.ones(20_000_000))", "Array(1., dtype=float32)"],
  ["jnp.sum(jnp.ones(50)).item()", "50"],
  ["jnp.ones(1) > 0 ? 'yes' : 'no'", '"yes"'],
  ["const row = jnp.arange(5);\n[row[3].item(), row[-1].item(), row['1:3'].tolist()]", "[3, 4, [1, 2]]"],
  ["const [p, q] = jnp.split(jnp.arange(4.0), 2);\nq", "Array([2., 3.], dtype=float32)"],
  ["let s = 0;\nfor (const v of jnp.arange(4)) s += v.item();\ns", "6"],
  [
    "import * as np from 'numpy';\nconst z = np.zeros([3, 2]);\nfor (let i = 0; i < 3; i++) for (let j = 0; j < 2; j++) z[i, j] = row[i] * 10 + row[j];\nz",
    "array([[ 0.,  1.],\n       [10., 11.],\n       [20., 21.]])",
  ],
  ["`${jnp.ones(2)}`", '"[1. 1.]"'],
  ["jnp.arange(100_000.0).tolist()[99_999]", "99999"],
  ["lax.while_loop((x) => x * x < 1000, (x) => x + 1, jnp.int32(3))", "Array(32, dtype=int32)"],
  ["lax.cond(jnp.ones(3)[1] > 0, (x) => x * 2, (x) => x, jnp.arange(3))", "Array([0, 2, 4], dtype=int32)"],
];

test.each<Graphics>(["software-webgpu", "none"])(
  "values can be read where they are needed (graphics: %s)",
  async (graphics) => {
    await withNotebook({ graphics }, async ({ page, problems }) => {
      await ready(page);
      await runSource(page, "imports", 'import * as jnp from "jax/numpy";\nimport * as lax from "jax/lax";');
      for (const [source, value] of reads)
        expect(await runSource(page, "print-a", source), source).toBe(value);
      expect(problems).toEqual([]);
    });
  },
);
