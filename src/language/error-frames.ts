import type { CellMap } from "./generated-code.ts";
import type { SourcePosition } from "./source-lines.ts";

/** A place in a cell that an error passed through. */
export interface ErrorFrame extends SourcePosition {
  readonly cellId: string;
  /** Absent at the top level of a cell. */
  readonly functionName?: string;
}

/** The name under which one run of a cell appears in stack traces. */
export function cellUrl(cellId: string, run: number): string {
  return `cell-${encodeURIComponent(cellId)}.ts?run=${String(run)}`;
}

/** Both notations: `at f (cell-1.ts?run=2:3:4)` and `f@cell-1.ts?run=2:3:4`. */
const frameLine =
  /^\s*(?:at (?<v8>.*?)\(?|(?<gecko>.*?)@)(?:\S*[/ ])?(?<url>cell-[^\s:()]+\.ts\?run=\d+):(?<line>\d+):(?<column>\d+)\)?$/;

/** A line that names a data: URL holds a whole script; it is no cell's, and too long to match. */
const maxLineLength = 1000;

/** Names of functions the generated code consists of, not the reader's; with the class of `this` before the dot. */
const anonymous = /^(?:(?:\w+\.)?(?:eval|<anonymous>)|anonymous|\(?async function\)?|.*\/<|)$/;

/**
 * The frames of an error's stack that lie in cells, innermost first, at their places in the cells' own text.
 * `mapOf` gives the map and cell behind a name made by `cellUrl`.
 */
export function framesInCells(
  stack: string,
  mapOf: (url: string) => { readonly cellId: string; readonly map: CellMap } | undefined,
): ErrorFrame[] {
  const frames = stack.split("\n").flatMap((text): ErrorFrame[] => {
    const groups = text.length > maxLineLength ? undefined : frameLine.exec(text)?.groups;
    const cell = groups === undefined ? undefined : mapOf(groups["url"] ?? "");
    if (groups === undefined || cell === undefined) return [];
    const position = cell.map.locate({ line: Number(groups["line"]), column: Number(groups["column"]) });
    const name = functionName(groups["v8"] ?? groups["gecko"] ?? "");
    return [{ cellId: cell.cellId, ...position, ...(name === undefined ? {} : { functionName: name }) }];
  });
  // A magic wraps its expression in a function of its own, which the reader did not write.
  return frames.filter((frame, index) => index === 0 || !isSamePlace(frame, frames[index - 1]));
}

function isSamePlace(frame: ErrorFrame, inner: ErrorFrame | undefined): boolean {
  if (frame.functionName !== undefined || inner?.functionName !== undefined) return false;
  return frame.cellId === inner?.cellId && frame.line === inner.line && frame.column === inner.column;
}

function functionName(text: string): string | undefined {
  const name = text
    .trim()
    .replace(/^(?:async|new) /, "")
    .replace(/ \[as .*\]$/, "")
    .replace(/^Object\./, "");
  return anonymous.test(name) ? undefined : name;
}

/** An error message as the reader wrote the code: without the names that only the generated code knows. */
export function readableMessage(message: string): string {
  return message
    .replace(/\(0 ?, ?\$+s\.([\w$]+)\)/g, "$1")
    .replace(/\$+s\.([\w$]+)/g, "$1")
    .replace(/\$+\.(?:get|optionalGet)\(\.\.\.\)/g, "(intermediate value)");
}
