/** Waits for the device within one JavaScript task. */
export interface SynchronousReadback {
  /** Bytes `offset` to `offset + bytes` (multiples of 4) of `source`. */
  read(source: GPUBuffer, offset: number, bytes: number): ArrayBuffer;
  /** Returns when everything submitted so far has run. */
  wait(): void;
}
