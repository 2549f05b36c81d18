import { describe, expect, it } from "vitest";
import { renderInlineMarkdown, renderMarkdown } from "./render-markdown.ts";

describe("mathematics", () => {
  it("is set in a line of text and as a displayed formula", () => {
    expect(renderMarkdown("so $x^2$ grows")).toMatch(/so <span class="katex">.*<\/span> grows/);
    expect(renderMarkdown("text\n\n$$\na_i = 3x\n$$\n")).toMatch(
      /<div class="formula"><span class="katex-display">/,
    );
  });

  it("leaves prices, escapes and code alone", () => {
    expect(renderMarkdown("from $5 to $10 each")).not.toContain("katex");
    expect(renderMarkdown("\\$x\\$")).not.toContain("katex");
    expect(renderMarkdown("`$x$`")).not.toContain("katex");
  });

  it("shows a formula it cannot read instead of failing", () => {
    expect(renderMarkdown("$\\frac{1$")).toContain("katex-error");
  });
});

describe("renderMarkdown", () => {
  it("gives headings the anchors of the contents", () => {
    expect(renderMarkdown("### 2.3.1 A `first` example")).toContain('<h3 id="2-3-1-a-first-example">');
  });

  it("sets a heading's number apart", () => {
    expect(renderMarkdown("## 2.1 JAX")).toContain('<span class="heading-number">2.1</span> JAX</h2>');
    expect(renderMarkdown("## JAX 2.1")).not.toContain("heading-number");
  });

  it("passes no HTML of the author's through", () => {
    expect(renderMarkdown("<script>alert(1)</script>")).not.toContain("<script>");
    expect(renderInlineMarkdown('[x](javascript:alert(1)) <img onerror="x">')).not.toMatch(/<a|<img/);
  });
});
