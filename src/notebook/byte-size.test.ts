import { expect, it } from "vitest";
import { formatByteSize } from "./byte-size.ts";

it.each([
  [0, "0 B"],
  [12, "12 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [200_000_000, "200 MB"],
  [200_000_004, "200 MB"],
  [999_600, "1.0 MB"],
  [1_000_000_000, "1.0 GB"],
])("writes %d bytes as %s", (bytes, text) => {
  expect(formatByteSize(bytes)).toBe(text);
});
