import { createStore, type StoreApi } from "zustand/vanilla";
import type { CellError, DeviceInfo, MemoryInfo } from "../runtime/protocol.ts";
import { NEVER_RUN, type CellState } from "./cell-state.ts";
import { createDocument, type NotebookDocument } from "./document.ts";
import type { Lesson } from "./lesson.ts";
import { EMPTY_QUEUE, type RunQueue } from "./run-queue.ts";
import type { TimingHistories } from "./timing-history.ts";

export type DeviceStatus =
  | { readonly phase: "starting" }
  | { readonly phase: "ready"; readonly info: DeviceInfo }
  | { readonly phase: "failed"; readonly error: CellError };

/** How far a stop has come: asked for, and not answered within two seconds. */
export type StopStatus = "none" | "asked" | "overdue";

/** Something the reader should know that belongs to no single cell. */
export type Notice =
  | { readonly kind: "stopped-at-error"; readonly cellId: string; readonly notRun: number }
  | { readonly kind: "force-stopped"; readonly cellId: string }
  | { readonly kind: "device-lost"; readonly message: string };

export interface NotebookState {
  readonly document: NotebookDocument;
  readonly cells: Readonly<Record<string, CellState>>;
  readonly histories: TimingHistories;
  readonly device: DeviceStatus;
  readonly memory: MemoryInfo | null;
  readonly queue: RunQueue;
  readonly stop: StopStatus;
  readonly notice: Notice | null;
  /** The latest thing worth saying aloud to a screen reader. */
  readonly announcement: string;
}

export type NotebookStore = StoreApi<NotebookState>;

export function createNotebookStore(lesson: Lesson): NotebookStore {
  const document = createDocument(lesson);
  return createStore<NotebookState>(() => ({
    document,
    cells: Object.fromEntries(document.cells.map((cell) => [cell.id, NEVER_RUN])),
    histories: {},
    device: { phase: "starting" },
    memory: null,
    queue: EMPTY_QUEUE,
    stop: "none",
    notice: null,
    announcement: "",
  }));
}
