/** The id of a cell's text area in the page. */
export function editorId(cellId: string): string {
  return `editor-${cellId}`;
}

/** Where a line starts and ends in a text, lines from 1; the last line stands in for one that is not there. */
export function lineRange(text: string, line: number): readonly [start: number, end: number] {
  const lines = text.split("\n");
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, index).reduce((sum, earlier) => sum + earlier.length + 1, 0);
  return [start, start + (lines[index]?.length ?? 0)];
}

/** Puts the keyboard into a cell's editor; with a line, selects it and brings it into view. */
export function focusEditor(cellId: string, line?: number): void {
  const area = document.getElementById(editorId(cellId));
  if (!(area instanceof HTMLTextAreaElement)) return;
  // Behind the fold of a solution nothing can have the keyboard.
  unfold(area);
  area.focus({ preventScroll: true });
  if (line !== undefined) area.setSelectionRange(...lineRange(area.value, line));
  area.closest("[data-cell-id]")?.scrollIntoView({ block: "nearest" });
}

/** Brings a cell into the middle of the window. */
export function revealCell(cellId: string): void {
  const area = document.getElementById(editorId(cellId));
  if (area === null) return;
  unfold(area);
  area.closest("[data-cell-id]")?.scrollIntoView({ block: "center" });
}

function unfold(element: Element): void {
  const fold = element.closest("details");
  if (fold !== null) fold.open = true;
}
