import { Artist } from "./artist.ts";
import { Axes } from "./axes.ts";
import { Figure } from "./figure.ts";
import { figureDesk } from "./figure-desk.ts";
import { isPlotlyFigure, readPlotlyFigure } from "./plain-figure.ts";

/**
 * Puts a value out as a figure, where it is one: pyplot's, or Plotly's plain form. What a plotting call gives back
 * has nothing to say either. False for any other value.
 */
export function putFigure(value: unknown): boolean {
  if (value instanceof Figure) {
    if (value.axes.length > 0) figureDesk.show(value);
    return true;
  }
  if (isPlotlyFigure(value)) {
    figureDesk.put(readPlotlyFigure(value));
    return true;
  }
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return parts.length > 0 && parts.every((part) => part instanceof Artist || part instanceof Axes);
}
