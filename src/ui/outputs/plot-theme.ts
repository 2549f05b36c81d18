import type { Figure, FigureFields, FigureValue } from "../../notebook/output.ts";
import type { PlotPalette } from "./plot-palette.ts";

/** How a figure is drawn on this page: its own fields over the theme's. */
interface ThemedFigure {
  readonly data: readonly FigureFields[];
  readonly layout: FigureFields;
}

const spatial = new Set<FigureValue | undefined>(["surface", "scatter3d", "mesh3d"]);

/** Whether a figure needs the traces in three dimensions. */
export function isSpatial(figure: Figure): boolean {
  return figure.data.some(({ type }) => spatial.has(type));
}

/** Fields whose texts are colours. */
const colorField = /color(?:s|way|scale)?$/i;

/** What the place of a figure asks of it. */
interface Surroundings {
  /** The pointer is a finger. */
  readonly touch: boolean;
  /** There is little room: scenes are seen from further away, so that their labels stay within. */
  readonly narrow: boolean;
}

/** The figure in the page's colours and faces. Long lists of numbers are passed on as they are. */
export function themedFigure(
  figure: Figure,
  palette: PlotPalette,
  { touch, narrow }: Surroundings,
): ThemedFigure {
  const data = figure.data.map((trace) => painted(withLook(trace), palette, "") as FigureFields);
  const layout = painted(
    withAxes(figure, baseLayout(figure, palette, touch), narrow),
    palette,
    "",
  ) as FigureFields;
  return { data, layout };
}

function painted(value: FigureValue, palette: PlotPalette, field: string): FigureValue {
  if (typeof value === "string")
    return colorField.test(field) ? (palette.color(value) ?? value) : slanted(value, palette, field);
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) {
    // Long lists of numbers, and lists of them, hold no colours and are not walked through.
    const [first] = value;
    const numeric = typeof first !== "string" && !isFields(first) && !colorField.test(field);
    return numeric ? value : value.map((each) => painted(each, palette, field));
  }
  const fields = Object.entries(value).map(([name, each]): [string, FigureValue] => [
    name,
    // Text in a scene is drawn by another hand, which knows <i> and no styles.
    name.startsWith("scene") ? painted(each, { ...palette, serif: "" }, name) : painted(each, palette, name),
  ]);
  return Object.fromEntries(fields);
}

/** Letters of a formula in the page's serif. */
function slanted(text: string, { serif }: PlotPalette, field: string): string {
  if (serif === "" || field === "hovertemplate" || !text.includes("<i>")) return text;
  const style = `font-family:${serif.replaceAll('"', "'")};font-style:italic;font-size:108%`;
  return text.replaceAll("<i>", `<span style="${style}">`).replaceAll("</i>", "</span>");
}

function isList(value: FigureValue | undefined): value is readonly FigureValue[] {
  return Array.isArray(value);
}

function isFields(value: FigureValue | undefined): value is FigureFields {
  return typeof value === "object" && value !== null && !isList(value);
}

/** `own` over `base`, field by field. */
function merged(base: FigureFields, own: FigureFields): FigureFields {
  const result: Record<string, FigureValue> = { ...base };
  for (const [name, value] of Object.entries(own)) {
    const below = result[name];
    result[name] = isFields(value) && isFields(below) ? merged(below, value) : value;
  }
  return result;
}

function baseLayout({ layout }: Figure, palette: PlotPalette, touch: boolean): FigureFields {
  const hasTitle = layout["title"] !== undefined;
  const titled =
    isList(layout["annotations"]) &&
    layout["annotations"].some((each) => isFields(each) && each["yref"] === "paper");
  return merged(
    {
      autosize: true,
      paper_bgcolor: "rgba(0, 0, 0, 0)",
      plot_bgcolor: "rgba(0, 0, 0, 0)",
      font: { family: palette.sans, size: 13, color: "ink-quiet" },
      colorway: Array.from({ length: 10 }, (_, k) => `C${String(k)}`),
      margin: { l: 48, r: 14, t: (hasTitle ? 44 : 12) + (titled ? 26 : 0), b: 40, pad: 0 },
      hoverlabel: {
        bgcolor: "paper-raised",
        bordercolor: "rule-strong",
        font: { color: "ink", family: palette.sans, size: 13 },
      },
      hovermode: "closest",
      // A finger that moves over the page must not end up zooming.
      dragmode: touch ? false : "zoom",
    },
    // Plotly takes a bare text for a title, too.
    typeof layout["title"] === "string" ? { ...layout, title: { text: layout["title"] } } : layout,
  );
}

const axisLook: FigureFields = {
  automargin: true,
  color: "ink-quiet",
  gridcolor: "rule",
  linecolor: "rule-strong",
  tickcolor: "rule-strong",
  zerolinecolor: "rule-strong",
  zerolinewidth: 1,
  showline: true,
  ticks: "outside",
  ticklen: 4,
  exponentformat: "power",
  title: { standoff: 8, font: { color: "ink", size: 14 } },
};

const spatialAxisLook: FigureFields = {
  color: "ink-quiet",
  gridcolor: "rule-strong",
  linecolor: "rule-strong",
  zerolinecolor: "rule-strong",
  showbackground: false,
  showspikes: false,
  tickfont: { size: 11 },
  title: { font: { color: "ink", size: 14 } },
};

const legendLook: FigureFields = { bgcolor: "paper/0.82", borderwidth: 0, font: { color: "ink", size: 14 } };

/** Every axis, scene and legend of the figure with the theme's look below its own. */
function withAxes(figure: Figure, layout: FigureFields, narrow: boolean): FigureFields {
  const result: Record<string, FigureValue> = { ...layout };
  const own = (name: string): FigureFields => (isFields(layout[name]) ? layout[name] : {});
  const plane = figure.data.length === 0 || figure.data.some(({ type }) => !spatial.has(type));
  const names = new Set([...Object.keys(layout), ...(plane ? ["xaxis", "yaxis"] : ["scene"]), "legend"]);
  for (const name of names) {
    if (/^[xy]axis\d*$/.test(name)) result[name] = merged(axisLook, titledAxis(own(name)));
    else if (/^legend\d*$/.test(name)) result[name] = merged(legendLook, own(name));
    else if (/^scene\d*$/.test(name)) result[name] = themedScene(own(name), narrow);
  }
  const title = own("title");
  if ("title" in result)
    result["title"] = merged({ font: { color: "ink", size: 16 }, x: 0.5, xanchor: "center" }, title);
  const { annotations } = result;
  if (isList(annotations)) {
    const look = { font: { color: "ink" }, arrowcolor: "ink-quiet" };
    result["annotations"] = annotations.map((each) => (isFields(each) ? merged(look, each) : each));
  }
  return result;
}

function titledAxis(axis: FigureFields): FigureFields {
  return typeof axis["title"] === "string" ? { ...axis, title: { text: axis["title"] } } : axis;
}

function themedScene(scene: FigureFields, narrow: boolean): FigureFields {
  const result: Record<string, FigureValue> = { bgcolor: "rgba(0, 0, 0, 0)", ...scene };
  const camera = isFields(scene["camera"]) ? scene["camera"] : {};
  const { x = 1.25, y = 1.25, z = 1.25 } = isFields(camera["eye"]) ? camera["eye"] : {};
  const away = (length: FigureValue): number => Number(length) * 1.15;
  if (narrow) result["camera"] = { ...camera, eye: { x: away(x), y: away(y), z: away(z) } };
  for (const name of ["xaxis", "yaxis", "zaxis"]) {
    const axis = scene[name];
    result[name] = merged(spatialAxisLook, isFields(axis) ? titledAxis(axis) : {});
  }
  return result;
}

/** What every trace of a kind has here unless it says otherwise. */
function withLook(trace: FigureFields): FigureFields {
  const bar = { outlinewidth: 0, thickness: 12, ticks: "", tickfont: { color: "ink-quiet" } };
  if (trace["type"] === "surface")
    return merged(
      {
        lighting: { ambient: 0.75, diffuse: 0.5, specular: 0.08, roughness: 0.9 },
        contours: noSpikes,
        colorbar: bar,
      },
      trace,
    );
  if (trace["type"] === "contour" || trace["type"] === "heatmap") return merged({ colorbar: bar }, trace);
  return trace;
}

/** The lines that follow the pointer over a surface hide more than they tell. */
const noSpikes: FigureFields = { x: { highlight: false }, y: { highlight: false }, z: { highlight: false } };

/** How many plots stand side by side, and one above the other. */
export function gridOf({ layout }: Figure): { columns: number; rows: number } {
  const parts = Object.values(layout).filter(isFields);
  const starts = (axis: "x" | "y", anchoredTo: string): number => {
    const domains = parts.map(({ anchor, domain }) =>
      isFields(domain)
        ? domain[axis]
        : typeof anchor === "string" && anchor.startsWith(anchoredTo)
          ? domain
          : undefined,
    );
    return Math.max(1, new Set(domains.filter(isList).map(([start]) => start)).size);
  };
  return { columns: starts("x", "y"), rows: starts("y", "x") };
}
