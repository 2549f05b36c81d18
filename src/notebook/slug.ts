/** A heading's text as an anchor: "JIT compilation, first" -> "jit-compilation-first". */
export function slug(text: string): string {
  const words = text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^\p{Letter}\p{Number}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return words === "" ? "section" : words;
}
