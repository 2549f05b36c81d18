import { expect, it } from "vitest";
import {
  cellAfter,
  cellsAbove,
  createDocument,
  editCell,
  isEdited,
  resetCell,
  sourceOf,
} from "./document.ts";
import { parseLesson } from "./parse-lesson.ts";

const FRONT = "---\ntitle: T\nsummary: S.\ncredit: C.\n---\n";
const document = createDocument(
  parseLesson(`${FRONT}\`\`\`ts {#a}\n1\n\`\`\`\n\`\`\`ts {#b}\n2\n\`\`\`\n\`\`\`ts {#c}\n3\n\`\`\`\n`),
);

it("edits and resets a cell without touching the lesson", () => {
  const edited = editCell(document, "b", "20");
  expect(sourceOf(edited, "b")).toBe("20");
  expect(isEdited(edited, "b")).toBe(true);
  expect(sourceOf(document, "b")).toBe("2");
  expect(sourceOf(resetCell(edited, "b"), "b")).toBe("2");
});

it("counts a cell typed back to the original as unedited", () => {
  expect(editCell(editCell(document, "b", "20"), "b", "2").edits).toEqual({});
});

it("knows what is above and what is next", () => {
  expect(cellsAbove(document, "c")).toEqual(["a", "b"]);
  expect(cellAfter(document, "a")?.id).toBe("b");
  expect(cellAfter(document, "c")).toBeUndefined();
});

it("refuses a cell it does not have", () => {
  expect(() => editCell(document, "z", "1")).toThrow(RangeError);
});
