/** One row of a benchmark: the engine beside what it is compared with. */
export interface Row {
  readonly workload: string;
  readonly first: number;
  readonly cached: number;
  readonly reference: number;
  readonly referenceName: string;
  readonly value: string;
}

/** Milliseconds of each of `runs` calls of `work`, whose work is finished when its promise resolves. */
export async function time(runs: number, work: () => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Times engine and reference turn by turn, so that a busy machine slows both. */
export async function sideBySide(
  workload: string,
  engine: () => Promise<string>,
  referenceName: string,
  reference: () => Promise<unknown>,
  runs = 7,
): Promise<Row> {
  let value = "";
  const call = async (): Promise<void> => {
    value = await engine();
  };
  const [first] = await time(1, call);
  await reference();
  const own: number[] = [];
  const other: number[] = [];
  for (let run = 0; run < runs; run++) {
    own.push(...(await time(1, call)));
    other.push(...(await time(1, reference)));
  }
  return {
    workload,
    first: first ?? NaN,
    cached: median(own),
    reference: median(other),
    referenceName,
    value,
  };
}

/** Prints rows as a table: times in milliseconds, ratio = engine / reference. */
export function printRows(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`);
  const cells = rows.map((row) => [
    row.workload,
    row.first.toFixed(1),
    row.cached.toFixed(1),
    row.reference.toFixed(1),
    (row.cached / row.reference).toFixed(2),
    row.referenceName,
    row.value,
  ]);
  const head = ["workload", "first", "cached", "reference", "ratio", "reference is", "value"];
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]!.length)),
  );
  for (const row of [head, ...cells]) console.log(row.map((cell, k) => cell.padEnd(widths[k]!)).join("  "));
}
