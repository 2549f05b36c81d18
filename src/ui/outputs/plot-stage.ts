import type { Plotly } from "plotly.js/lib/core";
import type { Figure, FigureFields } from "../../notebook/output.ts";
import { readPalette } from "./plot-palette.ts";
import { isSpatial, themedFigure } from "./plot-theme.ts";

const config = {
  displayModeBar: false,
  displaylogo: false,
  scrollZoom: false,
  showTips: false,
  showLink: false,
  editable: false,
  typesetMath: false,
  doubleClick: "reset",
  locale: "en-US",
};

/** Fetches Plotly, and the traces in three dimensions when the figure has some. */
async function loadPlotly(figure: Figure): Promise<Plotly> {
  const { plotly } = await import("./plotly-plane.ts");
  if (isSpatial(figure)) await import("./plotly-space.ts");
  return plotly;
}

/** One place on the page where a figure is drawn. */
export class PlotStage {
  readonly #element: HTMLElement;
  readonly #observer: ResizeObserver;
  #plotly: Plotly | undefined;
  #figure: Figure | undefined;
  #width = 0;
  #gone = false;

  constructor(element: HTMLElement) {
    this.#element = element;
    this.#observer = new ResizeObserver(() => this.#fit());
  }

  /** Draws a figure in the colours of the moment; resolves when it stands. */
  async draw(figure: Figure): Promise<void> {
    this.#figure = figure;
    const [plotly] = await Promise.all([loadPlotly(figure), document.fonts.ready]);
    if (this.#gone || this.#figure !== figure) return;
    this.#plotly = plotly;
    const surroundings = {
      touch: matchMedia("(pointer: coarse)").matches,
      narrow: this.#element.clientWidth < 480,
    };
    const { data, layout } = themedFigure(figure, readPalette(), surroundings);
    // Plotly writes into what it is given; the figure is the document's.
    await plotly.react(this.#element, structuredClone(data), structuredClone(layout), config);
    this.#width = this.#element.clientWidth;
    this.#observer.observe(this.#element);
  }

  /** Undoes what zooming and turning did. */
  async reset(): Promise<void> {
    if (this.#figure !== undefined) await this.draw(this.#figure);
  }

  /** Turns a view in three dimensions about its vertical axis, or tips it, by an angle in radians. */
  async turn(round: number, up: number): Promise<void> {
    const full = (this.#element as { _fullLayout?: Record<string, { camera?: { eye?: Eye } }> })._fullLayout;
    const eye = full?.["scene"]?.camera?.eye;
    if (this.#plotly === undefined || eye === undefined) return;
    await this.#plotly.relayout(this.#element, { "scene.camera.eye": { ...turned(eye, round, up) } });
  }

  /** The picture as the text of an SVG file. */
  async picture(): Promise<string> {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const url = await this.#plotly?.toImage(this.#element, { format: "svg", width, height });
    return url === undefined ? "" : decodeURIComponent(url.slice(url.indexOf(",") + 1));
  }

  dispose(): void {
    this.#gone = true;
    this.#observer.disconnect();
    this.#plotly?.purge(this.#element);
  }

  #fit(): void {
    const width = this.#element.clientWidth;
    if (this.#gone || width === 0 || width === this.#width) return;
    this.#width = width;
    void this.#plotly?.Plots.resize(this.#element);
  }
}

interface Eye {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export function turned({ x, y, z }: Eye, round: number, up: number): Eye & FigureFields {
  const distance = Math.hypot(x, y, z);
  const azimuth = Math.atan2(y, x) + round;
  const limit = Math.PI / 2 - 0.05;
  const elevation = Math.min(limit, Math.max(-limit, Math.asin(z / distance) + up));
  return {
    x: distance * Math.cos(elevation) * Math.cos(azimuth),
    y: distance * Math.cos(elevation) * Math.sin(azimuth),
    z: distance * Math.sin(elevation),
  };
}
