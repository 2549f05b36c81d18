import MarkdownIt from "markdown-it";
import { slug } from "../../notebook/slug.ts";
import { math } from "./math.ts";

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: true, quotes: "“”‘’" }).use(math);

// Headings carry the anchors that the contents link to.
markdown.core.ruler.push("heading_anchors", (state) => {
  state.tokens.forEach((token, index) => {
    if (token.type !== "heading_open") return;
    const text = (state.tokens[index + 1]?.content ?? "").replace(/[`*_]/g, "");
    token.attrSet("id", slug(text));
  });
});

// "2.3.1 A first example": the number is set apart from the words.
markdown.renderer.rules["heading_open"] = (tokens, index, options, _env, renderer) => {
  const open = renderer.renderToken(tokens, index, options);
  const first = tokens[index + 1]?.children?.[0];
  const match = /^(\d+(?:\.\d+)*)\s+/.exec(first?.content ?? "");
  if (match === null || first === undefined) return open;
  first.content = first.content.slice(match[0].length);
  return `${open}<span class="heading-number">${match[1] ?? ""}</span> `;
};

/** Markdown to HTML, not yet sanitized. */
export function renderMarkdown(text: string): string {
  return markdown.render(text);
}

/** One line of Markdown without a paragraph around it, not yet sanitized. */
export function renderInlineMarkdown(text: string): string {
  return markdown.renderInline(text);
}
