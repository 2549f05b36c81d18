import { cellUrl } from "../../language/error-frames.ts";
import { transformCell, type TransformedCell } from "../../language/transform-cell.ts";
import type { OutputItem, PageToWorker, WorkerToPage } from "../protocol.ts";
import { ErrorReporter } from "./cell-error.ts";
import { cellHelpers } from "./cell-helpers.ts";
import { deviceCard } from "./device-card.ts";
import { joinTexts, repr, str, type Text } from "./display.ts";
import { collectGarbage, release } from "./engine-door.ts";
import { LiveScope } from "./live-scope.ts";
import { finishWrites } from "./numpy/pending-writes.ts";
import { Output } from "./output.ts";
import { freePending, takeGift } from "./ownership.ts";
import { figureDesk } from "./pyplot/figure-desk.ts";
import { putFigure } from "./pyplot/put-value.ts";
import { id, type } from "./python-builtins.ts";
import { finishPending, Interrupted, RunControl } from "./run-control.ts";
import { memoryNow, Stopwatch } from "./timing.ts";

export type Cell = Omit<Extract<PageToWorker, { type: "run" }>, "type">;

type CellFunction = (helpers: typeof cellHelpers, scope: object, run: RunControl) => Promise<unknown>;

/** A cell that is running. */
interface Run {
  readonly cell: Cell;
  readonly output: Output;
  readonly control: RunControl;
}

/** Runs cells on one live scope and tells the page what happens. */
export class Evaluator {
  readonly #send: (message: WorkerToPage) => void;
  readonly #errors = new ErrorReporter();
  readonly #scope: LiveScope;
  /** Whether arrays can be read on the spot without holding anything up. */
  readonly #readsAtOnce: () => boolean;
  #run: Run | undefined;
  #runs = 0;
  #executionCount = 0;

  constructor(send: (message: WorkerToPage) => void, readsAtOnce: () => boolean) {
    this.#send = send;
    this.#readsAtOnce = readsAtOnce;
    this.#scope = new LiveScope({
      print: (...values: unknown[]) => this.print("stdout", values),
      display: (value: unknown) => this.#display(value),
      id,
      type,
      nvidiaSmi: () => this.print("stdout", [deviceCard(this.#scope.slots, new Date())]),
    });
  }

  /** Asks the running cell to stop. */
  interrupt(): void {
    this.#run?.control.interrupt();
  }

  /** What `print` and the console do; outside a run there is nowhere to print to. */
  print(stream: "stdout" | "stderr", values: readonly unknown[]): void {
    const output = this.#run?.output;
    if (output === undefined) return;
    // Reading an array only to leave it out would be a waste.
    const wait = this.#readsAtOnce();
    const texts = values.map((value) => str(value, wait));
    const gifts = values.filter(takeGift);
    const item = (text: string): OutputItem => ({ kind: "text", stream, text: `${text}\n` });
    this.#put(output, joinTexts(texts, " "), item, gifts);
  }

  #display(value: unknown): void {
    const output = this.#run?.output;
    if (output === undefined || putFigure(value)) return;
    const gifts = takeGift(value) ? [value] : [];
    this.#put(output, repr(value, this.#readsAtOnce()), (text) => ({ kind: "value", text }), gifts);
  }

  #put(output: Output, text: Text, item: (text: string) => OutputItem, gifts: readonly unknown[]): void {
    if (typeof text === "string") {
      output.push(item(text));
      gifts.forEach(release);
      return;
    }
    output.push(text.then(item).finally(() => gifts.forEach(release)));
  }

  /** Runs one cell from `started` to `finished`; never rejects. */
  async run(cell: Cell): Promise<void> {
    const { runId, cellId } = cell;
    const output = new Output((items) => this.#send({ type: "output", runId, items }));
    const control = new RunControl((item) => output.push(item));
    this.#run = { cell, output, control };
    figureDesk.begin((item) => output.push(item));
    this.#send({ type: "started", runId, executionCount: ++this.#executionCount });
    const watch = new Stopwatch();
    const ticker = setInterval(() => this.#send({ type: "memory", memory: memoryNow() }), 250);
    let transformed: TransformedCell | undefined;
    let status: "done" | "error" | "interrupted" = "done";
    let letGo = (): boolean => false;
    try {
      const { names: knownNames, namespaces: engineNamespaces } = this.#scope;
      transformed = transformCell(cell.source, { knownNames, engineNamespaces });
      letGo = this.#scope.watch(transformed.writes);
      await this.#execute(transformed, this.#run);
    } catch (thrown) {
      status = thrown instanceof Interrupted ? "interrupted" : "error";
      if (status === "error") output.push({ kind: "error", error: this.#errors.describe(thrown, cellId) });
    }
    figureDesk.end(status !== "done");
    await output.finish();
    clearInterval(ticker);
    const timing = watch.read();
    this.#run = undefined;
    freePending();
    const { reads = [], writes = [] } = transformed ?? {};
    await collectGarbage(letGo());
    this.#send({ type: "finished", runId, status, timing, memory: memoryNow(), reads, writes });
  }

  async #execute(transformed: TransformedCell, { cell, output, control }: Run): Promise<void> {
    const url = cellUrl(cell.cellId, ++this.#runs);
    this.#errors.register(url, cell.cellId, transformed.map);
    // Called as a method, eval sees the global scope alone.
    const run = globalThis.eval(`${transformed.code}\n//# sourceURL=${url}`) as CellFunction;
    const watch = new Stopwatch();
    const value = await Promise.race([run(cellHelpers, this.#scope.slots, control), control.abandoned]);
    finishWrites();
    if (transformed.cellMagic !== undefined) {
      await finishPending();
      output.push({ kind: "timing", magic: transformed.cellMagic, timing: watch.read() });
    }
    if (value === undefined || value === null || putFigure(value)) return;
    const item = (text: string): OutputItem => ({ kind: "value", text });
    this.#put(output, repr(value, this.#readsAtOnce()), item, transformed.valueIsTemporary ? [value] : []);
  }
}
