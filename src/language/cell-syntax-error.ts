import type { SourcePosition } from "./source-lines.ts";

/** A cell that cannot run as written. Line and column count from 1 in the cell's own text. */
export class CellSyntaxError extends SyntaxError {
  override readonly name = "SyntaxError";
  readonly line: number;
  readonly column: number;
  /** What to write instead, in one sentence; absent when there is nothing better to say. */
  readonly hint: string | undefined;

  constructor(message: string, position: SourcePosition, hint?: string) {
    super(message);
    this.line = position.line;
    this.column = position.column;
    this.hint = hint;
  }
}
