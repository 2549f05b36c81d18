import type * as es from "acorn";
import { compose, type Code } from "./generated-code.ts";
import type { Rewriter } from "./rewriter.ts";
import { withoutTypes, type SyntaxNode } from "./syntax-tree.ts";

/** Whether an expression reads an element by index: a new array, when it reads from an array. */
export function isElement(node: SyntaxNode): node is es.MemberExpression & { object: es.Expression } {
  return node.type === "MemberExpression" && node.computed && !node.optional && node.object.type !== "Super";
}

/** What stands between the brackets: `x[i, j]` has a tuple there. */
export function rewriteKey(r: Rewriter, node: SyntaxNode): Code {
  const inner = withoutTypes(node);
  if (inner.type !== "SequenceExpression") return r.render(node);
  return rewriteTuple(r, inner);
}

/** Whether an expression can be read as Python's tuple: values with commas between, none of them an assignment. */
export function isTuple(node: SyntaxNode): node is es.SequenceExpression {
  if (node.type !== "SequenceExpression") return false;
  return node.expressions.every(
    (item) => item.type !== "AssignmentExpression" && item.type !== "UpdateExpression",
  );
}

/** `a, b` where it stands for a tuple, as in Python. */
export function rewriteTuple(r: Rewriter, node: es.SequenceExpression): Code {
  const items = node.expressions.flatMap((item, index) =>
    compose(item.start, index > 0 ? ", " : "", r.render(item)),
  );
  return compose(node.start, `${r.names.helpers}.tuple(`, items, ")");
}
