import { afterAll, beforeAll } from "vitest";
import { create, globals } from "webgpu";
import type { Tuning } from "./device.ts";
import { WebGPUBackend } from "./webgpu-backend.ts";

/** Dawn crashes when its entry point is collected while a device is open. */
let gpu: GPU | undefined;

/** Opens one device for a test file and destroys it afterwards; Dawn's process does not end while a device is open. */
export function testDevice(tuning?: Tuning): () => WebGPUBackend {
  let backend: WebGPUBackend | undefined;
  beforeAll(async () => {
    Object.assign(globalThis, globals);
    const made = await WebGPUBackend.create((gpu ??= create([])), tuning);
    if ("unavailable" in made) throw new Error(`no WebGPU in this test run: ${made.unavailable}`);
    backend = made;
  });
  afterAll(() => {
    backend?.destroy();
    backend = undefined;
  });
  return () => backend!;
}
