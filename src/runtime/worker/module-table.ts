import { modules as engineModules } from "./engine-door.ts";
import { HintedError } from "./hinted-error.ts";
import * as numpy from "./numpy/index.ts";
import { pyplot } from "./pyplot/pyplot.ts";

type Module = Readonly<Record<string, unknown>>;

/** The engine's modules, and those that exist in a notebook alone. */
const modules: Readonly<Record<string, Module>> = {
  ...engineModules,
  numpy,
  "matplotlib/pyplot": pyplot,
};

/** Libraries of Python that have no counterpart here, and what to do instead. */
const pythonModules: Readonly<Record<string, string>> = {
  matplotlib: 'Write import * as plt from "matplotlib/pyplot".',
  scipy: "There is no SciPy here: jnp and jax.random hold what the lessons need.",
  pandas: "There is no pandas here.",
  numba: "There is no Numba here: jax.jit compiles.",
  torch: "There is no PyTorch here: jax differentiates.",
  math: "JavaScript has Math: Math.sqrt(2), Math.PI.",
  time: "Write %time in front of an expression, or %%time on a cell's first line.",
};

/** What to write for a name that leads nowhere: slashes stand for dots, and a library may not be there at all. */
function moduleHint(name: string): string {
  const path = name.replaceAll(".", "/");
  if (Object.hasOwn(modules, path)) return `Write import * as ${nicknameOf(path)} from "${path}".`;
  const [library = ""] = path.split("/");
  const known = Object.keys(modules).map((each) => `"${each}"`);
  const hint = Object.hasOwn(pythonModules, library) ? pythonModules[library] : undefined;
  return hint ?? `There are ${known.join(", ")}.`;
}

function nicknameOf(path: string): string {
  if (path === "jax/numpy") return "jnp";
  return path === "matplotlib/pyplot" ? "plt" : (path.split("/").at(-1) ?? path);
}

/** What `import ... from name` gives a cell. Throws an error that names the modules there are. */
export function module(name: string): Module {
  const found = Object.hasOwn(modules, name) ? modules[name] : undefined;
  if (found !== undefined) return found;
  throw new HintedError("ModuleNotFoundError", `No module named "${name}"`, moduleHint(name));
}

/** One name of a module. Throws when the module has no such name. */
export function member(table: Module, name: string, source: string): unknown {
  if (Object.hasOwn(table, name) || name in table) return table[name];
  if (name === "default") return table;
  throw new HintedError("ImportError", `cannot import name "${name}" from "${source}"`);
}

export function importModule(name: string): Promise<Module> {
  return Promise.resolve().then(() => module(name));
}

/** Every namespace, those inside others included, with the name a cell imports it by. */
const namespaces = new Map<object, string>();
for (const [path, table] of Object.entries(modules)) {
  namespaces.set(table, path);
  for (const [name, value] of Object.entries(table))
    if (isNamespace(value, `${path}/${name}`) && !namespaces.has(value))
      namespaces.set(value, `${path}/${name}`);
}

/** `jax.numpy` is what `import "jax/numpy"` gives, though not always the same object. */
function isNamespace(value: unknown, path: string): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(modules, path) || Object.prototype.toString.call(value) === "[object Module]";
}

/** Whether a value is one of the engine's namespaces, whose functions the cell language knows. */
export function isEngineNamespace(value: unknown): boolean {
  return namespaceName(value)?.startsWith("jax") === true;
}

/** The name of a namespace such as `jnp` or `jnp.linalg`; undefined for anything else. */
export function namespaceName(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? namespaces.get(value) : undefined;
}
