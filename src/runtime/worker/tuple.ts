/** Python's tuple: `x[i, j]` is x at the tuple (i, j), and a cell that ends in `a, b` shows one. */
export class Tuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}
