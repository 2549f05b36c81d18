import { chromium, type Browser, type Page } from "playwright-core";
import type { Reply, Request, SystemName } from "../side.ts";
import { inTime, OutOfTime, type Participant } from "./participant.ts";

const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];
const SOFTWARE_WEBGPU = [
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
];

export interface BrowserOptions {
  readonly executable: string;
  readonly url: string;
  /** The machine's own graphics card instead of the software adapter. */
  readonly hardware: boolean;
}

const CRASH = new Error("the page crashed: out of memory");

/** A system in a headless Chromium of its own: what one breaks or holds does not touch the others. */
export class BrowserParticipant implements Participant {
  readonly name: SystemName;
  readonly #options: BrowserOptions;
  #browser: Browser | undefined;
  #page: Page | undefined;

  constructor(name: SystemName, options: BrowserOptions) {
    this.name = name;
    this.#options = options;
  }

  /** "Chromium" and its version, while it runs. */
  get version(): string | undefined {
    return this.#browser?.version();
  }

  async open(): Promise<string> {
    if (this.#browser?.isConnected() !== true) await this.#launch();
    const reply = await this.ask(
      { kind: "open", system: this.name, assets: `${this.#options.url}tfjs/` },
      60,
    );
    return "device" in reply ? reply.device : "";
  }

  async #launch(): Promise<void> {
    const { executable, hardware, url } = this.#options;
    this.#browser = await chromium.launch({
      executablePath: executable,
      args: ["--no-sandbox", "--enable-unsafe-webgpu", ...(hardware ? [] : SOFTWARE_WEBGPU), ...QUIET],
    });
    this.#page = await this.#browser.newPage();
    await this.#page.goto(url);
    await this.#page.waitForFunction("globalThis.ask !== undefined && crossOriginIsolated");
  }

  async ask(request: Request, seconds: number): Promise<Reply> {
    const page = this.#page;
    if (page === undefined) throw new Error("not open");
    const asked = page.evaluate(
      (each) =>
        (globalThis as unknown as { ask(each: Request): Promise<{ reply?: Reply; error?: string }> }).ask(
          each,
        ),
      request,
    );
    const crashed = new Promise<never>((_, reject) => {
      page.once("crash", () => reject(CRASH));
    });
    try {
      const { reply, error } = await inTime(Promise.race([asked, crashed]), seconds);
      if (reply === undefined) throw new Error(error);
      return reply;
    } catch (error) {
      asked.catch(() => undefined);
      crashed.catch(() => undefined);
      if (error instanceof OutOfTime || error === CRASH || page.isClosed()) await this.close();
      throw error;
    }
  }

  async check(): Promise<string | undefined> {
    const reply = await this.ask({ kind: "check" }, 120);
    return "wrong" in reply ? (reply.wrong ?? undefined) : undefined;
  }

  async close(): Promise<void> {
    const browser = this.#browser;
    this.#browser = undefined;
    this.#page = undefined;
    await browser?.close();
  }
}
