import { modules as engineModules } from "./engine-door.ts";
import { HintedError } from "./hinted-error.ts";
import { pyplot } from "./pyplot/pyplot.ts";

type Module = Readonly<Record<string, unknown>>;

/** The engine's modules, and those that exist in a notebook alone. */
const modules: Readonly<Record<string, Module>> = {
  ...engineModules,
  "matplotlib/pyplot": pyplot,
};

const pythonModules: Readonly<Record<string, string>> = {
  numpy: 'There is no NumPy here; jnp does the same: import * as jnp from "jax/numpy".',
  "jax.numpy": 'Write import * as jnp from "jax/numpy".',
  "jax.random": 'Write import * as random from "jax/random".',
};

/** What `import ... from name` gives a cell. Throws an error that names the modules there are. */
export function module(name: string): Module {
  const found = Object.hasOwn(modules, name) ? modules[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(modules).map((each) => `"${each}"`);
  const hint = Object.hasOwn(pythonModules, name) ? pythonModules[name] : undefined;
  throw new HintedError(
    "ModuleNotFoundError",
    `No module named "${name}"`,
    hint ?? `There are ${known.join(", ")}.`,
  );
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

/** Every namespace of the engine, those inside others included, with the name a cell imports it by. */
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

/** The name of a namespace such as `jnp` or `jnp.linalg`; undefined for anything else. */
export function namespaceName(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? namespaces.get(value) : undefined;
}
