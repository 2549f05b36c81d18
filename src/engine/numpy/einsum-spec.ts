import { formatShape, type Shape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";

/** An einsum specification resolved against shapes: one label per axis; "..." axes have labels of their own. */
export interface EinsumSpec {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly extents: ReadonlyMap<string, number>;
}

/**
 * Parses "ij,jk->ik". Without an arrow the labels that occur once make the output, in alphabetical order, after the
 * axes of the ellipsis. Throws ValueError for what does not fit the shapes.
 */
export function parseEinsum(subscripts: string, shapes: readonly Shape[]): EinsumSpec {
  const text = subscripts.replaceAll(" ", "");
  const [left = "", right] = text.split("->");
  const terms = left.split(",");
  if (terms.length !== shapes.length) {
    throw new ValueError(
      `Number of einsum subscripts, ${String(terms.length)}, must be equal to the number of operands, ` +
        `${String(shapes.length)}.`,
    );
  }
  const ellipsisRank = Math.max(0, ...terms.map((term, i) => extraAxes(term, shapes[i]!, i)));
  const inputs = terms.map((term, i) => labelsOf(term, extraAxes(term, shapes[i]!, i), ellipsisRank));
  const extents = new Map<string, number>();
  inputs.forEach((labels, i) => {
    recordExtents(labels, shapes[i]!, i, extents);
  });
  const output = right === undefined ? implicitOutput(inputs) : labelsOf(right, ellipsisRank, ellipsisRank);
  for (const label of output) {
    if (!extents.has(label)) throw new ValueError(`Output character '${label}' did not appear in the input`);
  }
  const repeated = output.find((label, i) => output.indexOf(label) !== i);
  if (repeated !== undefined)
    throw new ValueError(`Output character '${repeated}' appeared more than once in the output.`);
  return { inputs, output, extents };
}

function extraAxes(term: string, shape: Shape, position: number): number {
  const named = term.replace("...", "").length;
  const extra = shape.length - named;
  if (term.includes("...") ? extra < 0 : extra !== 0) {
    throw new ValueError(
      `Einstein sum subscript '${term}' does not contain the correct number of indices for operand ` +
        `${String(position)} of shape ${formatShape(shape)}.`,
    );
  }
  return extra;
}

/** The axes an ellipsis stands for are aligned at the right, as in broadcasting. */
function labelsOf(term: string, extra: number, ellipsisRank: number): string[] {
  const labels: string[] = [];
  for (const part of term.split(/(\.\.\.)/)) {
    if (part === "...") {
      for (let k = ellipsisRank - extra; k < ellipsisRank; k++) labels.push(`.${String(k)}`);
    } else {
      for (const letter of part) {
        if (!/[A-Za-z]/.test(letter)) throw new ValueError(`Character '${letter}' is not a valid symbol.`);
        labels.push(letter);
      }
    }
  }
  return labels;
}

function recordExtents(
  labels: readonly string[],
  shape: Shape,
  position: number,
  extents: Map<string, number>,
): void {
  labels.forEach((label, axis) => {
    const extent = shape[axis]!;
    const known = extents.get(label);
    if (known === undefined || known === 1) {
      extents.set(label, extent);
    } else if (extent !== 1 && extent !== known) {
      throw new ValueError(
        `Size of label '${label}' for operand ${String(position)} (${String(known)}) does not match previous ` +
          `terms (${String(extent)}).`,
      );
    }
  });
}

function implicitOutput(inputs: readonly (readonly string[])[]): string[] {
  const all = inputs.flat();
  const once = [...new Set(all)].filter(
    (label) => label.startsWith(".") || all.filter((l) => l === label).length === 1,
  );
  const [ellipsis, letters] = [once.filter((l) => l.startsWith(".")), once.filter((l) => !l.startsWith("."))];
  return [...ellipsis.sort(), ...letters.sort()];
}
