import { sizeOf } from "../core/aval.ts";
import type { HostScalar } from "../core/dtype.ts";
import { EDGE_ITEMS, edgeBlocks, isSummarised } from "./edge-blocks.ts";
import { elementFormat, type ElementFormat } from "./element-format.ts";
import type { PrintableArray } from "./printable-array.ts";

/** Columns a printed line may take (NumPy's and JAX's `linewidth`). */
export const LINE_WIDTH = 75;

const ELLIPSIS = "...";

interface ArrayTextOptions {
  /** What stands between elements: ", " in a repr, " " in a str. */
  readonly separator: string;
  /** What will be written before the first bracket; following lines are indented by its width. */
  readonly prefix: string;
  /** What will be written after the last bracket; lines leave room for it. */
  readonly suffix: string;
}

interface Layout {
  readonly array: PrintableArray;
  readonly format: ElementFormat;
  readonly separator: string;
  readonly summarise: boolean;
}

/** NumPy's `array2string`: brackets, aligned elements, summarised edges and wrapped lines. */
export function arrayToString(array: PrintableArray, options: ArrayTextOptions): string {
  if (sizeOf(array.shape) === 0) return "[]";
  const layout: Layout = {
    array,
    format: elementFormat(array.dtype, shownElements(array), array.shape.length === 0),
    separator: options.separator,
    summarise: isSummarised(array.shape),
  };
  const indent = " ".repeat(options.prefix.length + 1);
  return formatAxis(layout, 0, 0, indent, LINE_WIDTH - options.suffix.length);
}

function shownElements(array: PrintableArray): HostScalar[] {
  return edgeBlocks(array.shape).flatMap(({ start, length }) =>
    Array.from({ length }, (_, i) => array.at(start + i)),
  );
}

/** The positions to write along an axis; null stands for the ellipsis. */
function shownPositions(extent: number, summarise: boolean): (number | null)[] {
  const all = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);
  if (!summarise || extent <= 2 * EDGE_ITEMS) return all(0, extent);
  return [...all(0, EDGE_ITEMS), null, ...all(extent - EDGE_ITEMS, EDGE_ITEMS)];
}

function formatAxis(layout: Layout, axis: number, base: number, indent: string, width: number): string {
  const { array, format, separator, summarise } = layout;
  const extent = array.shape[axis];
  if (extent === undefined) return format(array.at(base));
  const positions = shownPositions(extent, summarise);
  const axesLeft = array.shape.length - axis;
  const text = (position: number | null): string =>
    position === null
      ? ELLIPSIS
      : formatAxis(layout, axis + 1, base * extent + position, `${indent} `, width - 1);
  if (axesLeft === 1) {
    const room = width - Math.max(separator.trimEnd().length, 1);
    return `[${wrapWords(positions.map(text), separator, indent, room).slice(indent.length)}]`;
  }
  const lineBreak = separator.trimEnd() + "\n".repeat(axesLeft - 1) + indent;
  return `[${positions.map(text).join(lineBreak)}]`;
}

function wrapWords(words: readonly string[], separator: string, indent: string, room: number): string {
  let done = "";
  let line = indent;
  words.forEach((word, i) => {
    // A word that is too long for any line stays where it is.
    if (line.length + word.length > room && line.length > indent.length) {
      done += `${line.trimEnd()}\n`;
      line = indent;
    }
    line += word;
    if (i < words.length - 1) line += separator;
  });
  return done + line;
}
