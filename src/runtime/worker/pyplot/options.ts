import { isArray } from "../engine-door.ts";
import { HintedError } from "../hinted-error.ts";
import { scalar } from "./plot-values.ts";
import { resolveColor } from "./colors.ts";

/** Python's keyword arguments: an object written in the cell as the last argument. */
type Keywords = Readonly<Record<string, unknown>>;

function isKeywords(value: unknown): value is Keywords {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isArray(value)) return false;
  return Object.getPrototypeOf(value) === Object.prototype && !("__array__" in value);
}

/** Splits a call's arguments into positional ones and keywords. */
export function splitArguments(args: readonly unknown[]): { positional: unknown[]; options: Keywords } {
  const last = args.at(-1);
  return isKeywords(last)
    ? { positional: args.slice(0, -1), options: last }
    : { positional: [...args], options: {} };
}

/** Names of matplotlib's that mean the same. */
const aliases: Readonly<Record<string, string>> = {
  lw: "linewidth",
  linewidths: "linewidth",
  ls: "linestyle",
  linestyles: "linestyle",
  c: "color",
  colors: "color",
  ms: "markersize",
  mfc: "markerfacecolor",
  mec: "markeredgecolor",
  ec: "edgecolor",
  edgecolors: "edgecolor",
  fc: "facecolor",
  fs: "fontsize",
  size: "fontsize",
};

/** Options that change nothing here but are often written. */
const ignored = new Set(
  `antialiased aa zorder rasterized rstride cstride rcount ccount clip_on shade fontsize fontweight weight frameon
  framealpha fancybox shadow edgecolor markeredgecolor markeredgewidth markerfacecolor pad labelpad rotation ncol ncols
  borderaxespad handlelength title_fontsize interpolation shrink aspect fraction ha va
  horizontalalignment verticalalignment transform zdir offset bbox histtype rwidth capthick`.split(/\s+/),
);

/** The keywords of one call, each read by name; matplotlib's short names are the long ones. */
export class Options {
  readonly #values = new Map<string, unknown>();

  /** Throws AttributeError for a name that `owner` does not know. */
  constructor(owner: string, keywords: Keywords, known: string) {
    const names = new Set(known.split(/\s+/));
    for (const [written, value] of Object.entries(keywords)) {
      if (value === undefined || value === null) continue;
      const name = names.has(written) ? written : (aliases[written] ?? written);
      if (!names.has(name)) {
        if (ignored.has(name)) continue;
        throw new HintedError(
          "AttributeError",
          `${owner}.set() got an unexpected keyword argument '${written}'`,
          `There are ${[...names].sort().join(", ")}.`,
        );
      }
      this.#values.set(name, value);
    }
  }

  get(name: string): unknown {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    return typeof value === "string" ? value : String(scalar(value));
  }

  number(name: string): number | undefined {
    return this.#values.has(name) ? scalar(this.#values.get(name)) : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.#values.get(name);
    return value === undefined ? undefined : Boolean(value);
  }

  color(name = "color"): string | undefined {
    return this.#values.has(name) ? resolveColor(this.#values.get(name)) : undefined;
  }

  numbers(name: string): number[] | undefined {
    return this.#values.has(name) ? numberList(this.#values.get(name)) : undefined;
  }
}

/** A short list of numbers wanted at once: limits, ticks, levels, sizes. */
export function numberList(value: unknown): number[] {
  if (isArray(value)) return Array.from(value.dataSync(), Number);
  const { __array__: convert } = (value ?? {}) as { __array__?: unknown };
  if (typeof convert === "function") {
    const { data } = Reflect.apply(convert, value, []) as { data?: unknown };
    if (ArrayBuffer.isView(data)) return Array.from(data as unknown as ArrayLike<number | bigint>, Number);
  }
  if (typeof value === "object" && value !== null && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)].map(scalar);
  return [scalar(value)];
}
