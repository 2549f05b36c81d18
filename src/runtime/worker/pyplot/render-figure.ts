import type { Figure as DrawnFigure, FigureFields, FigureValue } from "../../protocol.ts";
import type { Artist, Trace } from "./artist.ts";
import type { Axes, AxisName, AxisSettings } from "./axes.ts";
import { Axes3D } from "./axes-3d.ts";
import type { Figure } from "./figure.ts";
import { legendCorner, type Point } from "./legend-corner.ts";
import { texLabel } from "./tex-label.ts";

type Span = [start: number, end: number];
type Domain = Readonly<Record<"x" | "y", Span>>;

/** What a figure becomes: everything of its axes, when all numbers have arrived. */
export async function renderFigure(figure: Figure): Promise<DrawnFigure> {
  const { width, height, title } = figure;
  const parts = await Promise.all(
    figure.axes.map((axes, k) => renderAxes(axes, k === 0 ? "" : String(k + 1))),
  );
  const annotations = parts.flatMap((part) => part.annotations);
  const shapes = parts.flatMap((part) => part.shapes);
  const layout: FigureFields = {
    ...(Object.assign({}, ...parts.map((part) => part.layout)) as FigureFields),
    ...(title === undefined ? {} : { title: { text: title } }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(shapes.length === 0 ? {} : { shapes }),
    showlegend: parts.some((part) => part.hasLegend),
  };
  return {
    data: parts.flatMap((part) => part.traces),
    layout,
    width,
    height,
    notes: [...new Set(parts.flatMap((part) => part.notes))],
  };
}

interface AxesPart {
  readonly traces: readonly Trace[];
  readonly layout: FigureFields;
  readonly annotations: readonly FigureFields[];
  readonly shapes: readonly FigureFields[];
  readonly notes: readonly string[];
  readonly hasLegend: boolean;
}

/** `number` is what Plotly appends to the names of these axes: "", "2", "3", ... */
async function renderAxes(axes: Axes, number: string): Promise<AxesPart> {
  const domain = domainOf(axes);
  const legend = axes.legendPlace !== undefined;
  const drawings = await Promise.all(axes.artists.map(({ drawing }) => drawing));
  const where: FigureFields =
    axes instanceof Axes3D ? { scene: `scene${number}` } : { xaxis: `x${number}`, yaxis: `y${number}` };
  const own = { ...where, ...(legend ? { legend: `legend${number}` } : {}) };
  const traces = drawings.flatMap((drawing, k) =>
    drawing.traces.map((trace) => ({
      ...trace,
      ...own,
      ...named(axes.artists[k], legend),
      ...scaleBar(axes.artists[k], trace, domain),
    })),
  );
  return {
    traces,
    layout: {
      ...(axes instanceof Axes3D ? scene(axes, number, domain) : plane(axes, number, domain)),
      ...legendLayout(axes, number, domain, traces),
    },
    annotations: [
      ...titleAnnotation(axes, domain),
      ...axes.annotations.map((note) => renumbered(note, number)),
    ],
    shapes: axes.shapes.map((shape) => ({
      ...renumbered(shape, number),
      ...(legend ? { legend: `legend${number}` } : { showlegend: false }),
    })),
    notes: drawings.flatMap(({ notes }) => notes),
    hasLegend: legend,
  };
}

/** Matplotlib keeps labels that start with "_" out of the legend. */
function named(artist: Artist | undefined, legend: boolean): Trace {
  const label = artist?.label;
  const shown = label !== undefined && label !== "" && !label.startsWith("_");
  return { ...(shown ? { name: texLabel(label) } : {}), showlegend: legend && shown };
}

function scaleBar(artist: Artist | undefined, trace: Trace, domain: Domain): Trace {
  if (artist?.colorbar === undefined) return {};
  const { label } = artist.colorbar;
  const [bottom, top] = domain.y;
  const bar = {
    ...(trace["colorbar"] as FigureFields | undefined),
    x: domain.x[1] + 0.015,
    xanchor: "left",
    y: (bottom + top) / 2,
    len: top - bottom,
    thickness: 12,
    outlinewidth: 0,
    ...(label === undefined ? {} : { title: { text: label, side: "right" } }),
  };
  const marker = trace["marker"];
  if (trace["type"] === "scatter" || trace["type"] === "scatter3d")
    return { marker: { ...(marker as FigureFields), showscale: true, colorbar: bar } };
  return { showscale: true, colorbar: bar };
}

/** The part of the figure that axes have, from 0 to 1 from the lower left corner. */
function domainOf({ place, artists }: Axes): Domain {
  const { rows, columns, row, column } = place;
  const span = (count: number, position: number, gap: number): Span => {
    const size = (1 - gap * (count - 1)) / count;
    const start = position * (size + gap);
    return [start, Math.min(1, start + size)];
  };
  const [left, right] = span(columns, column, columns > 1 ? 0.24 / columns : 0);
  // Only the last column has the figure's margin for the scale of its colours.
  const reserved =
    column < columns - 1 && artists.some(({ colorbar }) => colorbar !== undefined) ? 0.16 / columns : 0;
  return { x: [left, right - reserved], y: span(rows, rows - 1 - row, rows > 1 ? 0.42 / rows : 0) };
}

function plane(axes: Axes, number: string, domain: Domain): FigureFields {
  const common = (name: AxisName): Trace => ({
    ...axisFields(axes.axes[name]),
    ...(axes.gridShown === undefined ? {} : { showgrid: axes.gridShown }),
    ...(axes.framed ? {} : { visible: false }),
  });
  const hasImage = axes.artists.some(({ kind }) => kind === "AxesImage");
  const image = hasImage ? { constrain: "domain", showgrid: false } : {};
  return {
    [`xaxis${number}`]: { ...common("x"), ...image, domain: domain.x, anchor: `y${number}` },
    [`yaxis${number}`]: {
      ...common("y"),
      ...image,
      domain: domain.y,
      anchor: `x${number}`,
      ...(axes.equalAspect ? { scaleanchor: `x${number}`, constrain: "domain" } : {}),
    },
  };
}

function axisFields({ label, limits, ticks, tickLabels, scale, inverted }: AxisSettings): Trace {
  const fields: Trace = {};
  if (label !== undefined) fields["title"] = { text: label };
  if (scale !== undefined) fields["type"] = scale;
  if (limits !== undefined) {
    const along = (limit: number | null): number | null =>
      limit !== null && scale === "log" ? Math.log10(limit) : limit;
    const range: FigureValue = [along(limits[0]), along(limits[1])];
    fields["range"] = inverted === true ? range.toReversed() : range;
    if (range.includes(null)) fields["autorange"] = inverted === true ? "reversed" : true;
  } else if (inverted === true) fields["autorange"] = "reversed";
  if (ticks !== undefined) fields["tickvals"] = ticks;
  if (tickLabels !== undefined) fields["ticktext"] = tickLabels;
  return fields;
}

function scene(axes: Axes3D, number: string, domain: Domain): FigureFields {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [up, round] = [radians(axes.elevation), radians(axes.azimuth)];
  const distance = 2.05;
  const eye = {
    x: distance * Math.cos(up) * Math.cos(round),
    y: distance * Math.cos(up) * Math.sin(round),
    z: distance * Math.sin(up),
  };
  const axis = (name: AxisName): Trace => ({
    title: { text: name === "z" ? "" : "" },
    ...axisFields(axes.axes[name]),
  });
  return {
    [`scene${number}`]: {
      domain: { x: domain.x, y: domain.y },
      xaxis: axis("x"),
      yaxis: axis("y"),
      zaxis: axis("z"),
      camera: { eye, center: { x: 0, y: 0, z: -0.12 } },
      aspectmode: "manual",
      aspectratio: { x: 1.1, y: 1.1, z: 0.82 },
    },
  };
}

/** The title of axes stands over them; Plotly has one title for all. */
function titleAnnotation({ title }: Axes, domain: Domain): FigureFields[] {
  if (title === undefined) return [];
  const middle = (domain.x[0] + domain.x[1]) / 2;
  const place = {
    xref: "paper",
    yref: "paper",
    x: middle,
    y: domain.y[1],
    xanchor: "center",
    yanchor: "bottom",
    yshift: 4,
  };
  return [{ ...place, text: title, showarrow: false, font: { size: 15 } }];
}

function legendLayout(axes: Axes, number: string, domain: Domain, traces: readonly Trace[]): FigureFields {
  if (axes.legendPlace === undefined) return {};
  const corner = axes.legendPlace === "best" ? legendCorner(pointsOf(traces)) : axes.legendPlace;
  const horizontal = corner.includes("left") ? "left" : corner.includes("right") ? "right" : "center";
  const vertical = corner.includes("upper") ? "top" : corner.includes("lower") ? "bottom" : "middle";
  const inset = 0.015;
  const along = ([start, end]: Span, side: string): number =>
    side === "left" || side === "bottom"
      ? start + inset
      : side === "right" || side === "top"
        ? end - inset
        : (start + end) / 2;
  return {
    [`legend${number}`]: {
      x: along(domain.x, horizontal),
      y: along(domain.y, vertical),
      xanchor: horizontal,
      yanchor: vertical,
      ...(axes.legendTitle === undefined ? {} : { title: { text: texLabel(axes.legendTitle) } }),
    },
  };
}

function pointsOf(traces: readonly Trace[]): Point[] {
  return traces.flatMap(({ x, y }): Point[] => {
    if (!Array.isArray(x) || !Array.isArray(y)) return [];
    return y.flatMap((value, k): Point[] => {
      const at: unknown = x[k];
      return typeof at === "number" && typeof value === "number" ? [[at, value]] : [];
    });
  });
}

/** Gives references to "x", "y" and their domains the number of these axes. */
function renumbered(fields: FigureFields, number: string): FigureFields {
  const numbered = (text: FigureValue | undefined, axis: string): string =>
    typeof text === "string" ? text.replace(/^[xy]/, (letter) => letter + number) : axis + number;
  const renamed = { ...fields, xref: numbered(fields["xref"], "x"), yref: numbered(fields["yref"], "y") };
  if (!("axref" in fields)) return renamed;
  return { ...renamed, axref: numbered(fields["axref"], "x"), ayref: numbered(fields["ayref"], "y") };
}
