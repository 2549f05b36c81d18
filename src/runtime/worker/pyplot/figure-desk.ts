import type { Figure as DrawnFigure, OutputItem } from "../../protocol.ts";
import type { Axes } from "./axes.ts";
import { Figure } from "./figure.ts";
import { renderFigure } from "./render-figure.ts";

/** Figures one cell may put out; matplotlib warns at the same number. */
const maxFigures = 20;

type Put = (item: OutputItem | Promise<OutputItem>) => void;

/** The figures that are open, and where they go: pyplot's state, which all cells share. */
class FigureDesk {
  #open: Figure[] = [];
  #current: Figure | undefined;
  #put: Put | undefined;
  #count = 0;

  /** A cell starts; `put` takes what it shows. */
  begin(put: Put): void {
    this.#put = put;
    this.#count = 0;
  }

  /**
   * The cell is over: figures that were made and not shown are shown now, as Jupyter does. When it `failed`, those
   * it had not drawn on go.
   */
  end(failed: boolean): void {
    if (failed)
      for (const figure of this.#open)
        if (figure.axes.every(({ artists }) => artists.length === 0)) this.close(figure);
    this.showAll();
    this.#put = undefined;
  }

  open(figure: Figure): Figure {
    this.#open.push(figure);
    this.#current = figure;
    return figure;
  }

  close(figure?: Figure): void {
    this.#open = figure === undefined ? [] : this.#open.filter((each) => each !== figure);
    if (figure === undefined || this.#current === figure) this.#current = this.#open.at(-1);
  }

  /** The figure that `plt.plot` draws on. */
  get current(): Figure {
    return this.#current ?? this.open(new Figure());
  }

  get currentAxes(): Axes {
    return this.current.gca();
  }

  makeCurrent(axes: Axes): void {
    const owner = this.#open.find((figure) => figure.axes.includes(axes));
    if (owner === undefined) return;
    owner.sca(axes);
    this.#current = owner;
  }

  /** Puts every open figure out at this place of the output, and closes it. */
  showAll(): void {
    for (const figure of this.#open) if (figure.axes.length > 0) this.show(figure);
    this.close();
  }

  /** Puts one figure out here; it counts as shown. */
  show(figure: Figure): void {
    this.close(figure);
    this.put(renderFigure(figure));
  }

  /** Puts out a figure that is drawn already, or will be. */
  put(figure: DrawnFigure | Promise<DrawnFigure>): void {
    if (this.#put === undefined) return;
    if (++this.#count > maxFigures) {
      if (this.#count === maxFigures + 1) this.#put(tooMany());
      return;
    }
    const item = (drawn: DrawnFigure): OutputItem => ({ kind: "figure", figure: drawn });
    this.#put(figure instanceof Promise ? figure.then(item) : item(figure));
  }
}

function tooMany(): OutputItem {
  const text = `RuntimeWarning: More than ${String(maxFigures)} figures have been opened by one cell; the others are not shown.\n`;
  return { kind: "text", stream: "stderr", text };
}

export const figureDesk = new FigureDesk();
