import { isDType, type DType } from "../core/dtype.ts";
import { float } from "../core/scalar.ts";
import { canonicalizeDType, defaultFloat, defaultInt } from "../core/promotion.ts";

/** What may be given as a dtype: its name, a scalar type such as `jnp.float32`, or Python's `float`. */
export type DTypeLike = DType | (string & {}) | { readonly dtype: DType } | typeof float | typeof Boolean;

const aliases: Readonly<Record<string, () => DType>> = {
  float: defaultFloat,
  int: defaultInt,
  bool_: () => "bool",
  f4: () => "float32",
  f8: () => "float64",
  i4: () => "int32",
  i8: () => "int64",
  u4: () => "uint32",
};

function describe(value: unknown): string {
  return typeof value === "string" ? value : typeof value;
}

/** The dtype meant, as it exists under the present x64 setting. Throws TypeError for what is no dtype. */
export function toDType(like: DTypeLike): DType {
  if (like === float) return defaultFloat();
  if (like === Boolean) return "bool";
  const name: unknown = typeof like === "string" ? like : (like as { dtype?: unknown }).dtype;
  if (isDType(name)) return canonicalizeDType(name);
  const alias = typeof name === "string" && Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (alias === undefined) throw new TypeError(`data type '${describe(name ?? like)}' not understood`);
  return alias();
}
