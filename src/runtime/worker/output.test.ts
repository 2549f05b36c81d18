import { describe, expect, test } from "vitest";
import type { OutputItem } from "../protocol.ts";
import { Output } from "./output.ts";

function collector() {
  const batches: (readonly OutputItem[])[] = [];
  const output = new Output((items) => batches.push(items));
  return { batches, output, all: () => batches.flat() };
}

const line = (text: string): OutputItem => ({ kind: "text", stream: "stdout", text: `${text}\n` });
const textsOf = (items: readonly OutputItem[]): string =>
  items.map((item) => (item.kind === "text" ? item.text : "")).join("");

describe("output of a run", () => {
  test("keeps its order while some of it is still being read", async () => {
    const { output, all } = collector();
    const slow = new Promise<OutputItem>((resolve) => setTimeout(() => resolve(line("two")), 20));
    output.push(line("one"));
    output.push(slow);
    output.push(line("three"));
    await output.finish();
    expect(textsOf(all())).toBe("one\ntwo\nthree\n");
  });

  test("says so when a read fails, and goes on", async () => {
    const { output, all } = collector();
    output.push(Promise.reject(new RangeError("too far")));
    output.push(line("next"));
    await output.finish();
    expect(all()).toEqual([{ kind: "text", stream: "stderr", text: "RangeError: too far\n" }, line("next")]);
  });

  test("goes out in few messages, neighbouring lines as one item", async () => {
    const { output, batches, all } = collector();
    for (let i = 0; i < 1000; i++) output.push(line(String(i)));
    await output.finish();
    expect(batches.length).toBeLessThan(4);
    expect(all().length).toBeLessThan(4);
    expect(textsOf(all()).split("\n")).toHaveLength(1001);
  });

  test("of a flood the beginning, the end and the size of the rest are kept", async () => {
    const { output, all } = collector();
    const lines = 200_000;
    for (let i = 0; i < lines; i++) output.push(line(`line ${String(i)}`));
    await output.finish();
    const text = textsOf(all());
    const total = Array.from({ length: lines }, (_, i) => `line ${String(i)}\n`.length).reduce(
      (a, b) => a + b,
    );
    const dropped = all().find((item) => item.kind === "truncated");
    expect(text.startsWith("line 0\nline 1\n")).toBe(true);
    expect(text.endsWith(`line ${String(lines - 1)}\n`)).toBe(true);
    expect(text.length).toBeLessThan(200_000);
    expect(dropped?.kind === "truncated" && dropped.droppedCharacters + text.length).toBe(total);
  });

  test("an error after a flood is not dropped", async () => {
    const { output, all } = collector();
    for (let i = 0; i < 50_000; i++) output.push(line(`line ${String(i)}`));
    output.push({ kind: "error", error: { name: "E", message: "m", frames: [] } });
    for (let i = 0; i < 50_000; i++) output.push(line(`line ${String(i)}`));
    await output.finish();
    expect(all().filter((item) => item.kind === "error")).toHaveLength(1);
  });
});
