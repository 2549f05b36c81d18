import { describe, expect, it } from "vitest";
import type { Timing } from "../runtime/protocol.ts";
import { createDocument, editCell, findCell } from "./document.ts";
import { parseLesson } from "./parse-lesson.ts";
import {
  describeRatio,
  historyKey,
  historyOfCell,
  lectureTimes,
  recordRun,
  type TimingHistory,
} from "./timing-history.ts";

function timing(wallMs: number, kernelsCompiled = 0): Timing {
  return { wallMs, traceMs: 0, compileMs: 0, kernelsCompiled, kernelsRun: 1, runMs: wallMs, readMs: 0 };
}
function history(...runs: readonly Timing[]): TimingHistory {
  let result: TimingHistory | undefined;
  for (const run of runs) result = recordRun(result, { cellId: "a", timing: run });
  if (result === undefined) throw new Error("a history needs a run");
  return result;
}

describe("recordRun", () => {
  it("keeps the first run and the latest of those after it", () => {
    const { first, cached, cachedRuns, bestCachedMs } = history(timing(300, 4), timing(90), timing(100));
    expect([first.timing.wallMs, cached?.timing.wallMs, cachedRuns, bestCachedMs]).toEqual([300, 100, 2, 90]);
  });

  it("lets a cell show its own cached run", () => {
    const earlier = history(timing(300, 4), timing(90));
    const both = recordRun(earlier, { cellId: "b", timing: timing(100) });
    expect(both.cached?.cellId).toBe("b");
    expect(historyOfCell(both, "a").cached?.timing.wallMs).toBe(90);
    expect(historyOfCell(both, "c").cached?.cellId).toBe("b");
  });

  it("starts over when kernels were compiled again", () => {
    const { first, cached } = history(timing(300, 4), timing(90), timing(280, 4));
    expect([first.timing.wallMs, cached]).toEqual([280, null]);
  });
});

describe("describeRatio", () => {
  it.each([
    [[timing(310, 4), timing(100)], "3.1x faster once compiled"],
    [[timing(3100, 4), timing(100)], "31x faster once compiled"],
    [[timing(150), timing(100)], "1.5x faster the second time"],
    [[timing(100), timing(101)], "as long as the first call"],
    [[timing(100), timing(200)], "2.0x slower than the first call"],
    [[timing(3, 1), timing(0.05)], "too short for this clock to compare"],
  ])("says it in words", (runs, words) => {
    expect(describeRatio(history(...runs))).toBe(words);
  });

  it("says nothing after one run", () => {
    expect(describeRatio(history(timing(310, 4)))).toBeUndefined();
  });
});

describe("cells that time the same call", () => {
  const cell = (id: string, attributes: string): string => `\`\`\`ts {#${id} ${attributes}}\nf(x)\n\`\`\`\n`;
  const document = createDocument(
    parseLesson(
      "---\ntitle: T\nsummary: S.\ncredit: C.\n---\n" +
        cell("first", 'call="f(x)" t4="462 ms"') +
        cell("second", 'call="f(x)" t4="148 ms"') +
        cell("third", 'call="f(x)" t4="100 ms"') +
        cell("alone", 't4="5 ms"'),
    ),
  );
  const key = (id: string, within = document): string => historyKey(within, findCell(within, id));

  it("share a history until one of them is edited", () => {
    expect(key("first")).toBe(key("second"));
    expect(key("first")).not.toBe(key("alone"));
    const edited = editCell(document, "second", "f(x) + 1");
    expect(key("second", edited)).not.toBe(key("first", edited));
    expect(key("second", editCell(edited, "second", "f(x) + 2"))).not.toBe(key("second", edited));
  });

  it("take the lecture's times from the cells that had them", () => {
    expect(lectureTimes(document, findCell(document, "first"))).toEqual({ firstMs: 462, cachedMs: 148 });
    expect(lectureTimes(document, findCell(document, "second"))).toEqual({ firstMs: 462, cachedMs: 148 });
    expect(lectureTimes(document, findCell(document, "third"))).toEqual({ firstMs: 462, cachedMs: 100 });
    expect(lectureTimes(document, findCell(document, "alone"))).toEqual({ firstMs: 5 });
  });
});
