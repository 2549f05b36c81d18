import { expect, it } from "vitest";
import type { Timing } from "./output.ts";
import { describeKernels, timingParts } from "./timing-parts.ts";

const timing: Timing = {
  wallMs: 20,
  traceMs: 1,
  compileMs: 4,
  kernelsCompiled: 1,
  kernelsRun: 2,
  runMs: 10,
  readMs: 2,
};

it("splits the wall time and names the rest", () => {
  expect(timingParts(timing).map((part) => `${part.name} ${part.ms}`)).toEqual([
    "trace 1",
    "compile 4",
    "run 10",
    "read back 2",
    "other 3",
  ]);
});

it("never reports a negative rest when parts overlap", () => {
  expect(timingParts({ ...timing, wallMs: 5 }).at(-1)?.ms).toBe(0);
});

it("counts kernels in words", () => {
  expect(describeKernels(timing)).toBe("1 kernel compiled");
  expect(describeKernels({ ...timing, kernelsCompiled: 0 })).toBe("no kernel compiled");
  expect(describeKernels({ ...timing, kernelsCompiled: 14 })).toBe("14 kernels compiled");
});
