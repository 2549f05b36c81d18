import type { DeviceChoice, WorkerToPage } from "../runtime/protocol.ts";
import * as cellState from "./cell-state.ts";
import { cellsAbove, editCell, findCell, resetCell, sourceOf } from "./document.ts";
import { formatDuration } from "./duration.ts";
import type { Lesson } from "./lesson.ts";
import { addCells, dropWaiting, EMPTY_QUEUE, endCurrent, isBusy, takeNext } from "./run-queue.ts";
import { createNotebookStore, type NotebookState, type NotebookStore } from "./store.ts";
import { historyKey, recordRun } from "./timing-history.ts";

/** What the notebook needs of the runtime: the page's side of the protocol. */
export interface NotebookRuntime {
  start(device: DeviceChoice): void;
  run(cell: { runId: number; cellId: string; number: number; source: string }): void;
  interrupt(): void;
  /** Kills the worker and starts a new one, which reports itself ready. */
  terminateAndRestart(): void;
  /** Returns the function that removes the listener. */
  onMessage(listener: (message: WorkerToPage) => void): () => void;
  dispose(): void;
}

/** How long a stop may take before the reader is offered to end the worker. */
export const STOP_PATIENCE_MS = 2000;

type Finished = Extract<WorkerToPage, { type: "finished" }>;

/** A lesson being read and run: turns what the reader does and what the worker says into the store's state. */
export class Notebook {
  readonly store: NotebookStore;
  readonly #runtime: NotebookRuntime;
  readonly #unsubscribe: () => void;
  #lastRunId = 0;
  /** The running cell's source as it was sent; the reader may be typing meanwhile. */
  #sentSource = "";
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(lesson: Lesson, runtime: NotebookRuntime) {
    this.store = createNotebookStore(lesson);
    this.#runtime = runtime;
    this.#unsubscribe = runtime.onMessage((message) => {
      this.#receive(message);
    });
  }

  start(device: DeviceChoice): void {
    this.#runtime.start(device);
  }

  dispose(): void {
    clearTimeout(this.#patience);
    this.#unsubscribe();
    this.#runtime.dispose();
  }

  edit(cellId: string, source: string): void {
    this.store.setState((state) => ({ document: editCell(state.document, cellId, source) }));
  }

  reset(cellId: string): void {
    this.store.setState((state) => ({ document: resetCell(state.document, cellId) }));
  }

  run(cellId: string): void {
    this.#enqueue([cellId]);
  }

  runAll(): void {
    this.#enqueue(this.store.getState().document.cells.map((cell) => cell.id));
  }

  runAbove(cellId: string): void {
    this.#enqueue(cellsAbove(this.store.getState().document, cellId));
  }

  /** Asks the running cell to stop; variables survive. What waits goes back to idle at once. */
  stop(): void {
    const { queue, stop } = this.store.getState();
    if (!isBusy(queue)) return;
    this.#dropWaiting();
    if (queue.current === null || stop !== "none") return;
    this.store.setState({ stop: "asked" });
    this.#runtime.interrupt();
    this.#patience = setTimeout(() => {
      this.store.setState({ stop: "overdue", announcement: "The cell does not stop. You can force it." });
    }, STOP_PATIENCE_MS);
  }

  /** Ends the worker under a cell that does not stop. Variables are lost. */
  forceStop(): void {
    const { current } = this.store.getState().queue;
    this.restart();
    if (current !== null) this.store.setState({ notice: { kind: "force-stopped", cellId: current.cellId } });
  }

  /** A new worker: no variables, no compiled kernels, no numbers in brackets. Outputs stay readable. */
  restart(): void {
    this.#abandon();
    const { cells } = this.store.getState();
    const forgotten = Object.entries(cells).map(([id, cell]) => [id, cellState.forget(cell)] as const);
    this.store.setState({
      cells: Object.fromEntries(forgotten),
      histories: {},
      device: { phase: "starting" },
      memory: null,
      notice: null,
      announcement: "Restarted. Variables are gone.",
    });
    this.#runtime.terminateAndRestart();
  }

  dismissNotice(): void {
    this.store.setState({ notice: null });
  }

  #enqueue(cellIds: readonly string[]): void {
    for (const cellId of cellIds) {
      if (this.store.getState().queue.current?.cellId !== cellId) this.#setCell(cellId, cellState.enqueue);
    }
    this.store.setState((state) => ({ queue: addCells(state.queue, cellIds), notice: null }));
    this.#sendNext();
  }

  #sendNext(): void {
    const { device, queue, document } = this.store.getState();
    if (device.phase !== "ready") return;
    const next = takeNext(queue, this.#lastRunId + 1);
    if (next === queue || next.current === null) return;
    const { cellId, runId } = next.current;
    this.#lastRunId = runId;
    this.#setCell(cellId, cellState.begin);
    this.store.setState({ queue: next });
    this.#sentSource = sourceOf(document, cellId);
    const { number } = findCell(document, cellId);
    this.#runtime.run({ runId, cellId, number, source: this.#sentSource });
  }

  #receive(message: WorkerToPage): void {
    switch (message.type) {
      case "ready":
        this.store.setState({ device: { phase: "ready", info: message.device }, memory: message.memory });
        this.#sendNext();
        return;
      case "startFailed":
        this.#abandon();
        this.store.setState({
          device: { phase: "failed", error: message.error },
          announcement: `The engine could not start: ${message.error.message}`,
        });
        return;
      case "memory":
        this.store.setState({ memory: message.memory });
        return;
      case "deviceLost":
        this.store.setState({
          notice: { kind: "device-lost", message: message.message },
          announcement: `The device was lost: ${message.message}`,
        });
        return;
      default:
        this.#receiveFromRun(message);
    }
  }

  #receiveFromRun(message: Extract<WorkerToPage, { type: "started" | "output" | "finished" }>): void {
    const { current } = this.store.getState().queue;
    // A worker that was ended may have had messages on their way.
    if (current === null || current.runId !== message.runId) return;
    const { cellId } = current;
    if (message.type === "started") {
      this.#setCell(cellId, (cell) => cellState.started(cell, message.executionCount, this.#sentSource));
    } else if (message.type === "output") {
      this.#setCell(cellId, (cell) => cellState.appendOutputs(cell, message.items));
    } else {
      this.#finish(cellId, message);
    }
  }

  #finish(cellId: string, message: Finished): void {
    this.#stopOver();
    const { raises } = findCell(this.store.getState().document, cellId);
    const cell = this.#setCell(cellId, (running) => cellState.finish(running, message, raises));
    const againInQueue = this.store.getState().queue.waiting.includes(cellId);
    this.store.setState((state) => ({ queue: endCurrent(state.queue), memory: message.memory }));
    if (cell.outcome === "done") this.#record(cellId, cell);
    if (cell.outcome === "error") this.#stopAtError(cellId);
    if (againInQueue && cell.outcome !== "error") this.#setCell(cellId, cellState.enqueue);
    this.#announceEnd(cellId, cell);
    this.#sendNext();
  }

  #record(cellId: string, cell: cellState.CellState): void {
    const timing = cellState.measuredTiming(cell);
    const { document } = this.store.getState();
    // Edited while it ran: the time belongs to a source that is no longer there.
    if (timing === null || cell.ranSource !== sourceOf(document, cellId)) return;
    const key = historyKey(document, findCell(document, cellId));
    this.store.setState((state) => ({
      histories: { ...state.histories, [key]: recordRun(state.histories[key], { cellId, timing }) },
    }));
  }

  #stopAtError(cellId: string): void {
    const notRun = this.store.getState().queue.waiting.length;
    if (notRun === 0) return;
    this.#dropWaiting();
    this.store.setState({ notice: { kind: "stopped-at-error", cellId, notRun } });
  }

  #announceEnd(cellId: string, cell: cellState.CellState): void {
    const { queue, document } = this.store.getState();
    const name = `Cell ${findCell(document, cellId).number}`;
    const error = cellState.errorOf(cell);
    const complaint = error === undefined ? "" : `: ${error.name}: ${error.message}`;
    const took = cell.timing === null ? "" : ` in ${formatDuration(cell.timing.wallMs)}`;
    const say = (announcement: string): void => {
      this.store.setState({ announcement });
    };
    if (cell.outcome === "interrupted") say(`${name} was stopped.`);
    else if (cell.outcome === "error") say(`${name} failed${complaint}`);
    else if (isBusy(queue)) return;
    else if (queue.total > 1) say(`${queue.total} cells ran.`);
    else if (cell.outcome === "expected-error") say(`${name} failed as expected${complaint}`);
    else say(`${name} finished${took}.`);
  }

  #dropWaiting(): void {
    const { queue } = this.store.getState();
    for (const cellId of queue.waiting) {
      if (queue.current?.cellId !== cellId) this.#setCell(cellId, cellState.dequeue);
    }
    this.store.setState({ queue: dropWaiting(queue) });
  }

  /** The worker is gone: nothing runs and nothing waits. */
  #abandon(): void {
    this.#stopOver();
    this.#dropWaiting();
    const { current } = this.store.getState().queue;
    if (current !== null) this.#setCell(current.cellId, cellState.lose);
    this.store.setState({ queue: EMPTY_QUEUE });
  }

  #stopOver(): void {
    clearTimeout(this.#patience);
    this.store.setState({ stop: "none" } satisfies Partial<NotebookState>);
  }

  #setCell(cellId: string, change: (cell: cellState.CellState) => cellState.CellState): cellState.CellState {
    const cell = change(this.store.getState().cells[cellId] ?? cellState.NEVER_RUN);
    this.store.setState((state) => ({ cells: { ...state.cells, [cellId]: cell } }));
    return cell;
  }
}
