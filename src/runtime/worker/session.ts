import type { DeviceChoice, DeviceInfo, PageToWorker, WorkerToPage } from "../protocol.ts";
import { deviceLost, initialize } from "./engine-door.ts";
import { Evaluator, type Cell } from "./evaluate.ts";
import { memoryNow } from "./timing.ts";

/** The worker's side of the protocol: a device, a queue of cells, one cell at a time. */
export class Session {
  readonly #send: (message: WorkerToPage) => void;
  readonly evaluator: Evaluator;
  #choice: DeviceChoice = "auto";
  #device: DeviceInfo | undefined;
  #lost = false;
  #queue: Cell[] = [];
  #busy = false;

  constructor(send: (message: WorkerToPage) => void) {
    this.#send = send;
    this.evaluator = new Evaluator(send, () => this.#device?.kind === "cpu");
  }

  /** Takes one message from the page. */
  receive(message: PageToWorker): void {
    if (message.type === "start") {
      this.#choice = message.device;
      void this.#start();
    } else if (message.type === "run") {
      const { runId, cellId, number, source } = message;
      this.#queue.push({ runId, cellId, number, source });
      void this.#work();
    } else {
      this.#queue = [];
      this.evaluator.interrupt();
    }
  }

  /** Gets the device ready and says so. Resolves to whether there is one. */
  async #start(): Promise<boolean> {
    try {
      const { kind, name, limits, synchronousReads, note } = await initialize(this.#choice);
      const device: DeviceInfo = {
        kind,
        name,
        limits,
        synchronousReads,
        ...(note === undefined ? {} : { note }),
      };
      this.#device = device;
      this.#lost = false;
      void deviceLost().then((message) => {
        this.#lost = true;
        this.#send({ type: "deviceLost", message });
      });
      this.#send({ type: "ready", device, memory: memoryNow() });
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#send({ type: "startFailed", error: { name: "Error", message, frames: [] } });
      return false;
    }
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let cell = this.#queue.shift(); cell !== undefined; cell = this.#queue.shift()) {
        if (this.#device === undefined || this.#lost) {
          if (!(await this.#start())) break;
        }
        await this.evaluator.run(cell);
      }
    } finally {
      this.#busy = false;
    }
  }
}
