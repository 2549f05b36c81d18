/** Results of a call, each flattened row by row. */
export type Results = readonly ArrayLike<number>[];

/** One workload made ready on one system: its inputs are on the device, nothing of it has run. */
export interface Session {
  /** One whole call: resolves when its results are computed (scalar results have been read). Keeps the results. */
  call(): Promise<void>;
  /** The results of the last call. */
  results(): Promise<Results>;
  /** Milliseconds of tracing and compiling so far, where a system counts them. */
  compileMs?(): number;
  /** Gives everything back. */
  release(): void;
}

/** Makes a workload ready at size `n`. */
export type Prepare = (n: number) => Session | Promise<Session>;
