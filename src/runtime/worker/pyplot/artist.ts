import type { FigureValue } from "../../protocol.ts";

/** One trace of Plotly's while it is put together. */
export type Trace = Record<string, FigureValue>;

/** What an artist becomes once its numbers are read. */
export interface Drawing {
  readonly traces: readonly Trace[];
  /** What was left out. */
  readonly notes: readonly string[];
}

/** Something drawn on axes: matplotlib's name for it, and its traces as soon as they are known. */
export class Artist {
  readonly kind: string;
  readonly drawing: Promise<Drawing>;
  label: string | undefined;
  /** Set by `fig.colorbar`. */
  colorbar: { readonly label: string | undefined } | undefined;

  constructor(kind: string, label: string | undefined, drawing: Promise<Drawing>) {
    this.kind = kind;
    this.label = label;
    this.drawing = drawing;
    // A figure that is never shown must not fail the cell; one that is waits for the drawing and hears of it.
    drawing.catch(() => undefined);
  }

  get_label(): string {
    return this.label ?? "";
  }

  set_label(label: unknown): void {
    this.label = String(label);
  }

  toString(): string {
    return `<${this.kind}>`;
  }
}
