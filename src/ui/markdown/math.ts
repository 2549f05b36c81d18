import katex from "katex";
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";

/** Where inline mathematics that opens at `start` closes, or -1. A price such as $5 opens nothing. */
function findClose(text: string, start: number, end: number): number {
  const opensOnSpace = /\s/.test(text.charAt(start + 1));
  if (opensOnSpace) return -1;
  for (let index = start + 1; index < end; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === "$") {
      const closes = !/\s/.test(text.charAt(index - 1)) && !/\d/.test(text.charAt(index + 1));
      return closes && index > start + 1 ? index : -1;
    }
  }
  return -1;
}

const inlineMath = (state: StateInline, silent: boolean): boolean => {
  if (state.src[state.pos] !== "$") return false;
  const close = findClose(state.src, state.pos, state.posMax);
  if (close === -1) return false;
  if (!silent) state.push("math_inline", "math", 0).content = state.src.slice(state.pos + 1, close);
  state.pos = close + 1;
  return true;
};

const blockMath = (state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean => {
  const lineText = (line: number): string =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
  if (lineText(startLine).trim() !== "$$") return false;
  let close = startLine + 1;
  while (close < endLine && lineText(close).trim() !== "$$") close += 1;
  if (close >= endLine) return false;
  if (silent) return true;
  const token = state.push("math_block", "math", 0);
  token.block = true;
  token.content = state.getLines(startLine + 1, close, state.tShift[startLine] ?? 0, false);
  token.map = [startLine, close + 1];
  state.line = close + 1;
  return true;
};

/** A markdown-it plugin: `$...$` in a line, and `$$` lines around a displayed formula, set by KaTeX. */
export function math(markdown: MarkdownIt): void {
  markdown.inline.ruler.after("escape", "math_inline", inlineMath);
  markdown.block.ruler.before("fence", "math_block", blockMath, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
  const render = (content: string, displayMode: boolean): string =>
    katex.renderToString(content, { displayMode, throwOnError: false, strict: "ignore" });
  markdown.renderer.rules["math_inline"] = (tokens, index) => render(tokens[index]?.content ?? "", false);
  markdown.renderer.rules["math_block"] = (tokens, index) =>
    `<div class="formula">${render(tokens[index]?.content ?? "", true)}</div>`;
}
