import { expect, it } from "vitest";
import { deviceChoice } from "./device-choice.ts";

it.each([
  ["", "auto"],
  ["?device=cpu", "cpu"],
  ["?x=1&device=webgpu", "webgpu"],
  ["?device=toaster", "auto"],
])("reads %j as %s", (search, choice) => {
  expect(deviceChoice(search)).toBe(choice);
});
