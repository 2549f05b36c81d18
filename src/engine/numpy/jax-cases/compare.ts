import { ArrayImpl } from "../../dispatch/array.ts";
import { reprSync } from "../../dispatch/print-array.ts";

const number = /-?\d+\.?\d*(?:e[+-]\d+)?/g;

/** A result as the golden file writes it: reprs, lists of them in brackets, shapes as tuples. */
export function show(result: unknown): string {
  if (result instanceof ArrayImpl) return plain(reprSync(result));
  if (!Array.isArray(result)) return plain(String(result));
  const items: readonly unknown[] = result;
  if (items.length > 0 && items.every((item) => typeof item === "number")) {
    return items.length === 1 ? `(${String(items[0])},)` : `(${items.join(", ")})`;
  }
  return `[${items.map(show).join(", ")}]`;
}

/** Line breaks aside. */
export function plain(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** The text with its numbers rounded off: equal for results that differ in the last digits only. */
export function rounded(text: string, digits: number): string {
  return plain(text)
    .replace(number, (digitsOf) => Number(Number(digitsOf).toPrecision(digits)).toString())
    .replaceAll(" ", "");
}
