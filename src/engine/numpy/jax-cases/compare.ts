import { ArrayImpl } from "../../dispatch/array.ts";
import { repr } from "../../dispatch/print-array.ts";

const number = /-?\d+\.?\d*(?:e[+-]\d+)?/g;

/** A result as the golden file writes it: reprs, lists of them in brackets, shapes as tuples. */
export async function show(result: unknown): Promise<string> {
  if (result instanceof ArrayImpl) return plain(await repr(result));
  if (!Array.isArray(result)) return plain(String(result));
  const items: readonly unknown[] = result;
  if (items.length > 0 && items.every((item) => typeof item === "number")) {
    return items.length === 1 ? `(${String(items[0])},)` : `(${items.join(", ")})`;
  }
  return `[${(await Promise.all(items.map(show))).join(", ")}]`;
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
