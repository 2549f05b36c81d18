/** An error with a name of Python's and, where there is one, a sentence on what to try instead. */
export class HintedError extends Error {
  override readonly name: string;
  readonly hint: string | undefined;

  constructor(name: string, message: string, hint?: string) {
    super(message);
    this.name = name;
    this.hint = hint;
  }
}
