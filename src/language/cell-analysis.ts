import type * as es from "acorn";
import { builtins, javascriptGlobals } from "./engine-names.ts";
import { analyzeScopes, isTypeImport, type Reference, type ScopeAnalysis } from "./scopes.ts";
import { isFunction, walk, withoutTypes, type SyntaxNode } from "./syntax-tree.ts";

/** What a cell's names stand for, given the names that earlier cells defined. */
export interface CellAnalysis extends ScopeAnalysis {
  /** Names this cell defines or rebinds at its top level. */
  readonly written: ReadonlySet<string>;
  /** Names this cell takes from other cells. */
  readonly read: ReadonlySet<string>;
  /** Names that hold one of the engine's namespaces. */
  readonly namespaces: ReadonlySet<string>;
  /** Whether a reference is kept on the live scope, rather than being a local or a JavaScript global. */
  isSlot(reference: Reference): boolean;
  /** The variable a call or member chain such as `jnp.linalg.inv` starts from. */
  rootOf(node: SyntaxNode): Reference | undefined;
  /** Whether a name is JavaScript's own here: neither declared nor defined by any cell. */
  isJavascriptGlobal(reference: Reference): boolean;
  /** Whether a name is one that every cell is given, such as `print`, and that no cell has taken over. */
  isBuiltin(reference: Reference): boolean;
}

export function analyzeCell(
  program: es.Program,
  knownNames: ReadonlySet<string>,
  engineNamespaces: ReadonlySet<string>,
): CellAnalysis {
  const scopes = analyzeScopes(program);
  const written = new Set(scopes.cell.names.keys());
  const references = [...scopes.references.values()];
  for (const reference of references) {
    const { binding, access, scope } = reference;
    if (binding === undefined && access === "write" && scope.enclosingFunction === undefined)
      written.add(reference.name);
    if (binding === undefined && access === "update") written.add(reference.name);
  }
  const isSlot = (reference: Reference): boolean => {
    const { binding, name } = reference;
    if (binding !== undefined) return binding.scope.isCell;
    if (name === "arguments" && reference.scope.enclosingFunction !== undefined) return false;
    return !javascriptGlobals.has(name) || knownNames.has(name) || written.has(name);
  };
  const rootOf = (node: SyntaxNode): Reference | undefined => {
    let current = withoutTypes(node);
    while (current.type === "MemberExpression") current = withoutTypes(current.object);
    return scopes.references.get(current);
  };
  return {
    ...scopes,
    written,
    read: namesRead(references, scopes, isSlot),
    namespaces: findNamespaces(program, scopes, engineNamespaces, written),
    isSlot,
    rootOf,
    isJavascriptGlobal: (reference) =>
      reference.binding === undefined && javascriptGlobals.has(reference.name) && !isSlot(reference),
    isBuiltin: ({ binding, name }) =>
      binding === undefined && builtins.has(name) && !knownNames.has(name) && !written.has(name),
  };
}

/** Slots read before, or without, an assignment of this cell that always runs. */
function namesRead(
  references: readonly Reference[],
  scopes: ScopeAnalysis,
  isSlot: (reference: Reference) => boolean,
): Set<string> {
  const read = new Set<string>();
  const settled = new Set<string>();
  const hidden = new Set<string>();
  for (const [name, binding] of scopes.cell.names)
    if (binding.kind === "function" || binding.kind === "import") hidden.add(name);
  for (const reference of inRunOrder(references, scopes)) {
    const { name, access } = reference;
    if (!isSlot(reference) || hidden.has(name)) continue;
    if (access === "write" || access === "declare") {
      if (runsAlways(reference.node, scopes)) settled.add(name);
    } else if (!settled.has(name)) read.add(name);
  }
  return read;
}

/** Source order, except that the target of an assignment comes after its right side. */
function inRunOrder(references: readonly Reference[], scopes: ScopeAnalysis): Reference[] {
  const position = ({ node, access }: Reference): number => {
    if (access !== "write" && access !== "declare") return node.start;
    for (let at: SyntaxNode | undefined = node; at !== undefined; at = scopes.parents.get(at))
      if (at.type === "AssignmentExpression" || at.type === "VariableDeclarator") return at.end;
    return node.start;
  };
  return [...references].sort((a, b) => position(a) - position(b));
}

const conditionalTypes: ReadonlySet<string> = new Set([
  "IfStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "SwitchStatement",
  "TryStatement",
  "ConditionalExpression",
  "LogicalExpression",
]);

function runsAlways(node: SyntaxNode, scopes: ScopeAnalysis): boolean {
  for (let at: SyntaxNode | undefined = node; at !== undefined; at = scopes.parents.get(at))
    if (conditionalTypes.has(at.type) || isFunction(at)) return false;
  return true;
}

function findNamespaces(
  program: es.Program,
  scopes: ScopeAnalysis,
  engineNamespaces: ReadonlySet<string>,
  written: ReadonlySet<string>,
): Set<string> {
  const found = new Set([...engineNamespaces].filter((name) => !written.has(name)));
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration" || isTypeImport(statement)) continue;
    if (!/^jax(\/|$)/.test(String(statement.source.value))) continue;
    for (const item of statement.specifiers) if (item.type !== "ImportSpecifier") found.add(item.local.name);
  }
  // A name that is imported and then assigned may hold anything.
  walk(program, (node) => {
    const reference = scopes.references.get(node);
    const assigned = reference?.access === "write" || reference?.access === "update";
    if (reference !== undefined && assigned && (reference.binding?.scope.isCell ?? true))
      found.delete(reference.name);
    return undefined;
  });
  return found;
}
