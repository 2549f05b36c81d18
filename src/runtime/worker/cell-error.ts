import { CellSyntaxError } from "../../language/cell-syntax-error.ts";
import { framesInCells, readableMessage } from "../../language/error-frames.ts";
import type { CellMap } from "../../language/generated-code.ts";
import type { CellError } from "../protocol.ts";
import { repr } from "./display.ts";

/** How many runs' maps are kept: a function may be called long after its cell ran, but not for ever. */
const maxMaps = 2000;

/** Knows where the code of every run came from, and so can say where in a cell an error happened. */
export class ErrorReporter {
  readonly #maps = new Map<string, { readonly cellId: string; readonly map: CellMap }>();

  constructor() {
    // The frames of a cell lie below those of the engine, which can be many. Not every browser has such a limit.
    Object.assign(Error, { stackTraceLimit: 200 });
  }

  /** Remembers the code that runs under `url`, a name made by `cellUrl`. */
  register(url: string, cellId: string, map: CellMap): void {
    this.#maps.set(url, { cellId, map });
    const [oldest] = this.#maps.keys();
    if (this.#maps.size > maxMaps && oldest !== undefined) this.#maps.delete(oldest);
  }

  /** Anything that was thrown, as the page shows it. */
  describe(thrown: unknown, cellId: string): CellError {
    if (thrown instanceof CellSyntaxError) {
      const { name, message, hint, line, column } = thrown;
      return { name, message, ...(hint === undefined ? {} : { hint }), frames: [{ cellId, line, column }] };
    }
    if (!(thrown instanceof Error)) {
      const text = repr(thrown, false);
      return {
        name: "Uncaught",
        message: typeof text === "string" ? text : "a value with arrays",
        frames: [],
      };
    }
    const hint = (thrown as { hint?: unknown }).hint;
    const frames = framesInCells(thrown.stack ?? "", (url) => this.#maps.get(url));
    return {
      name: thrown.name,
      message: readableMessage(thrown.message),
      ...(typeof hint === "string" ? { hint } : {}),
      frames,
    };
  }
}
