import { HintedError } from "../hinted-error.ts";

export type ColorScale = [position: number, color: string][];

/** Matplotlib's colormaps as evenly spaced stops. */
const maps: Readonly<Record<string, string>> = {
  viridis: "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
  plasma: "0d0887 46039f 7201a8 9c179e bd3786 d8576b ed7953 fb9f3a fdca26 f0f921",
  inferno: "000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4",
  magma: "000004 180f3d 440f76 721f81 9e2f7f cd4071 f1605d fd9668 feca8d fcfdbf",
  cividis: "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838",
  coolwarm: "3b4cc0 6788ee 9abbff c9d7f0 edd1c2 f7a889 e26952 b40426",
  RdBu: "67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061",
  RdYlBu: "a50026 d73027 f46d43 fdae61 fee090 ffffbf e0f3f8 abd9e9 74add1 4575b4 313695",
  Spectral: "9e0142 d53e4f f46d43 fdae61 fee08b ffffbf e6f598 abdda4 66c2a5 3288bd 5e4fa2",
  seismic: "00004c 0000ff ffffff ff0000 800000",
  bwr: "0000ff ffffff ff0000",
  Blues: "f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b",
  Greens: "f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b",
  Reds: "fff5f0 fee0d2 fcbba1 fc9272 fb6a4a ef3b2c cb181d a50f15 67000d",
  Oranges: "fff5eb fee6ce fdd0a2 fdae6b fd8d3c f16913 d94801 a63603 7f2704",
  Greys: "ffffff f0f0f0 d9d9d9 bdbdbd 969696 737373 525252 252525 000000",
  YlGnBu: "ffffd9 edf8b1 c7e9b4 7fcdbb 41b6c4 1d91c0 225ea8 253494 081d58",
  YlOrRd: "ffffcc ffeda0 fed976 feb24c fd8d3c fc4e2a e31a1c bd0026 800026",
  gray: "000000 ffffff",
  hot: "0b0000 ff0000 ffff00 ffffff",
  jet: "000080 0000ff 0080ff 00ffff 80ff80 ffff00 ff8000 ff0000 800000",
  turbo: "30123b 4662d7 36aaf9 1ae4b6 72fe5e c8ef34 faba39 f66b19 ca2a04 7a0403",
};

/** A colormap by matplotlib's name; "_r" turns it round. Throws ValueError for an unknown one. */
export function colorScale(name: unknown): ColorScale {
  const text = typeof name === "string" ? name : "";
  const base = text.replace(/_r$/, "");
  const stops = Object.hasOwn(maps, base) ? maps[base]?.split(" ") : undefined;
  if (stops === undefined) {
    throw new HintedError(
      "ValueError",
      `${JSON.stringify(name)} is not a known colormap name`,
      `There are ${Object.keys(maps).join(", ")}, and each with _r.`,
    );
  }
  const ordered = text === base ? stops : stops.toReversed();
  return ordered.map((stop, k) => [k / (ordered.length - 1), `#${stop}`]);
}

/** A scale of one colour. */
export function plainScale(color: string): ColorScale {
  return [
    [0, color],
    [1, color],
  ];
}
