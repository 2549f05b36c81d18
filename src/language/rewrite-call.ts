import type * as es from "acorn";
import { compose, verbatim, type Code } from "./generated-code.ts";
import { isElement, rewriteKey } from "./rewrite-index.ts";
import { markFloats } from "./rewrite-literals.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { suspends, withoutTypes, type SyntaxNode } from "./syntax-tree.ts";

/**
 * A call of a function known by name only. If it turns out to be compiled, elements among its arguments are freed;
 * `isStored` says that its value goes right into an assignment by index.
 */
function rewriteUnknownCall(r: Rewriter, node: es.CallExpression, isStored: boolean): Code | undefined {
  const { helpers } = r.names;
  const callee = withoutTypes(node.callee);
  if (callee.type !== "Identifier" || node.optional || suspends(node)) return undefined;
  const reference = r.analysis.references.get(callee);
  if (reference === undefined || r.analysis.isJavascriptGlobal(reference) || r.analysis.isBuiltin(reference))
    return undefined;
  let elements = 0;
  const args = node.arguments.map((item) => {
    const element = elementOfVariable(item);
    if (element === undefined) return markFloats(r, item);
    elements++;
    return rewriteHeldElement(r, element, "held");
  });
  if (elements === 0 && !isStored) return undefined;
  const list = args.flatMap((code, index) =>
    compose(node.arguments[index]?.start ?? node.end, index > 0 ? ", " : "", code),
  );
  const called = compose(node.start, rewriteCallee(r, node, callee), "(", list, ")");
  const count = `, ${String(elements)}${isStored ? ", true" : ""})`;
  return compose(node.start, `${helpers}.settle(`, r.render(callee), ", ", called, count);
}

type ElementOfVariable = es.MemberExpression & { object: es.Expression };

/** `x[i]` where x is a variable: it can be named twice without doing anything twice. */
function elementOfVariable(node: SyntaxNode): ElementOfVariable | undefined {
  const inner = withoutTypes(node);
  return isElement(inner) && withoutTypes(inner.object).type === "Identifier" ? inner : undefined;
}

/** An element that is to be freed after the call it is an argument of, should it be a new array. */
function rewriteHeldElement(r: Rewriter, node: ElementOfVariable, helper: "held" | "tmpItem"): Code {
  const object = r.render(node.object);
  return compose(node.start, `${r.names.helpers}.${helper}(`, object, ", ", r.render(node), ")");
}

/** The right side of `x[i] = f(y[j])`, and whether what it gives may be freed when it has been stored. */
export function rewriteStored(r: Rewriter, node: SyntaxNode): { code: Code; mask: 0 | 1 | 4 } {
  const inner = withoutTypes(node);
  if (r.temporaries.isTemporary(inner)) return { code: r.render(node), mask: 1 };
  const call = inner.type === "CallExpression" ? rewriteUnknownCall(r, inner, true) : undefined;
  return call === undefined ? { code: r.render(node), mask: 0 } : { code: call, mask: 4 };
}

export function rewriteCall(r: Rewriter, node: es.CallExpression): Code {
  return rewriteUnknownCall(r, node, false) ?? rewriteKnownCall(r, node);
}

function rewriteKnownCall(r: Rewriter, node: es.CallExpression): Code {
  const { helpers } = r.names;
  const callee = withoutTypes(node.callee);
  const root = r.analysis.rootOf(callee);
  const marksFloats = root === undefined || !r.analysis.isJavascriptGlobal(root);
  const releases = r.temporaries.isFreshCall(node) && !suspends(node);
  const gives = callee.type === "Identifier" && root !== undefined && r.analysis.isBuiltin(root);
  let held = 0;
  const args: Code[] = node.arguments.map((item) => {
    const element = releases ? elementOfVariable(item) : undefined;
    if (element !== undefined) {
      held++;
      return rewriteHeldElement(r, element, "tmpItem");
    }
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
    const [object, key] = [r.render(callee.object), rewriteKey(r, callee.property)];
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
