const raised: Readonly<Record<string, string>> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "−": "⁻",
  "+": "⁺",
  n: "ⁿ",
};

/** A marked-up label as plain text: what a table, a file and a screen reader get. */
export function plainLabel(label: string): string {
  return label
    .replace(/<sup>(.*?)<\/sup>/g, (_, inner: string) => superscript(inner.replace(/<[^<>]*>/g, "")))
    .replace(/<sub>(.*?)<\/sub>/g, "_$1")
    .replace(/<br\s*\/?>/g, " ")
    .replace(/<[^<>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function superscript(text: string): string {
  const characters = Array.from(text);
  return characters.every((each) => each in raised)
    ? characters.map((each) => raised[each] ?? "").join("")
    : `^${text}`;
}

/** A number short enough to read: at most four significant digits. */
export function shortNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
  return text
    .replace(/\.?0+e/, "e")
    .replace("-", "−")
    .replace("e+", "e");
}
