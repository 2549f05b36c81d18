import type * as es from "acorn";
import { compose, verbatim, type Code } from "./generated-code.ts";
import { markFloats } from "./rewrite-literals.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { suspends, withoutTypes, type SyntaxNode } from "./syntax-tree.ts";

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
  const [object, key] = [r.render(node.object), r.render(node.property)];
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
  const key = r.render(last.property);
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

export function rewriteCall(r: Rewriter, node: es.CallExpression): Code {
  const { helpers } = r.names;
  const callee = withoutTypes(node.callee);
  const root = r.analysis.rootOf(callee);
  const marksFloats = root === undefined || !r.analysis.isJavascriptGlobal(root);
  const releases = r.temporaries.isFreshCall(node) && !suspends(node);
  const gives = callee.type === "Identifier" && root !== undefined && r.analysis.isBuiltin(root);
  let held = 0;
  const args: Code[] = node.arguments.map((item) => {
    if ((!releases && !gives) || !r.temporaries.isTemporary(item))
      return marksFloats ? markFloats(r, item) : r.render(item);
    // `print` reads an array later and frees it then.
    if (gives) return compose(item.start, `${helpers}.gift(`, r.render(item), ")");
    held++;
    return compose(item.start, `${helpers}.tmp(`, r.render(item), ")");
  });
  const list = args.flatMap((code, index) =>
    compose(node.arguments[index]?.start ?? node.end, index > 0 ? ", " : "", code),
  );
  const at = node.start;
  if (callee.type === "MemberExpression" && callee.computed && callee.object.type !== "Super") {
    const [object, key] = [r.render(callee.object), r.render(callee.property)];
    const comma = args.length > 0 ? ", " : "";
    return compose(callee.object.end, `${helpers}.call(`, object, ", ", key, comma, list, ")");
  }
  const optional = node.optional ? "?." : "";
  // Engines report a call of a plain function at its parenthesis here, and a method call at the method's name.
  const open = callee.type === "MemberExpression" ? callee.end : node.start;
  const called = compose(open, rewriteCallee(r, node, callee), `${optional}(`, list, ")");
  if (r.temporaries.isMethodOfTemporary(node)) held++;
  return held > 0 ? compose(at, `${helpers}.end(`, called, `, ${String(held)})`) : called;
}

function rewriteCallee(r: Rewriter, node: es.CallExpression, callee: SyntaxNode): Code {
  if (callee.type === "Super") return verbatim(r.source, callee.start, callee.end);
  if (callee.type === "MemberExpression" && r.temporaries.isMethodOfTemporary(node)) {
    const receiver = compose(callee.object.start, `${r.names.helpers}.tmp(`, r.render(callee.object), ").");
    return [...receiver, ...verbatim(r.source, callee.property.start, callee.property.end)];
  }
  if (callee.type === "MemberExpression") return r.render(callee);
  const reference = r.analysis.references.get(callee);
  if (reference !== undefined && r.analysis.isSlot(reference)) {
    // The comma keeps the live scope from becoming the function's `this`.
    return compose(callee.start, `(0, ${r.names.scope}.${reference.name})`);
  }
  if (callee.type === "Identifier") return r.render(callee);
  return compose(callee.start, "(", r.render(callee), ")");
}

export function rewriteNew(r: Rewriter, node: es.NewExpression): Code {
  const callee = compose(node.callee.start, "(", r.render(node.callee), ")");
  return splice(r, node, (child) => (child.key === "callee" ? callee : undefined));
}
