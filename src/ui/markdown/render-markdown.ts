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

/** Markdown to HTML, not yet sanitized. */
export function renderMarkdown(text: string): string {
  return markdown.render(text);
}

/** One line of Markdown without a paragraph around it, not yet sanitized. */
export function renderInlineMarkdown(text: string): string {
  return markdown.renderInline(text);
}
