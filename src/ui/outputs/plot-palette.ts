/** The page's colours as Plotly reads them, for the theme that is shown. */
export interface PlotPalette {
  /** A colour of a figure, "C0/0.3" or any of CSS, as `rgb(...)` or `rgba(...)`; undefined for what is none. */
  readonly color: (name: string) => string | undefined;
  readonly sans: string;
  readonly serif: string;
}

const named = /^(?:C\d|ink|ink-quiet|paper|paper-raised|rule|rule-strong|red)$/;

/** Reads tokens.css through a hidden element: the browser resolves `light-dark()` and every notation of CSS. */
export function readPalette(): PlotPalette {
  const known = new Map<string, string | undefined>();
  const read = (name: string): string | undefined => {
    const [base = "", alpha] = name.split("/");
    const value = named.test(base) ? `var(--${tokenOf(base)})` : base;
    if (!named.test(base) && !CSS.supports("color", base)) return undefined;
    const resolved = computedColor(value);
    return alpha === undefined ? resolved : withAlpha(resolved, Number(alpha));
  };
  const style = getComputedStyle(document.documentElement);
  return {
    color: (name) => {
      if (!known.has(name)) known.set(name, read(name));
      return known.get(name);
    },
    sans: style.getPropertyValue("--sans"),
    serif: style.getPropertyValue("--serif"),
  };
}

function tokenOf(name: string): string {
  if (name === "red") return "plot-red";
  return /^C\d$/.test(name) ? `plot-${name.slice(1)}` : name;
}

function computedColor(value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  probe.hidden = true;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

function withAlpha(color: string, alpha: number): string {
  const [red = "0", green = "0", blue = "0"] = color.match(/[\d.]+/g) ?? [];
  return `rgba(${red}, ${green}, ${blue}, ${String(alpha)})`;
}
