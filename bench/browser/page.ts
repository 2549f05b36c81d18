/** The page of one system: passes requests to a worker, a fresh one for each workload. */
import type { Reply, Request } from "../side.ts";

interface Answer {
  readonly reply?: Reply;
  readonly error?: string;
}

let worker: Worker | undefined;

function start(): Worker {
  worker?.terminate();
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

/** Resolves with the answer; opening starts a new worker, releasing ends it. */
function ask(request: Request): Promise<Answer> {
  if (request.kind === "release") {
    worker?.terminate();
    return Promise.resolve({ reply: { supported: true } });
  }
  if (request.kind === "open") worker = start();
  const asked = worker!;
  return new Promise((resolve) => {
    asked.onmessage = (event: MessageEvent<Answer>) => {
      resolve(event.data);
    };
    asked.onerror = (event) => {
      resolve({ error: event.message });
    };
    asked.postMessage(request);
  });
}

Object.assign(globalThis, { ask });
