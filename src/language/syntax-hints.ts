/** What to say about text that does not parse: a better message, a hint, or both. */
export interface SyntaxAdvice {
  readonly message?: string;
  readonly hint?: string;
  /** Where the trouble really starts, as an offset in the line; absent when the parser was right. */
  readonly column?: number;
}

interface Habit {
  /** Matched against the whole line the parser stopped in. */
  readonly pattern: RegExp;
  readonly message?: string;
  readonly hint: string | ((match: RegExpExecArray) => string);
  /** Whether the match's start is a better place to point at than where the parser stopped. */
  readonly pointAtMatch?: boolean;
}

/** Ways of writing that a reader coming from Python brings along, most specific first. */
const pythonHabits: readonly Habit[] = [
  {
    pattern: /^\s*@\s*([\w.]+)/,
    message: "TypeScript has no decorators on functions",
    hint: ([, name]) => `Write const f = ${name ?? "jax.jit"}((x) => ...).`,
  },
  {
    pattern: /([\w$.]+(?:\[[^\]]*\]|\([^()]*\))?)\s*@\s*([\w$.]+(?:\[[^\]]*\]|\([^()]*\))?)/,
    message: "TypeScript has no @ operator",
    hint: ([, left, right]) => `Write ${left ?? "A"}.matmul(${right ?? "B"}).`,
  },
  { pattern: /"""|'''/, hint: "A text over several lines stands between backquotes: `...`." },
  {
    pattern: /^\s*(?:async\s+)?def\s+(\w+)/,
    hint: ([, name]) => `Write function ${name ?? "f"}(x) { return ... }.`,
  },
  { pattern: /\blambda\b/, hint: "Write (x) => ... instead of lambda x: ..." },
  { pattern: /^\s*print\s+[^(=.\s]/, hint: "print is a function: write print(x)." },
  { pattern: /^\s*import\s+([\w.]+)\s+as\s+(\w+)/, hint: importHint },
  {
    pattern: /^\s*from\s+([\w.]+)\s+import\s+(.+?)\s*$/,
    hint: ([, path, names]) => `Write import { ${names ?? "f"} } from "${modulePath(path)}".`,
  },
  {
    pattern: /^\s*import\s+([\w.]+)\s*;?\s*$/,
    hint: ([, path]) => `Write import * as ${lastPart(path)} from "${modulePath(path)}".`,
  },
  {
    pattern: /[[(].*\bfor\s+\w+(?:\s*,\s*\w+)*\s+in\b/,
    hint: "Instead of a comprehension write xs.map((x) => ...).",
  },
  {
    pattern: /^\s*for\s+(\w+)\s+in\s+range\((\w+)\)/,
    hint: ([, name, count]) => forHint(name ?? "i", count ?? "n"),
  },
  {
    pattern: /^\s*for\s+(.+?)\s+in\s+([^:]+)/,
    hint: ([, name, list]) => `Write for (const ${name ?? "x"} of ${list ?? "xs"}) { ... }.`,
  },
  { pattern: /^\s*elif\b/, hint: "Write else if (condition) { ... }." },
  {
    pattern: /^\s*(if|while)\b\s*([^({].*?):?\s*$/,
    hint: ([, word, condition]) => `Write ${word ?? "if"} (${condition ?? "condition"}) { ... }.`,
  },
  { pattern: /^\s*(if|while)\b.*:\s*$/, hint: ([, word]) => `Write ${word ?? "if"} (condition) { ... }.` },
  { pattern: /\bfor\b.*\)\s*:\s*$/, hint: "A block stands between braces: for (...) { ... }." },
  { pattern: /^\s*(else|try|finally)\s*:/, hint: ([, word]) => `Write ${word ?? "else"} { ... }.` },
  { pattern: /^\s*except\b/, hint: "Write catch (error) { ... }." },
  { pattern: /^\s*class\s+(\w+).*:\s*$/, hint: ([, name]) => `Write class ${name ?? "A"} { ... }.` },
  { pattern: /^\s*raise\s+(\w+)/, hint: "Write throw new Error(message)." },
  { pattern: /^\s*assert\s/, hint: "Write if (!condition) throw new Error(message)." },
  { pattern: /^\s*with\s/, hint: "TypeScript has no with statement." },
  {
    pattern: /^\s*(?:global|nonlocal)\s/,
    hint: "Leave this line out: an assignment reaches the outer variable.",
  },
  { pattern: /^\s*del\s+/, hint: "Leave this line out: memory is freed by itself." },
  { pattern: /\bis\s+not\s+\w/, hint: "Write !== instead of is not." },
  { pattern: /\w\s+is\s+\w/, hint: "Write === instead of is." },
  { pattern: /(?:^|[\s(=])not\s+\w/, hint: "Write !x instead of not x." },
  { pattern: /[\w)\]]\s+and\s+[\w(!-]/, hint: "Write && instead of and." },
  { pattern: /[\w)\]]\s+or\s+[\w(!-]/, hint: "Write || instead of or." },
  {
    pattern: /(\S+)\s+if\s+(.+?)\s+else\s+(\S+)/,
    hint: ([, yes, condition, no]) => `Write ${condition ?? "c"} ? ${yes ?? "a"} : ${no ?? "b"}.`,
  },
  { pattern: /(?:^|[\s(,=+[])[fF]["']/, hint: 'Write `x = ${x}` between backquotes instead of f"x = {x}".' },
  {
    pattern: /(?:^|[\s(,=+[])[rbRB]["']/,
    hint: 'TypeScript has no r"" or b"" strings: leave the letter out.',
  },
  {
    pattern: /([\w$.\])]+)\[([^[\]"'`?]*:[^[\]"'`?]*)\]?/,
    message: "TypeScript has no slices",
    hint: ([, array, slice]) => `Write the slice as a string: ${array ?? "x"}["${(slice ?? ":").trim()}"].`,
  },
  { pattern: /\(([^(),]*),\s*\)/, hint: ([, item]) => `A tuple is written [${(item ?? "").trim()}].` },
  { pattern: /<>/, hint: "Write !== instead of <>." },
  { pattern: /[(,]\s*\*\*?\w/, hint: "Arguments are spread with three dots: f(...args)." },
  {
    pattern: /^\s*(const|let|var)\s+(\w+(?:\s*,\s*\w+)+)\s*=/,
    hint: ([, word, names]) => `Write ${word ?? "const"} [${names ?? "a, b"}] = ...`,
  },
  {
    pattern: /^\s*#|\s#(?:\s|$)/,
    message: "# does not start a comment",
    hint: "A comment starts with //.",
    pointAtMatch: true,
  },
];

function modulePath(path: string | undefined): string {
  return (path ?? "jax").replaceAll(".", "/");
}

function lastPart(path: string | undefined): string {
  return path?.split(".").at(-1) ?? "jax";
}

function importHint([, path, name]: RegExpExecArray): string {
  return `Write import * as ${name ?? "jnp"} from "${modulePath(path)}".`;
}

function forHint(name: string, count: string): string {
  return `Write for (let ${name} = 0; ${name} < ${count}; ${name}++) { ... }.`;
}

/** Advice on a line that does not parse; `column` is the offset in the line where the parser stopped. */
export function adviseOnSyntax(line: string, column: number): SyntaxAdvice {
  const unary = /(-\s*[\w.]+)\s*\*\*\s*([\w.]+)/.exec(line);
  if (unary && line.slice(column).startsWith("**")) {
    const [, base = "-x", exponent = "2"] = unary;
    return {
      message: `${base} ** ${exponent} is ambiguous in TypeScript`,
      hint: `Write -(${base.slice(1).trim()} ** ${exponent}) or (${base}) ** ${exponent}.`,
    };
  }
  for (const habit of pythonHabits) {
    const match = habit.pattern.exec(line);
    if (match === null) continue;
    // A complaint before the matched text starts is about something else.
    if (column < match.index) continue;
    return {
      hint: typeof habit.hint === "string" ? habit.hint : habit.hint(match),
      ...(habit.message === undefined ? {} : { message: habit.message }),
      ...(habit.pointAtMatch === true ? { column: match.index + match[0].indexOf("#") } : {}),
    };
  }
  return {};
}

const pythonNames: Readonly<Record<string, string>> = {
  True: "TypeScript writes true.",
  False: "TypeScript writes false.",
  None: "TypeScript writes null.",
  pass: "An empty block is written { }.",
  len: "Write xs.length for a list, x.shape[0] or x.size for an array.",
  range: "Write for (let i = 0; i < n; i++) { ... }, or jnp.arange(n).",
  str: "Write String(x).",
  int: "Write Math.trunc(x).",
  float: "Write Number(x).",
  list: "Write [...xs].",
  tuple: "Write [...xs].",
  dict: "Write { name: value }.",
  abs: "Write Math.abs(x), or jnp.abs(x) for an array.",
  sum: "Write jnp.sum(x).",
  max: "Write Math.max(a, b), or jnp.max(x) for an array.",
  min: "Write Math.min(a, b), or jnp.min(x) for an array.",
  enumerate: "Write for (const [i, x] of xs.entries()) { ... }.",
  np: 'Run the cell that says import * as np from "numpy" first.',
  jnp: 'Run the cell that says import * as jnp from "jax/numpy" first.',
  jax: 'Run the cell that says import * as jax from "jax" first.',
  plt: "Run the cell that imports it first.",
  random: 'Run the cell that says import * as random from "jax/random" first.',
  linalg: 'Run the cell that says import * as linalg from "jax/numpy/linalg" first.',
};

/** What to try when a name is not defined; undefined when there is nothing to add. */
export function hintForName(name: string): string | undefined {
  return Object.hasOwn(pythonNames, name) ? pythonNames[name] : undefined;
}
