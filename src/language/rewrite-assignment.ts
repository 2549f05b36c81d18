import type * as es from "acorn";
import { compose, verbatim, type Code } from "./generated-code.ts";
import { binaryHelpers } from "./operator-helpers.ts";
import { rewriteStored } from "./rewrite-call.ts";
import { rewriteKey } from "./rewrite-index.ts";
import { compoundValue } from "./rewrite-operators.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { withoutTypes, type SyntaxNode, present } from "./syntax-tree.ts";

/**
 * A value given to a name. JavaScript names an anonymous function after the variable it is assigned to, but not
 * after a property of the live scope: an object literal around the function gives it the name.
 */
export function namedValue(r: Rewriter, name: string, node: SyntaxNode): Code {
  const inner = withoutTypes(node);
  const anonymous =
    inner.type === "ArrowFunctionExpression" ||
    ((inner.type === "FunctionExpression" || inner.type === "ClassExpression") && !present(inner.id));
  const code = r.render(node);
  return anonymous ? compose(node.start, `{ ${name}: `, code, ` }.${name}`) : code;
}

export function rewriteAssignment(r: Rewriter, node: es.AssignmentExpression): Code {
  const left = withoutTypes(node.left);
  if (left.type === "Identifier") return assignName(r, node, left);
  if (left.type === "MemberExpression") return assignMember(r, node, left);
  return splice(r, node);
}

function assignName(r: Rewriter, node: es.AssignmentExpression, left: es.Identifier): Code {
  const target = r.render(left);
  const reference = r.analysis.references.get(left);
  const frame = r.frames.ofBinding(reference?.binding);
  const at = left.start;
  if (node.operator === "=") {
    const slot = reference !== undefined && r.analysis.isSlot(reference);
    const value = slot ? namedValue(r, left.name, node.right) : r.render(node.right);
    if (frame === undefined) return compose(at, target, " = ", value);
    const method = r.temporaries.isTemporary(node.right) ? "put" : "drop";
    return compose(at, target, " = ", r.frames.hand(r.names.helpers, frame, method, target, value, at));
  }
  if (binaryHelpers.has(node.operator.slice(0, -1))) {
    const value = compoundValue(r, target, node);
    if (frame === undefined) return compose(at, target, " = ", value);
    return compose(at, target, " = ", r.frames.hand(r.names.helpers, frame, "put", target, value, at));
  }
  if (node.operator === "&&=" || node.operator === "||=") {
    const operator = node.operator.slice(0, -1);
    const test = compose(at, `${r.names.helpers}.cond(`, target, ")");
    return compose(at, "(", test, ` ${operator} (`, target, " = ", r.render(node.right), "))");
  }
  return splice(r, node);
}

function assignMember(r: Rewriter, node: es.AssignmentExpression, left: es.MemberExpression): Code {
  const { helpers } = r.names;
  const compound = binaryHelpers.get(node.operator.slice(0, -1));
  if (left.computed && left.object.type !== "Super") {
    const [object, key] = [r.render(left.object), rewriteKey(r, left.property)];
    const at = left.object.end;
    if (node.operator === "=") {
      // Where nobody looks at the assignment's own value, storing may be the last that is done with it.
      const { code, mask } = isUnused(r, node)
        ? rewriteStored(r, node.right)
        : { code: r.render(node.right), mask: 0 };
      const end = mask === 0 ? ")" : `, ${String(mask)})`;
      return compose(at, `${helpers}.set(`, object, ", ", key, ", ", code, end);
    }
    if (compound !== undefined)
      return compose(
        at,
        `${helpers}.update(`,
        object,
        ", ",
        key,
        `, "${compound}", `,
        r.render(node.right),
        ")",
      );
    return plainMemberAssignment(r, node, left);
  }
  if (compound === undefined) return splice(r, node);
  if (canRepeat(left)) {
    const target = r.render(left);
    return compose(left.start, target, " = ", compoundValue(r, target, node));
  }
  const name = r.source.slice(left.property.start, left.property.end);
  const [object, value] = [r.render(left.object), r.render(node.right)];
  return compose(left.start, `${helpers}.update(`, object, `, "${name}", "${compound}", `, value, ")");
}

/** `x[i] ??= v` and its like stay as JavaScript has them. */
function plainMemberAssignment(r: Rewriter, node: es.AssignmentExpression, left: es.MemberExpression): Code {
  return splice(r, node, (child) => (child.key === "left" ? splice(r, left) : undefined));
}

/** Whether naming a member twice does nothing twice. */
function canRepeat(node: es.MemberExpression): boolean {
  const object = withoutTypes(node.object);
  if (node.property.type === "PrivateIdentifier" || object.type === "Super") return true;
  return object.type === "Identifier" || object.type === "ThisExpression";
}

/** Whether nobody looks at an expression's value. */
function isUnused(r: Rewriter, node: SyntaxNode): boolean {
  const parent = r.analysis.parents.get(node);
  if (parent?.type === "ExpressionStatement") return true;
  return parent?.type === "ForStatement" && parent.update === node;
}

/** `i++`, `--x.n`, `x[i]++`. */
export function rewriteUpdate(r: Rewriter, node: es.UpdateExpression): Code {
  const { helpers } = r.names;
  const target = withoutTypes(node.argument);
  const step = node.operator === "++" ? "1" : "-1";
  const postfix = !node.prefix && !isUnused(r, node);
  if (
    target.type === "Identifier" ||
    (target.type === "MemberExpression" && !target.computed && canRepeat(target))
  ) {
    const name = r.render(target);
    const assigned = compose(node.start, name, ` = ${helpers}.${step === "1" ? "inc" : "dec"}(`, name, ")");
    return postfix
      ? compose(node.start, `${helpers}.post(`, name, ", ", assigned, ")")
      : compose(node.start, "(", assigned, ")");
  }
  if (target.type !== "MemberExpression" || target.object.type === "Super") return splice(r, node);
  const key = target.computed
    ? rewriteKey(r, target.property)
    : compose(target.start, `"${propertyName(r, target)}"`);
  const object = r.render(target.object);
  return compose(node.start, `${helpers}.step(`, object, ", ", key, `, ${step}, ${String(postfix)})`);
}

function propertyName(r: Rewriter, node: es.MemberExpression): string {
  return r.source.slice(node.property.start, node.property.end);
}

/** One variable of a declaration, as a declarator for a local or an assignment for a top-level name. */
export function rewriteDeclarator(r: Rewriter, node: es.VariableDeclarator, slot: boolean): Code {
  const target = r.render(node.id);
  const at = node.start;
  if (!present(node.init)) return slot ? compose(at, target, " = undefined") : target;
  if (node.id.type !== "Identifier") {
    const open = slot && node.id.type === "ObjectPattern";
    const assigned = compose(at, target, " = ", r.render(node.init));
    return open ? compose(at, "(", assigned, ")") : assigned;
  }
  if (slot) return compose(at, target, " = ", namedValue(r, node.id.name, node.init));
  const frame = r.frames.ofBinding(r.analysis.references.get(node.id)?.binding);
  const value = r.render(node.init);
  if (frame === undefined || !r.temporaries.isTemporary(node.init)) return compose(at, target, " = ", value);
  return compose(at, target, " = ", r.frames.hand(r.names.helpers, frame, "own", undefined, value, at));
}

/** `import * as jnp from "jax/numpy"` as assignments from the table of modules. */
export function rewriteImport(r: Rewriter, node: es.ImportDeclaration): Code {
  const { helpers } = r.names;
  const module = compose(
    node.source.start,
    `${helpers}.module(`,
    verbatim(r.source, node.source.start, node.source.end),
    ")",
  );
  const parts = node.specifiers.flatMap((item): Code[] => {
    if ((item as unknown as { importKind?: string }).importKind === "type") return [];
    const target = r.render(item.local);
    if (item.type !== "ImportSpecifier") return [compose(item.start, target, " = ", module)];
    const name = item.imported.type === "Identifier" ? item.imported.name : String(item.imported.value);
    const source = JSON.stringify(String(node.source.value));
    return [
      compose(item.start, target, ` = ${helpers}.member(`, module, `, ${JSON.stringify(name)}, ${source})`),
    ];
  });
  if ((node as unknown as { importKind?: string }).importKind === "type") return [];
  if (parts.length === 0) return compose(node.start, module, ";");
  return parts.flatMap((part) => compose(node.start, part, ";"));
}
