import type * as es from "acorn";
import { compose, type Code } from "./generated-code.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { withoutTypes, type SyntaxNode } from "./syntax-tree.ts";

/** Whether a node is a number written out, its sign included. */
export function isNumberLiteral(node: SyntaxNode): boolean {
  const inner = withoutTypes(node);
  if (inner.type === "UnaryExpression")
    return /^[-+]$/.test(inner.operator) && isNumberLiteral(inner.argument);
  return inner.type === "Literal" && typeof inner.value === "number";
}

/** `10.0` is a float though JavaScript reads it as the integer 10; undefined for anything else. */
export function floatLiteral(r: Rewriter, node: SyntaxNode): Code | undefined {
  const inner = withoutTypes(node);
  const signed = inner.type === "UnaryExpression" && inner.operator === "-";
  const literal = signed ? inner.argument : inner;
  if (literal.type !== "Literal" || typeof literal.value !== "number") return undefined;
  const written = r.source.slice(literal.start, literal.end);
  if (!written.includes(".") || !Number.isInteger(literal.value)) return undefined;
  return compose(node.start, `${r.names.helpers}.float(${signed ? "-" : ""}${written})`);
}

/** An argument of a call: float literals are marked, also inside array and object literals. */
export function markFloats(r: Rewriter, node: SyntaxNode): Code {
  const inner = withoutTypes(node);
  const marked = floatLiteral(r, inner);
  if (marked !== undefined) return marked;
  if (inner.type === "ArrayExpression") return splice(r, inner, ({ node: item }) => markFloats(r, item));
  if (inner.type === "ObjectExpression") return splice(r, inner, ({ node: item }) => markProperty(r, item));
  return r.render(node);
}

function markProperty(r: Rewriter, node: SyntaxNode): Code | undefined {
  if (node.type !== "Property" || node.method || node.shorthand || node.kind !== "init") return undefined;
  return splice(r, node, ({ key, node: item }) => (key === "value" ? markFloats(r, item) : undefined));
}

/** A property of an object literal or pattern: `{ x }` spells its name out when the value is written otherwise. */
export function rewriteProperty(r: Rewriter, node: es.Property | es.AssignmentProperty): Code {
  if (!node.shorthand) return splice(r, node);
  const name = node.key.type === "Identifier" ? node.key.name : "";
  return compose(node.start, `${name}: `, r.render(node.value));
}
