import { expect, test } from "vitest";
import { withoutClosedMarks } from "../../check-figure.ts";
import { texLabel } from "./tex-label.ts";

test.each([
  ["$f$", "<i>f</i>"],
  ["$f'$", "<i>f</i>′"],
  ["$\\alpha$", "<i>α</i>"],
  ["plain text", "plain text"],
  ["cost $5", "cost $5"],
  ["\\$5 and \\$6", "$5 and $6"],
  ["a < b & c", "a &lt; b &amp; c"],
  ["<a href='x'>y</a>", "&lt;a href='x'&gt;y&lt;/a&gt;"],
  ["two\nlines", "two<br>lines"],
  ["$x^2 + y^2$", "<i>x</i><sup>2</sup> + <i>y</i><sup>2</sup>"],
  ["$-x$", "−<i>x</i>"],
  ["$10^{-3}$", "10<sup>−3</sup>"],
  ["$x_{t+1}$", "<i>x</i><sub><i>t</i> + 1</sub>"],
  ["$x_t^2$", "<i>x</i><sub><i>t</i></sub><sup>2</sup>"],
  ["$\\cos(x^2+y^2)$", "cos(<i>x</i><sup>2</sup> + <i>y</i><sup>2</sup>)"],
  ["$\\sin x$", "sin\u2009<i>x</i>"],
  ["$\\frac{a}{1+b}$", "<i>a</i>/(1 + <i>b</i>)"],
  ["$\\frac{\\partial f}{\\partial x}$", "∂<i>f</i>/∂<i>x</i>"],
  ["$\\frac{\\cos(x+y)}{2\\pi}$", "cos(<i>x</i> + <i>y</i>)/(2<i>π</i>)"],
  ["$\\frac{a-b}{\\sin x}$", "(<i>a</i> − <i>b</i>)/(sin\u2009<i>x</i>)"],
  ["$\\sqrt{x}$", "√<i>x</i>"],
  ["$\\sqrt{x+1}$", "√(<i>x</i> + 1)"],
  ["$\\hat\\beta$", "<i>β\u0302</i>"],
  ["$\\bar{x}$", "<i>x\u0304</i>"],
  ["$X \\sim N(\\mu, \\sigma^2)$", "<i>X</i> ∼ <i>N</i>(<i>μ</i>, <i>σ</i><sup>2</sup>)"],
  ["$\\mathbb{E}[X]$", "𝔼[<i>X</i>]"],
  ["$\\left(x\\right)$", "(<i>x</i>)"],
  ["$\\mathrm{d}x$", "d<i>x</i>"],
  ["$\\unheard{x}$", "unheard<i>x</i>"],
  ["$x < 3$", "<i>x</i> &lt; 3"],
  ["density of $\\theta$ at $t=0$", "density of <i>θ</i> at <i>t</i> = 0"],
  ["${unclosed$", "<i>unclosed</i>"],
  ["$}$", ""],
  ["$<script>$", " &lt; <i>script</i> &gt; "],
])("%s", (label, marked) => {
  expect(texLabel(label)).toBe(marked);
  expect(withoutClosedMarks(marked), "only marks that a figure may hold").toBe(marked);
});
