import { isPythonInt, TypedScalar, WeakFloat } from "./scalar.ts";

/** What Python would call the type of a JavaScript value that is no array. */
export function pythonTypeName(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (Array.isArray(value)) return "list";
  if (value instanceof WeakFloat) return "float";
  if (value instanceof TypedScalar) return value.aval.dtype;
  switch (typeof value) {
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return isPythonInt(value) ? "int" : "float";
    case "function":
      return "function";
    default:
      return "dict";
  }
}
