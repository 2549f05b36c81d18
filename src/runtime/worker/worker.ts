/**
 * The worker that runs cells: one classic script, started from a data: URL inside the sandboxed frame. Its first
 * message brings the port to the page and, where memory can be shared, some of it and a port to the frame, which can
 * make threads: a data: worker cannot share what it makes itself.
 */
import type { PageToWorker } from "../protocol.ts";
import { useRemoteThreads } from "./engine-door.ts";
import { Session } from "./session.ts";

const consoleStreams = {
  log: "stdout",
  info: "stdout",
  debug: "stdout",
  warn: "stderr",
  error: "stderr",
} as const;

interface Connection {
  readonly shared?: Parameters<typeof useRemoteThreads>[1];
}

addEventListener("message", function connect(event: MessageEvent<Connection | null>) {
  const [port, frame] = event.ports;
  if (port === undefined) return;
  removeEventListener("message", connect);
  if (frame !== undefined && event.data?.shared !== undefined) useRemoteThreads(frame, event.data.shared);
  const session = new Session((message) => port.postMessage(message));
  port.onmessage = ({ data }: MessageEvent<PageToWorker>) => session.receive(data);

  for (const [method, stream] of Object.entries(consoleStreams))
    Object.assign(console, { [method]: (...values: unknown[]) => session.evaluator.print(stream, values) });
  // What a cell started and did not wait for may fail when nobody listens any more.
  const report = (problem: unknown): void => {
    session.evaluator.print("stderr", [
      problem instanceof Error ? `${problem.name}: ${problem.message}` : problem,
    ]);
  };
  addEventListener("unhandledrejection", (rejection) => {
    rejection.preventDefault();
    report(rejection.reason);
  });
  addEventListener("error", (failure) => {
    failure.preventDefault();
    report(failure.error);
  });
});
