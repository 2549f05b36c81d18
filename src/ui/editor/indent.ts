const STEP = "  ";

/** A replacement for part of a text, and what is selected afterwards. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly selectionStart: number;
  readonly selectionEnd: number;
}

/** What Tab does: indents the selected lines, or inserts blanks at the caret. */
export function indent(source: string, start: number, end: number): TextEdit {
  if (!source.slice(start, end).includes("\n")) {
    const caret = start + STEP.length;
    return { from: start, to: end, text: STEP, selectionStart: caret, selectionEnd: caret };
  }
  return editLines(source, start, end, (line) => (line === "" ? line : STEP + line));
}

/** What Shift+Tab does: takes one step of indentation from every line the selection touches. */
export function outdent(source: string, start: number, end: number): TextEdit {
  return editLines(source, start, end, (line) => line.replace(/^(?: {1,2}|\t)/, ""));
}

function editLines(source: string, start: number, end: number, edit: (line: string) => string): TextEdit {
  const from = source.lastIndexOf("\n", start - 1) + 1;
  const nextBreak = source.indexOf("\n", end);
  const to = nextBreak === -1 ? source.length : nextBreak;
  const before = source.slice(from, to).split("\n");
  const after = before.map(edit);
  const text = after.join("\n");
  const firstGrowth = (after[0]?.length ?? 0) - (before[0]?.length ?? 0);
  const selectionStart = Math.max(from, start + firstGrowth);
  const growth = text.length - (to - from);
  return { from, to, text, selectionStart, selectionEnd: Math.max(selectionStart, end + growth) };
}
