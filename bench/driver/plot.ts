/** Line plots on logarithmic axes, as SVG that reads on a light and on a dark ground. */

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** A dashed line for comparison, without marks. */
  readonly isReference?: boolean;
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 560;
const HEIGHT = 340;
const MARGIN = { left: 62, right: 16, top: 34, bottom: 48 } as const;
/** Distinct without hue, too: each series has a mark of its own. */
const COLORS = [
  ["#1f5fbf", "#7fb0ff"],
  ["#b3541e", "#ffa66b"],
  ["#2f7d4f", "#7fd6a2"],
] as const;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #222; }
  .title { font-weight: 600; font-size: 13px; }
  .axis { stroke: #555; fill: none; }
  .rule { stroke: #8884; fill: none; }
  .line { fill: none; stroke-width: 1.75; }
  .reference { fill: none; stroke: #777; stroke-dasharray: 5 4; }
  ${COLORS.map(([light], k) => `.s${k} { stroke: ${light}; } .m${k} { fill: ${light}; }`).join(" ")}
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd; } .axis { stroke: #aaa; } .reference { stroke: #999; }
    ${COLORS.map(([, dark], k) => `.s${k} { stroke: ${dark}; } .m${k} { fill: ${dark}; }`).join(" ")}
  }`;

type Scale = (value: number) => number;

/** Powers of ten from below the least to above the greatest value. */
function decades(values: readonly number[]): [number, number] {
  const logs = values.map((value) => Math.log10(value));
  const low = Math.floor(Math.min(...logs));
  return [low, Math.max(low + 1, Math.ceil(Math.max(...logs)))];
}

export function drawPlot({ title, xLabel, yLabel, series }: Plot): string {
  const measured = series.filter(({ isReference }) => isReference !== true).flatMap(({ points }) => points);
  const [xLow, xHigh] = decades(measured.map(({ x }) => x));
  const [yLow, yHigh] = decades(measured.map(({ y }) => y));
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom];
  const toX: Scale = (x) => left + ((Math.log10(x) - xLow) / (xHigh - xLow)) * (right - left);
  const toY: Scale = (y) => bottom - ((Math.log10(y) - yLow) / (yHigh - yLow)) * (bottom - top);
  const powers = (low: number, high: number): number[] =>
    Array.from({ length: high - low + 1 }, (_, k) => 10 ** (low + k));
  const xTicks = powers(xLow, xHigh).map(
    (x) => `<path class="rule" d="M${toX(x)} ${top}V${bottom}"/>
<text x="${toX(x)}" y="${bottom + 17}" text-anchor="middle">${short(x)}</text>`,
  );
  const yTicks = powers(yLow, yHigh).map(
    (y) => `<path class="rule" d="M${left} ${toY(y)}H${right}"/>
<text x="${left - 7}" y="${toY(y) + 4}" text-anchor="end">${short(y)}</text>`,
  );
  let colour = 0;
  const lines = series.map((each) => {
    const path = each.points.map(({ x, y }) => `${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join("L");
    if (each.isReference === true) return `<path class="reference" clip-path="url(#plot)" d="M${path}"/>`;
    const k = colour++;
    return `<path class="line s${k}" d="M${path}"/>${each.points.map(({ x, y }) => mark(k, toX(x), toY(y))).join("")}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
<clipPath id="plot"><path d="M${left} ${top}H${right}V${bottom}H${left}Z"/></clipPath>
<text class="title" x="${left}" y="18">${escaped(title)}</text>
${[...xTicks, ...yTicks].join("\n")}
<path class="axis" d="M${left} ${top}V${bottom}H${right}"/>
<text x="${(left + right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(xLabel)}</text>
<text transform="translate(14 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>
${lines.join("\n")}
${legend(series, left + 12, top + 16)}
</svg>
`;
}

function mark(k: number, x: number, y: number): string {
  const [cx, cy] = [Number(x.toFixed(1)), Number(y.toFixed(1))];
  if (k % 3 === 0) return `<circle class="m${k % 3}" cx="${cx}" cy="${cy}" r="3.5"/>`;
  if (k % 3 === 1) return `<path class="m1" d="M${cx - 3.5} ${cy - 3.5}h7v7h-7z"/>`;
  return `<path class="m2" d="M${cx} ${cy - 4.5}l4.5 8h-9z"/>`;
}

function legend(series: readonly Series[], x: number, y: number): string {
  let colour = 0;
  const entries = series.map(({ name, isReference }, row) => {
    const at = y + 17 * row;
    const k = isReference === true ? -1 : colour++;
    const line = `<path class="${k < 0 ? "reference" : `line s${k}`}" d="M${x} ${at - 4}h22"/>`;
    return `${line}${k < 0 ? "" : mark(k, x + 11, at - 4)}<text x="${x + 29}" y="${at}">${escaped(name)}</text>`;
  });
  return entries.join("\n");
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1e3) return `${value / 1e3}k`;
  return String(Number(value.toPrecision(3)));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
