import { modules } from "./engine-door.ts";
import { HintedError } from "./hinted-error.ts";

type Module = Readonly<Record<string, unknown>>;

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

/** Whether a value is one of the engine's namespaces, such as `jnp` or `jnp.linalg`. */
export function isNamespace(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return namespaces.has(value);
}

const namespaces = new Set<object>(
  Object.values(modules).flatMap((table) => [
    table,
    ...Object.values(table).filter((value): value is object => isModuleObject(value)),
  ]),
);

function isModuleObject(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && Object.prototype.toString.call(value) === "[object Module]"
  );
}
