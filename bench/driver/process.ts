import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Reply, Request, SystemName } from "../side.ts";
import { workloadOf, type WorkloadName } from "../workloads.ts";
import { inTime, OutOfTime, type Participant } from "./participant.ts";

interface Answer {
  readonly reply?: Reply & { readonly files?: readonly string[] };
  readonly error?: string;
}

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly drawsAsJax: boolean;
  /** A process for each workload, so that its first call is a first one; else one for all. */
  readonly fresh: boolean;
}

/** A system in a child process that answers requests line by line. */
export class ProcessParticipant implements Participant {
  readonly name: string;
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #waiting: ((answer: Answer) => void) | undefined;
  #files: readonly string[] = [];

  constructor(name: string, options: ProcessOptions) {
    this.name = name;
    this.#options = options;
  }

  async open(): Promise<string> {
    if (this.#options.fresh) await this.close();
    if (this.#child === undefined) this.#start();
    const reply = await this.ask({ kind: "open", system: this.name as SystemName, assets: "" }, 120);
    return "device" in reply ? reply.device : "";
  }

  #start(): void {
    const { command, args, env = {} } = this.#options;
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    const ended = (reason: string): void => {
      if (this.#child === child) this.#child = undefined;
      this.#waiting?.({ error: reason });
    };
    child.on("error", (error) => ended(error.message));
    child.on("exit", (code, signal) => ended(`ended with ${code ?? signal ?? "no status"}`));
    createInterface({ input: child.stdout }).on("line", (line) => {
      // A library may print, too.
      if (line.startsWith("{")) this.#waiting?.(JSON.parse(line) as Answer);
    });
  }

  async ask(request: Request, seconds: number): Promise<Reply> {
    const child = this.#child;
    if (child === undefined) throw new Error("not open");
    const answer = new Promise<Answer>((resolve) => (this.#waiting = resolve));
    child.stdin!.write(JSON.stringify(request) + "\n");
    try {
      const { reply, error } = await inTime(answer, seconds);
      if (reply === undefined) throw new Error(error);
      this.#files = reply.files ?? [];
      return reply;
    } catch (error) {
      if (error instanceof OutOfTime) await this.close();
      throw error;
    }
  }

  async check(workload: WorkloadName, n: number): Promise<string | undefined> {
    const reply = await this.ask({ kind: "check" }, 120);
    if ("wrong" in reply) return reply.wrong ?? undefined;
    const results = this.#files.map((path) => {
      const bytes = readFileSync(path);
      rmSync(path);
      return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    });
    return workloadOf(workload).check(results, n, this.#options.drawsAsJax);
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
}
