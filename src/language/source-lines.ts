/** A place in a text; line and column count from 1, columns in UTF-16 units as JavaScript engines count them. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** Turns offsets of one text into lines and columns, and back. */
export class SourceLines {
  readonly #starts: readonly number[];
  readonly #length: number;

  constructor(text: string) {
    const starts = [0];
    for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
    this.#starts = starts;
    this.#length = text.length;
  }

  position(offset: number): SourcePosition {
    const clamped = Math.max(0, Math.min(offset, this.#length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: clamped - (this.#starts[low] ?? 0) + 1 };
  }

  offset({ line, column }: SourcePosition): number {
    const start = this.#starts[Math.max(0, Math.min(line - 1, this.#starts.length - 1))] ?? 0;
    return Math.min(start + column - 1, this.#length);
  }
}
