import type * as es from "acorn";
import { compose, verbatim, type Code } from "./generated-code.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { present, type SyntaxNode } from "./syntax-tree.ts";

/** A class without its types: what it implements, its modifiers, its abstract and declared members. */
export function rewriteClass(
  r: Rewriter,
  node: es.ClassDeclaration | es.ClassExpression | es.AnonymousClassDeclaration,
): Code {
  const id = !present(node.id) ? [] : verbatim(r.source, node.id.start, node.id.start + node.id.name.length);
  const parent = !present(node.superClass)
    ? []
    : compose(node.superClass.start, " extends (", r.render(node.superClass), ")");
  const code = compose(node.start, "class ", id, parent, " ", r.render(node.body));
  const top = r.analysis.parents.get(node)?.type;
  if (
    node.type !== "ClassDeclaration" ||
    !present(node.id) ||
    (top !== "Program" && top !== "ExportNamedDeclaration")
  )
    return code;
  return compose(node.start, `${r.names.scope}.${node.id.name} = `, code, ";");
}

/** The words before a member's name, without those that only TypeScript knows. */
function modifiers(r: Rewriter, node: SyntaxNode, keyStart: number): string {
  const text = r.source.slice(node.start, keyStart).replace(/\[\s*$/, "");
  return text.replace(/\b(?:private|public|protected|readonly|override|abstract|declare)\b/g, "").trim();
}

function memberName(r: Rewriter, node: es.MethodDefinition | es.PropertyDefinition): Code {
  const words = modifiers(r, node, node.key.start);
  const prefix = compose(node.start, words === "" ? "" : `${words} `);
  if (node.computed) return [...prefix, ...compose(node.key.start, "[", r.render(node.key), "]")];
  const end = node.key.type === "Identifier" ? node.key.start + node.key.name.length : node.key.end;
  return [...prefix, ...verbatim(r.source, node.key.start, end)];
}

export function rewriteMethod(r: Rewriter, node: es.MethodDefinition): Code {
  return [...memberName(r, node), ...r.render(node.value)];
}

export function rewriteField(r: Rewriter, node: es.PropertyDefinition): Code {
  const value = !present(node.value) ? [] : compose(node.value.start, " = ", r.render(node.value));
  return compose(node.end, memberName(r, node), value, ";");
}

/** A function: its own name stays as written even when it is a top-level name of the cell. */
export function rewriteFunction(
  r: Rewriter,
  node: es.FunctionDeclaration | es.FunctionExpression | es.AnonymousFunctionDeclaration,
): Code {
  return splice(r, node, (child) =>
    child.key === "id" && present(node.id)
      ? verbatim(r.source, node.id.start, node.id.start + node.id.name.length)
      : undefined,
  );
}
