import { expect, it } from "vitest";
import { summarizeAgreement } from "./agreement-summary.ts";
import { NEVER_RUN, type CellState } from "./cell-state.ts";
import { createDocument, editCell } from "./document.ts";
import { parseLesson } from "./parse-lesson.ts";

const document = createDocument(
  parseLesson(
    "---\ntitle: T\nsummary: S.\ncredit: C.\n---\n" +
      ["a", "b", "c", "d"].map((id) => `\`\`\`ts {#${id} lecture="1.5"}\n1.5\n\`\`\`\n`).join("") +
      '```ts {#e lecture="119980080" excepted="An identity."}\nid(a)\n```\n```ts {#f}\n2\n```\n',
  ),
);
const printed = (text: string): CellState => ({ ...NEVER_RUN, outputs: [{ kind: "value", text }] });

it("counts what agrees, what does not and what has not run; edited cells aside", () => {
  const cells = { a: printed("1.5"), b: printed("1.25"), d: printed("1.5"), e: printed("7") };
  const summary = summarizeAgreement(editCell(document, "d", "2.5"), cells);
  expect(summary).toMatchObject({ total: 3, same: 1, notRun: 1, excepted: 1 });
  expect(summary.other.map((cell) => cell.id)).toEqual(["b"]);
});
