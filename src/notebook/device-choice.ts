import type { DeviceChoice } from "../runtime/protocol.ts";

/** The device that the page's address asks for: `?device=cpu` or `?device=webgpu`; otherwise the best there is. */
export function deviceChoice(search: string): DeviceChoice {
  const asked = new URLSearchParams(search).get("device");
  return asked === "cpu" || asked === "webgpu" ? asked : "auto";
}
