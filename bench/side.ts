/** One system at work: opened once, then told what to make ready and when to run. Lives in a worker of its own. */
import type { Session } from "./session.ts";
import type { System } from "./system.ts";
import { openEngine } from "./systems/engine.ts";
import { openHandWritten } from "./systems/hand-written.ts";
import { workloadOf, type WorkloadName } from "./workloads.ts";

/** What a system can be told. */
export type Request =
  | { readonly kind: "open"; readonly system: SystemName; readonly assets: string }
  | { readonly kind: "prepare"; readonly workload: WorkloadName; readonly n: number }
  | { readonly kind: "first" }
  | { readonly kind: "check" }
  /** Calls until `ms` have passed, at least one and at most `most`. */
  | { readonly kind: "call"; readonly ms: number; readonly most: number }
  | { readonly kind: "release" };

export type Reply =
  | { readonly device: string }
  | { readonly supported: boolean }
  | { readonly times: readonly number[]; readonly compileMs?: number }
  | { readonly wrong: string | null };

const openers = {
  "engine-cpu": () => openEngine("cpu"),
  "engine-webgpu": () => openEngine("webgpu"),
  "jax-js-webgpu": async () => (await import("./systems/jax-js.ts")).openJaxJs("webgpu"),
  "jax-js-wasm": async () => (await import("./systems/jax-js.ts")).openJaxJs("wasm"),
  "tfjs-webgpu": async (assets) =>
    (await import("./systems/tensorflow-js.ts")).openTensorFlowJs("webgpu", assets),
  "tfjs-wasm": async (assets) =>
    (await import("./systems/tensorflow-js.ts")).openTensorFlowJs("wasm", assets),
  wgsl: () => openHandWritten(),
} satisfies Record<string, (assets: string) => Promise<System>>;

export type SystemName = keyof typeof openers;

export class Side {
  #system: System | undefined;
  #session: Session | undefined;
  #workload: WorkloadName | undefined;
  #n = 0;

  async answer(request: Request): Promise<Reply> {
    switch (request.kind) {
      case "open": {
        this.#system = await openers[request.system](request.assets);
        return { device: this.#system.device };
      }
      case "prepare":
        return this.#prepare(request.workload, request.n);
      case "first":
        return this.#first();
      case "call": {
        const times: number[] = [];
        let total = 0;
        do {
          const time = await this.#timed();
          times.push(time);
          total += time;
        } while (total < request.ms && times.length < request.most);
        return { times };
      }
      case "check": {
        const { check } = workloadOf(this.#workload!);
        const wrong = check(await this.#session!.results(), this.#n, this.#system!.drawsAsJax);
        return { wrong: wrong ?? null };
      }
      case "release":
        this.#session?.release();
        this.#session = undefined;
        return { supported: true };
    }
  }

  async #prepare(workload: WorkloadName, n: number): Promise<Reply> {
    const prepare = this.#system!.prepares[workload];
    if (prepare === undefined) return { supported: false };
    this.#session = await prepare(n);
    this.#workload = workload;
    this.#n = n;
    return { supported: true };
  }

  async #first(): Promise<Reply> {
    const session = this.#session!;
    const before = session.compileMs?.();
    const times = [await this.#timed()];
    return before === undefined ? { times } : { times, compileMs: session.compileMs!() - before };
  }

  async #timed(): Promise<number> {
    const started = performance.now();
    await this.#session!.call();
    return performance.now() - started;
  }
}
