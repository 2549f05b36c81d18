import { CellSyntaxError } from "./cell-syntax-error.ts";
import { SourceLines } from "./source-lines.ts";

export interface LineMagic {
  readonly name: "%time" | "%timeit";
  /** Offset of the percent sign. */
  readonly at: number;
}

export interface Magics {
  /** Whether the whole cell is timed (`%%time` on its first line). */
  readonly cell: "%%time" | undefined;
  readonly lines: readonly LineMagic[];
  /** The cell with every magic overwritten, length and lines unchanged, so that it parses as TypeScript. */
  readonly source: string;
}

/**
 * One match for each stretch that cannot hold a magic (comments, strings, templates), each magic at the start of a
 * line, and each line end. Regular expressions are not recognized; one that holds a quote may hide a magic on the
 * same line only.
 */
const scan =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|`(?:\\[\s\S]|[^\\`])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<=^|\n)[ \t]*(?<magic>%%?[A-Za-z]\w*|![A-Za-z])/g;

/** Finds the magics of a cell; a question for the device becomes a call. An unknown magic is an error. */
export function findMagics(source: string): Magics {
  const lines: LineMagic[] = [];
  let cell: "%%time" | undefined;
  let text = source;
  const blank = (at: number, length: number, filler: string): void => {
    text = text.slice(0, at) + filler.padEnd(length) + text.slice(at + length);
  };
  for (const match of source.matchAll(scan)) {
    const name = match.groups?.["magic"];
    if (name === undefined) continue;
    const at = match.index + match[0].length - name.length;
    if (name === "%%time" && source.slice(0, at).trim() === "") {
      cell = name;
      blank(at, name.length, ";");
    } else if (name === "%time" || name === "%timeit") {
      lines.push({ name, at });
      blank(at, name.length, ";");
    } else if (isDeviceQuery(source, at)) {
      blank(at, deviceQueryCall.length, deviceQueryCall);
    } else if (name.startsWith("%") || isShellCommand(source, at)) {
      throw unknownMagic(name, source, at);
    }
  }
  return { cell, lines, source: text };
}

/** What a line that asks for the device calls: as many characters as the line itself has. */
const deviceQueryCall = "nvidiaSmi()";

/** `!nvidia-smi`, as the lecture has it, or `!webgpu-smi`, alone on its line. */
function isDeviceQuery(source: string, at: number): boolean {
  return /^!(?:nvidia|webgpu)-smi[ \t]*(?:$|[\r\n])/.test(source.slice(at));
}

/** `!pip install x` and `!nvidia-smi`, but not `!done`. */
function isShellCommand(source: string, at: number): boolean {
  return /^!(?:pip|conda|nvidia-smi|webgpu-smi|ls|cd|apt|wget|curl|python)\b/.test(source.slice(at, at + 12));
}

function unknownMagic(name: string, source: string, at: number): CellSyntaxError {
  const position = new SourceLines(source).position(at);
  if (name.startsWith("!"))
    return new CellSyntaxError("Shell commands do not run in a browser", position, "Leave this line out.");
  if (name === "%%time")
    return new CellSyntaxError(
      "%%time must be the first line of its cell",
      position,
      "Use %time for a single line.",
    );
  return new CellSyntaxError(
    `There is no magic named ${name}`,
    position,
    name === "%%timeit"
      ? "Write %timeit in front of one expression."
      : "The magics are %time, %timeit and, on a cell's first line, %%time.",
  );
}
