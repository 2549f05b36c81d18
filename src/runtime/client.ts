import { isWorkerMessage } from "./check-message.ts";
import type { CellError, DeviceChoice, PageToWorker, WorkerToPage } from "./protocol.ts";

type Listener = (message: WorkerToPage) => void;

/** A frame with its worker, and the ports that lead there. */
interface Sandbox {
  readonly frame: HTMLIFrameElement;
  readonly cells: MessagePort;
  readonly trouble: MessagePort;
  /** Whether the worker has spoken: from then on it reports its own troubles. */
  alive: boolean;
}

/**
 * The page's side of the worker that runs cells.
 *
 * The worker lives in a sandboxed frame with an origin of its own; removing the frame ends it, whatever it is doing.
 * Nothing runs before `start`.
 */
export class RuntimeClient {
  readonly #workerSource: () => Promise<string>;
  readonly #sandboxUrl: string;
  readonly #listeners = new Set<Listener>();
  #sandbox: Sandbox | undefined;
  /** Counts sandboxes, so that one which was given up while it was loading goes nowhere. */
  #generation = 0;
  #device: DeviceChoice = "auto";

  /** `workerSource` gives the worker as one classic script; `sandboxUrl` is where `sandbox.html` is served. */
  constructor(workerSource: () => Promise<string>, sandboxUrl = "sandbox.html") {
    this.#workerSource = workerSource;
    this.#sandboxUrl = sandboxUrl;
  }

  /** Starts the worker on a device. It answers with `ready` or `startFailed`. */
  start(device: DeviceChoice): void {
    this.#device = device;
    this.#close();
    const generation = ++this.#generation;
    this.#open(generation).catch((error: unknown) => {
      if (generation === this.#generation) this.#fail(error instanceof Error ? error.message : String(error));
    });
  }

  /** Sends a cell to the worker; cells run in the order sent. Before `ready` nothing is sent. */
  run(cell: { runId: number; cellId: string; number: number; source: string }): void {
    this.#send({ type: "run", ...cell });
  }

  /** Asks the running cell to stop and drops the queued ones. A busy loop inside a function does not hear it. */
  interrupt(): void {
    this.#send({ type: "interrupt" });
  }

  /** Ends the worker at once and starts a new one on the same device. Every variable is lost. */
  terminateAndRestart(): void {
    this.start(this.#device);
  }

  /** Calls `listener` with every message; returns the function that removes it. */
  onMessage(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the worker for good. */
  dispose(): void {
    this.#generation++;
    this.#close();
    this.#listeners.clear();
  }

  async #open(generation: number): Promise<void> {
    const [source, frame] = await Promise.all([this.#workerSource(), loadFrame(this.#sandboxUrl)]);
    if (generation !== this.#generation) {
      frame.remove();
      return;
    }
    const [cells, trouble] = [new MessageChannel(), new MessageChannel()];
    const sandbox: Sandbox = { frame, cells: cells.port1, trouble: trouble.port1, alive: false };
    this.#sandbox = sandbox;
    sandbox.cells.onmessage = ({ data }) => this.#receive(sandbox, data);
    sandbox.trouble.onmessage = ({ data }) => this.#receiveTrouble(sandbox, data);
    // The frame's origin is opaque: only "*" names it. Nothing in here is secret.
    frame.contentWindow?.postMessage({ type: "begin", source }, "*", [cells.port2, trouble.port2]);
    this.#send({ type: "start", device: this.#device });
  }

  #receive(sandbox: Sandbox, data: unknown): void {
    if (sandbox !== this.#sandbox || !isWorkerMessage(data)) return;
    sandbox.alive = true;
    this.#emit(data);
  }

  #receiveTrouble(sandbox: Sandbox, data: unknown): void {
    if (sandbox !== this.#sandbox || sandbox.alive) return;
    const message = (data as { message?: unknown } | null)?.message;
    this.#fail(typeof message === "string" ? message : "The worker failed.");
  }

  #fail(message: string): void {
    const error: CellError = { name: "Error", message, frames: [] };
    this.#emit({ type: "startFailed", error });
  }

  #emit(message: WorkerToPage): void {
    for (const listener of [...this.#listeners]) listener(message);
  }

  #send(message: PageToWorker): void {
    this.#sandbox?.cells.postMessage(message);
  }

  #close(): void {
    const sandbox = this.#sandbox;
    if (sandbox === undefined) return;
    this.#sandbox = undefined;
    sandbox.cells.close();
    sandbox.trouble.close();
    sandbox.frame.remove();
  }
}

/** Adds the hidden frame to the page and waits until its script listens. */
function loadFrame(url: string): Promise<HTMLIFrameElement> {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  // Threads share memory where the page is isolated from others, and passes that on.
  frame.setAttribute("allow", "cross-origin-isolated");
  // The service worker that isolates the page on a plain host does not see the frame of another origin: its document
  // comes without headers, which an isolated page takes only so.
  frame.setAttribute("credentialless", "");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  frame.title = "Sandbox of the notebook's cells";
  // Not display: none, which lets a browser put the frame's timers to sleep.
  frame.style.cssText =
    "position: fixed; width: 1px; height: 1px; border: 0; opacity: 0; pointer-events: none";
  return new Promise((resolve, reject) => {
    frame.addEventListener("load", () => resolve(frame), { once: true });
    frame.addEventListener("error", () => reject(new Error(`${url} could not be loaded.`)), { once: true });
    frame.src = url;
    document.body.append(frame);
  });
}
