import { SourceLines, type SourcePosition } from "./source-lines.ts";

/**
 * A stretch of generated text. `at` is the place in the cell it answers for: a verbatim piece maps character by
 * character, anything else as a whole, so an error inside `$.add(...)` points at the operator it stands for.
 */
interface Piece {
  readonly text: string;
  readonly at: number;
  readonly verbatim: boolean;
}

export type Code = readonly Piece[];

/** Text copied from the cell unchanged. */
export function verbatim(source: string, start: number, end: number): Code {
  return end > start ? [{ text: source.slice(start, end), at: start, verbatim: true }] : [];
}

/** Generated text between pieces; every string in `parts` answers for the offset `at`. */
export function compose(at: number, ...parts: readonly (string | Code)[]): Code {
  return parts.flatMap((part) => (typeof part === "string" ? [{ text: part, at, verbatim: false }] : part));
}

export function textOf(code: Code): string {
  return code.map((piece) => piece.text).join("");
}

/** Finds the place in a cell that a place in its generated code stands for. */
export class CellMap {
  readonly #generated: SourceLines;
  readonly #source: SourceLines;
  readonly #starts: number[] = [];
  readonly #pieces: Code;

  constructor(code: Code, source: string) {
    this.#pieces = code;
    this.#generated = new SourceLines(textOf(code));
    this.#source = new SourceLines(source);
    let offset = 0;
    for (const piece of code) {
      this.#starts.push(offset);
      offset += piece.text.length;
    }
  }

  /** Positions count from 1 on both sides. */
  locate(generated: SourcePosition): SourcePosition {
    const offset = this.#generated.offset(generated);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    if (piece === undefined) return { line: 1, column: 1 };
    return this.#source.position(piece.at + (piece.verbatim ? offset - (this.#starts[low] ?? 0) : 0));
  }
}
