/** Binary operators that may meet an array, and the helper that each becomes. */
export const binaryHelpers: ReadonlyMap<string, string> = new Map([
  ["+", "add"],
  ["-", "sub"],
  ["*", "mul"],
  ["/", "div"],
  ["%", "mod"],
  ["**", "pow"],
  ["<", "lt"],
  ["<=", "le"],
  [">", "gt"],
  [">=", "ge"],
  ["==", "eq"],
  ["!=", "ne"],
  ["&", "and"],
  ["|", "or"],
  ["^", "xor"],
  ["<<", "lshift"],
  [">>", "rshift"],
]);

/** Operators that do arithmetic: a literal such as `2.0` beside one of these is marked as a float. */
export const arithmeticOperators: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "**"]);

export const unaryHelpers: ReadonlyMap<string, string> = new Map([
  ["-", "neg"],
  ["+", "pos"],
  ["~", "invert"],
  ["!", "not"],
]);
