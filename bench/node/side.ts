/** One system in a Node process, on Dawn: answers requests, a JSON line each. */
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { create, globals } from "webgpu";
import { Side, type Request } from "../side.ts";

Object.assign(globalThis, globals);
const { navigator: known } = globalThis as { navigator?: object };
const browserLike = {
  userAgent: "Node",
  platform: process.platform,
  hardwareConcurrency: availableParallelism(),
};
const value = { ...browserLike, ...known, gpu: create([]) };
Object.defineProperty(globalThis, "navigator", { value, configurable: true });

const side = new Side();
createInterface({ input: process.stdin }).on("line", (line) => {
  side.answer(JSON.parse(line) as Request).then(
    (reply) => console.log(JSON.stringify({ reply })),
    (error: unknown) =>
      console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) })),
  );
});
