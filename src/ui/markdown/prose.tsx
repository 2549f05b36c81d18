import DOMPurify from "dompurify";
import { memo, type ReactElement } from "react";
import { renderInlineMarkdown, renderMarkdown } from "./render-markdown.ts";

// KaTeX carries the formula's source inside its MathML for those who cannot see it.
const POLICY = { ADD_TAGS: ["semantics", "annotation"], ADD_ATTR: ["encoding"] };

interface MarkdownProps {
  readonly markdown: string;
}

/** A run of the lesson's text. */
export const Prose = memo(function Prose({ markdown }: MarkdownProps): ReactElement {
  const html = DOMPurify.sanitize(renderMarkdown(markdown), POLICY);
  return <div className="prose" dangerouslySetInnerHTML={{ __html: html }} />;
});

/** A sentence with links in it. */
export function InlineProse({ markdown }: MarkdownProps): ReactElement {
  const html = DOMPurify.sanitize(renderInlineMarkdown(markdown), POLICY);
  return <span dangerouslySetInnerHTML={{ __html: html }} />;
}
