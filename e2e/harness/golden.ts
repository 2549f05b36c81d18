import { readFileSync } from "node:fs";

/** One thing the lecture prints. testdata/lecture.json is the project's shared golden file of that name. */
export interface GoldenRow {
  readonly item: string;
  /** Runs of blanks collapsed to one, line breaks included. */
  readonly printed: string;
}

/** Where the lesson prints a golden row. */
export interface Place {
  readonly cells: readonly string[];
  /** The row is a part of what these cells print, in this frame; `…` stands for the row. */
  readonly within?: string;
  /** What is right where the lecture is not. */
  readonly instead?: string;
}

const ONES = "Array([1., 1.], dtype=float32)";

/** Every row of the golden file, and the cells of the lesson that print it. */
const PLACES: Readonly<Record<string, Place>> = {
  "print(a)": { cells: ["print-a"] },
  "print(jnp.sum(a))": { cells: ["print-sum"] },
  "print(jnp.mean(a))": { cells: ["print-mean"] },
  "print(jnp.dot(a, a))": { cells: ["print-dot"] },
  a: { cells: ["repr-a"] },
  "jnp.sum(a)": { cells: ["sum-a"] },
  "A @ B": { cells: ["matmul"] },
  "linalg.inv(B)": { cells: ["inv"] },
  "linalg.eigh(B) eigenvalues": { cells: ["eigh"], within: "eigenvalues=…, eigenvectors", instead: ONES },
  // A guess at how the row above came about; it prints the same.
  "  same, if A/||A||_F then rescaled in f32": {
    cells: ["eigh"],
    within: "eigenvalues=…, eigenvectors",
    instead: ONES,
  },
  "linalg.eigh(B) eigenvectors": { cells: ["eigh"], within: "eigenvectors=…)" },
  "jnp.ones(3)": { cells: ["ones"] },
  "np.linspace(0, 1, 3)": { cells: ["np-linspace"] },
  "np a[0] = 1": { cells: ["np-set"] },
  "jnp.linspace(0, 1, 3)": { cells: ["linspace", "at-show", "at-unchanged"] },
  "np sort": { cells: ["np-sort"] },
  "a, a_new": { cells: ["sort"] },
  "a.at[0].set(1)": { cells: ["at-set"] },
  "print(key)": { cells: ["print-key"] },
  "normal(key, (3,3)), PRNGKey(1)": { cells: ["normal", "normal-again"] },
  "normal(key, (3,3)) after split": { cells: ["normal-key"] },
  "normal(subkey, (3,3))": { cells: ["normal-subkey"] },
  "gen_random_matrices(key,2,2)[0]": { cells: ["matrices"], within: "… [[0.3473302" },
  "gen_random_matrices(key,2,2)[1]": { cells: ["matrices"], within: "0.99981046]] …" },
  "normal(key, (5,))": { cells: ["normal-flat"] },
  "f(jnp.ones(50_000_000))": { cells: ["f-first", "f-second", "f-old-size", "jit-first", "jit-second"] },
  "f(jnp.ones(50_000_001))": { cells: ["f-new-size", "f-new-size-again"] },
  "f(ones(2)), a=1": { cells: ["impure-first"] },
  "f(ones(2)), a=42 (cached)": { cells: ["impure-same", "impure-old-shape"] },
  "f(ones(3)), a=42 (retraced)": { cells: ["impure-retraced"] },
  "grad(x**2/2)(10.0)": { cells: ["grad-at-ten"] },
  "z_bad.shape": { cells: ["z-bad-shape"] },
  "z_loops.shape": { cells: ["z-loops-shape"] },
  "allclose(z_mesh, z_loops)": { cells: ["mesh-close"] },
  "x_mesh.nbytes + y_mesh.nbytes": { cells: ["mesh-bytes"] },
  "x.nbytes": { cells: ["flat-bytes"] },
  "allclose(z_vmap, z_mesh)": { cells: ["vmap-close"] },
  "compute_call_price_jax()": { cells: ["price-first", "price-second"] },
};

/** The golden rows with their places. Throws when a row has none, or a place no row. */
export function goldenRows(): readonly (GoldenRow & { readonly place: Place })[] {
  const rows = JSON.parse(
    readFileSync(new URL("../testdata/lecture.json", import.meta.url), "utf8"),
  ) as readonly GoldenRow[];
  const items = new Set(rows.map(({ item }) => item));
  const idle = Object.keys(PLACES).filter((item) => !items.has(item));
  if (idle.length > 0) throw new Error(`not in the golden file: ${idle.join("; ")}`);
  return rows.map((row) => {
    const place = PLACES[row.item];
    if (place === undefined) throw new Error(`no cell prints the golden row "${row.item}"`);
    return { ...row, place };
  });
}

/** The text with every run of blanks as one, and without what a timing magic says first. */
export function collapsed(output: string): string {
  return output
    .replace(/^Wall time: <?[\d.]+ (?:µs|ms|s|min \d+ s)\s*/u, "")
    .replace(/\s+/g, " ")
    .trim();
}
