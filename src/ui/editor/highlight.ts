const KINDS = ["plain", "keyword", "string", "number", "comment", "call", "magic"] as const;

type TokenKind = (typeof KINDS)[number];

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const KEYWORDS =
  "as async await break case catch class const continue default delete do else export extends false finally for " +
  "from function if import in instanceof interface let new null of return static super switch this throw true " +
  "try type typeof undefined var void while yield";

/** One alternative per kind, tried in this order at every position. */
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))`,
    "(?<string>\"(?:[^\"\\\\\\n]|\\\\.)*\"?|'(?:[^'\\\\\\n]|\\\\.)*'?|`(?:[^`\\\\]|\\\\[\\s\\S])*`?)",
    String.raw`(?<magic>^[ \t]*%%?[a-z]+\b)`,
    String.raw`(?<number>\b(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][-+]?\d+)?)n?|(?<![\w.)\]])\.\d+)`,
    String.raw`(?<keyword>(?<![.$\w])(?:${KEYWORDS.replaceAll(" ", "|")})(?![$\w]))`,
    String.raw`(?<call>[A-Za-z_$][\w$]*(?=\s*\())`,
    String.raw`(?<plain>[A-Za-z_$][\w$]*|\s+|[^\s\w$])`,
  ].join("|"),
  "gm",
);

/**
 * Cuts a cell's source into coloured pieces whose texts join to the source again, character for character:
 * they are laid exactly under the text area the reader types into.
 */
export function highlight(source: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of source.matchAll(TOKEN)) {
    const kind = KINDS.find((candidate) => match.groups?.[candidate] !== undefined) ?? "plain";
    const last = tokens.at(-1);
    if (last?.kind === kind) tokens[tokens.length - 1] = { kind, text: last.text + match[0] };
    else tokens.push({ kind, text: match[0] });
  }
  return tokens;
}
