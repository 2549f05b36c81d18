import { beforeAll, expect, test } from "vitest";
import type { WorkerToPage } from "../../protocol.ts";
import { initialize } from "../engine-door.ts";
import { Evaluator } from "../evaluate.ts";
import cases from "./testdata/numpy-results.json";

/** What cells show, values and errors, compared with what NumPy itself shows for the same in Python. */

beforeAll(async () => {
  await initialize("cpu");
});

async function shownBy(source: string): Promise<string> {
  const messages: WorkerToPage[] = [];
  const evaluator = new Evaluator(
    (message) => messages.push(message),
    () => true,
  );
  await evaluator.run({ runId: 1, cellId: "a", number: 1, source: 'import * as np from "numpy"' });
  await evaluator.run({ runId: 2, cellId: "b", number: 2, source });
  const items = messages.flatMap((message) => (message.type === "output" ? message.items : []));
  return items
    .map((item) => {
      if (item.kind === "error") return `${item.error.name}: ${item.error.message}`;
      return item.kind === "value" || item.kind === "text" ? item.text : item.kind;
    })
    .join("");
}

test.each(cases.map(({ cell, shown }) => [cell, shown] as const))("%s", async (cell, shown) => {
  expect(await shownBy(cell)).toBe(shown);
});
