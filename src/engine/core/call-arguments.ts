import { ArrayBase } from "./array-base.ts";
import { WeakFloat } from "./scalar.ts";

/** Whether a value is the options object that stands for keyword arguments. */
export function isOptions(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return !(value instanceof ArrayBase) && !(value instanceof WeakFloat) && isPlain(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Python's way of calling: positional values in the order of `names`, then keyword arguments as one options object.
 * An undefined value counts as not given. Throws TypeError in Python's words.
 */
export function callArguments<T extends object>(
  functionName: string,
  names: readonly (keyof T & string)[],
  args: readonly unknown[],
): Partial<T> {
  let count = args.length;
  while (count > 0 && args[count - 1] === undefined) count--;
  const last = args[count - 1];
  const options = isOptions(last) ? last : undefined;
  const positional = args.slice(0, options === undefined ? count : count - 1);
  if (positional.length > names.length) {
    throw new TypeError(
      `${functionName}() takes at most ${String(names.length)} optional positional arguments ` +
        `but ${String(positional.length)} were given`,
    );
  }
  const result: Record<string, unknown> = {};
  positional.forEach((value, i) => {
    if (value !== undefined) result[names[i]!] = value;
  });
  for (const [key, value] of Object.entries(options ?? {})) {
    if (!(names as readonly string[]).includes(key)) {
      throw new TypeError(`${functionName}() got an unexpected keyword argument '${key}'`);
    }
    if (key in result) throw new TypeError(`${functionName}() got multiple values for argument '${key}'`);
    if (value !== undefined) result[key] = value;
  }
  return result as Partial<T>;
}
