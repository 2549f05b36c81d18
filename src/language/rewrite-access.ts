import type * as es from "acorn";
import { compose, verbatim, type Code } from "./generated-code.ts";
import { rewriteKey } from "./rewrite-index.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { withoutTypes, type SyntaxNode } from "./syntax-tree.ts";

/** A variable: a property of the live scope for a top-level name, itself otherwise. */
export function rewriteIdentifier(r: Rewriter, node: es.Identifier): Code {
  const reference = r.analysis.references.get(node);
  if (reference !== undefined && r.analysis.isSlot(reference))
    return compose(node.start, `${r.names.scope}.${node.name}`);
  return verbatim(r.source, node.start, node.start + node.name.length);
}

/** Whether a member expression is assigned to by a pattern around it. */
function isPatternTarget(parent: SyntaxNode | undefined, node: SyntaxNode, r: Rewriter): boolean {
  if (parent === undefined) return false;
  switch (parent.type) {
    case "ArrayPattern":
    case "RestElement":
      return true;
    case "AssignmentPattern":
      return parent.left === node;
    case "Property":
      return parent.value === node && r.analysis.parents.get(parent)?.type === "ObjectPattern";
    case "ForInStatement":
    case "ForOfStatement":
      return parent.left === node;
    default:
      return false;
  }
}

export function rewriteMember(r: Rewriter, node: es.MemberExpression): Code {
  if (!node.computed || node.object.type === "Super") return splice(r, node);
  const { helpers } = r.names;
  const parent = r.analysis.parents.get(node);
  const [object, key] = [r.render(node.object), rewriteKey(r, node.property)];
  const at = node.object.end;
  if (isPatternTarget(parent, node, r)) return compose(at, `${helpers}.ref(`, object, ", ", key, ").value");
  if (parent?.type === "TaggedTemplateExpression") return splice(r, node);
  return compose(at, `${helpers}.get(`, object, ", ", key, ")");
}

/**
 * `a?.b[i]`: an absent value ends the whole chain, which no helper call inside it may break. So only the last index
 * goes through a helper, and the rest of the chain stays as written.
 */
export function rewriteChain(r: Rewriter, node: es.ChainExpression): Code {
  const last = withoutTypes(node.expression);
  if (last.type !== "MemberExpression" || !last.computed || last.object.type === "Super")
    return renderPlainChain(r, last);
  const key = rewriteKey(r, last.property);
  return compose(
    last.object.end,
    `${r.names.helpers}.optionalGet(`,
    renderPlainChain(r, last.object),
    ", ",
    key,
    ")",
  );
}

function renderPlainChain(r: Rewriter, node: SyntaxNode): Code {
  const inner = withoutTypes(node);
  if (inner.type === "MemberExpression")
    return splice(r, inner, (child) =>
      child.key === "object" ? renderPlainChain(r, child.node) : undefined,
    );
  if (inner.type === "CallExpression")
    return splice(r, inner, (child) =>
      child.key === "callee" ? renderPlainChain(r, child.node) : undefined,
    );
  return r.render(inner);
}
