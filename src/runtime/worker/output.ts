import type { OutputItem } from "../protocol.ts";

/** At most this often a batch goes to the page. */
const batchMs = 50;
/** What a cell may put out before the middle is left out. */
const headCharacters = 100_000;
const tailCharacters = 20_000;

type Pending = OutputItem | Promise<OutputItem>;

/**
 * The output of one run, in order. An item may be a promise: what comes after it waits, the cell does not. Of a
 * flood the beginning and the end are kept, and a mark says how much lies between.
 */
export class Output {
  readonly #send: (items: readonly OutputItem[]) => void;
  /** In order; an entry is undefined until its text is known. */
  readonly #waiting: { item: OutputItem | undefined }[] = [];
  #batch: OutputItem[] = [];
  #tail: OutputItem[] = [];
  #tailLength = 0;
  #headLength = 0;
  #dropped = 0;
  #lastSent = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsettled = new Set<Promise<void>>();

  constructor(send: (items: readonly OutputItem[]) => void) {
    this.#send = send;
  }

  push(item: Pending): void {
    if (!(item instanceof Promise)) {
      this.#waiting.push({ item });
      this.#advance();
      return;
    }
    const entry: { item: OutputItem | undefined } = { item: undefined };
    this.#waiting.push(entry);
    const settled = item
      .catch((error: unknown): OutputItem => ({
        kind: "text",
        stream: "stderr",
        text: `${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`,
      }))
      .then((ready) => {
        entry.item = ready;
        this.#unsettled.delete(settled);
        this.#advance();
      });
    this.#unsettled.add(settled);
  }

  /** Whether `print` would only add to what is left out. */
  get isFlooded(): boolean {
    return this.#headLength >= headCharacters;
  }

  /** Resolves when every item so far has its text and is on its way to the page. */
  async finish(): Promise<void> {
    while (this.#unsettled.size > 0) await Promise.all(this.#unsettled);
    if (this.#dropped > 0) this.#batch.push({ kind: "truncated", droppedCharacters: this.#dropped });
    this.#batch.push(...this.#tail);
    this.#tail = [];
    this.flush();
  }

  /** Sends what is ready now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length === 0) return;
    this.#send(joinTexts(this.#batch));
    this.#batch = [];
    this.#lastSent = performance.now();
  }

  #advance(): void {
    for (let entry = this.#waiting[0]; entry?.item !== undefined; entry = this.#waiting[0]) {
      this.#waiting.shift();
      this.#accept(entry.item);
    }
    if (this.#batch.length === 0) return;
    if (performance.now() - this.#lastSent >= batchMs) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), batchMs);
  }

  #accept(item: OutputItem): void {
    if (item.kind !== "text" && item.kind !== "value") {
      (this.#headLength < headCharacters ? this.#batch : this.#tail).push(item);
      return;
    }
    const room = Math.max(0, headCharacters - this.#headLength);
    const head = item.text.slice(0, room);
    const rest = item.text.slice(room);
    this.#headLength += head.length;
    if (head !== "" || rest === "") this.#batch.push({ ...item, text: head });
    if (rest === "") return;
    this.#tail.push({ ...item, text: rest });
    this.#tailLength += rest.length;
    this.#trimTail();
  }

  /** Keeps the last characters of the tail; what is not text is never dropped. */
  #trimTail(): void {
    // Trimming in larger steps keeps a flood of short lines cheap.
    if (this.#tailLength < 2 * tailCharacters) return;
    let surplus = this.#tailLength - tailCharacters;
    const kept: OutputItem[] = [];
    for (const item of this.#tail) {
      const text = item.kind === "text" || item.kind === "value" ? item.text : "";
      const cut = Math.min(surplus, text.length);
      surplus -= cut;
      this.#dropped += cut;
      if (cut === 0) kept.push(item);
      else if (cut < text.length) kept.push({ ...item, text: text.slice(cut) } as OutputItem);
    }
    this.#tail = joinTexts(kept);
    this.#tailLength = tailCharacters;
  }
}

/** Neighbouring texts of one stream as one item. */
function joinTexts(items: readonly OutputItem[]): OutputItem[] {
  const joined: OutputItem[] = [];
  let run: string[] = [];
  let stream: "stdout" | "stderr" = "stdout";
  const close = (): void => {
    if (run.length > 0) joined.push({ kind: "text", stream, text: run.join("") });
    run = [];
  };
  for (const item of items) {
    if (item.kind !== "text") {
      close();
      joined.push(item);
      continue;
    }
    if (item.stream !== stream) close();
    stream = item.stream;
    run.push(item.text);
  }
  close();
  return joined;
}
