/** A lesson file that cannot be read; `line` is where, from 1. */
export class LessonSyntaxError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = "LessonSyntaxError";
    this.line = line;
  }
}
