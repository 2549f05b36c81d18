/** Where a pass finds one of its buffers. */
export interface BufferRef {
  readonly kind: "input" | "output" | "temporary";
  readonly index: number;
}

/** One dispatch of one shader. */
export interface Pass {
  readonly code: string;
  readonly bindings: readonly { readonly ref: BufferRef; readonly writable: boolean }[];
  /** The first words of the uniforms: loop bounds, which stay out of the shader's text. */
  readonly header: readonly number[];
  readonly workgroups: number;
  /** Element evaluations, roughly: tells the queue when enough work is waiting. */
  readonly work: number;
}

/** How a kernel runs: its passes in order and the temporary memory between them. */
export interface Plan {
  readonly passes: readonly Pass[];
  /** Bytes of each temporary. */
  readonly temporaries: readonly number[];
}

/** Words of the uniforms before the kernel's parameters. */
export const headerWords = 16;

export const input = (index: number): BufferRef => ({ kind: "input", index });
export const output = (index: number): BufferRef => ({ kind: "output", index });
export const temporary = (index: number): BufferRef => ({ kind: "temporary", index });
