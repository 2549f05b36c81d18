import { at, type Workspace } from "./workspace.ts";

/** A sequence of plane rotations of neighbouring rows of a matrix (n, n): each row takes part in two of them. */
export class Rotations {
  readonly #rows: Workspace["rows"];
  readonly #vectors: Float64Array;
  readonly #n: number;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  constructor(w: Workspace, vectors: Float64Array, n: number) {
    this.#rows = w.rows;
    this.#vectors = vectors;
    this.#n = n;
    [this.#cosines, this.#sines] = [w.zeros(n), w.zeros(n)];
  }

  set(t: number, cosine: number, sine: number): void {
    this.#cosines[t] = cosine;
    this.#sines[t] = sine;
  }

  /** Rotation t, for t = 0 to count - 1, takes rows f = first + t * step and g = f + step to c f - s g and s f + c g. */
  apply(first: number, step: 1 | -1, count: number): void {
    const n = this.#n;
    const start = at(this.#vectors, first * n);
    this.#rows.rotate(start, 8 * n * step, n, at(this.#cosines), at(this.#sines), count);
  }
}
