import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

const FORBIDDEN = [
  ["src/ui/app.tsx", "src/engine/index.ts", "../engine/index.ts"],
  ["src/notebook/store.ts", "src/runtime/worker/worker.ts", "../runtime/worker/worker.ts"],
  ["src/language/rewrite.ts", "src/notebook/store.ts", "../notebook/store.ts"],
  ["src/runtime/worker/evaluate.ts", "src/engine/core/dtype.ts", "../../engine/core/dtype.ts"],
  ["src/engine/core/aval.ts", "src/engine/kernel/kernel.ts", "../kernel/kernel.ts"],
  ["src/engine/kernel/verify.ts", "src/engine/core/tracer.ts", "../core/tracer.ts"],
] as const;

const answer = "export const answer = 42;\n";

const files: Record<string, string> = {
  "src/engine/index.ts": answer,
  "src/runtime/worker/worker.ts": answer,
  "src/engine/core/dtype.ts": answer,
  "src/engine/core/tracer.ts": answer,
  // One of each kind that is allowed.
  "src/engine/kernel/kernel.ts": 'export { answer } from "../core/dtype.ts";\n',
  "src/ui/cell.tsx": 'export type { answer } from "../notebook/store.ts";\n',
  // Two modules that wait for each other.
  "src/language/a.ts": 'import { b } from "./b.ts";\nexport const a = (): unknown => b;\n',
  "src/language/b.ts": 'import { a } from "./a.ts";\nexport const b = (): unknown => a;\n',
};
for (const [from, , specifier] of FORBIDDEN) files[from] = `export type { answer } from "${specifier}";\n`;

let status: number | null;
let output: string;

/** What the gate for import direction says of a program made of these files. */
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "boundaries-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    copyFileSync(join(root, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
    const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
    const config = join(root, ".dependency-cruiser.cjs");
    const run = spawnSync(process.execPath, [program, "--config", config, "src"], {
      cwd: folder,
      encoding: "utf8",
    });
    status = run.status;
    output = run.stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(FORBIDDEN)("an import from %s to %s is refused, even of a type alone", (from, to) => {
  expect(output).toContain(`${from} → ${to}`);
});

test("two modules that wait for each other are refused", () => {
  expect(output).toContain("no cycles at run time: src/language/a.ts");
});

test("nothing else is refused", () => {
  expect(output).toContain(`${FORBIDDEN.length + 1} dependency violations`);
  expect(status).not.toBe(0);
});
