import type * as es from "acorn";
import { childrenOf, isFunction, type FunctionNode, type SyntaxNode, present } from "./syntax-tree.ts";

type BindingKind = "const" | "let" | "var" | "function" | "class" | "import" | "parameter" | "inner";

export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly scope: Scope;
  readonly references: Reference[];
}

/** One use of a name. `binding` is undefined for a name that the cell does not declare. */
export interface Reference {
  readonly node: es.Identifier;
  readonly name: string;
  readonly binding: Binding | undefined;
  readonly scope: Scope;
  readonly access: "read" | "write" | "update" | "declare";
}

/** Names declared in one block, function or the cell as a whole. */
export class Scope {
  readonly node: SyntaxNode;
  readonly parent: Scope | undefined;
  readonly names = new Map<string, Binding>();

  constructor(node: SyntaxNode, parent: Scope | undefined) {
    this.node = node;
    this.parent = parent;
  }

  /** The function this scope belongs to; undefined at the top level of the cell, blocks included. */
  get enclosingFunction(): SyntaxNode | undefined {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the first link of the chain
    let scope: Scope | undefined = this;
    while (scope !== undefined) {
      if (isFunction(scope.node) || scope.node.type === "StaticBlock" || scope.node.type === "ClassBody")
        return scope.node;
      scope = scope.parent;
    }
    return undefined;
  }

  get isCell(): boolean {
    return this.parent === undefined;
  }

  declare(name: string, kind: BindingKind): void {
    if (!this.names.has(name)) this.names.set(name, { name, kind, scope: this, references: [] });
  }

  lookUp(name: string): Binding | undefined {
    return this.names.get(name) ?? this.parent?.lookUp(name);
  }
}

export interface ScopeAnalysis {
  readonly cell: Scope;
  /** Every identifier that stands for a variable. */
  readonly references: ReadonlyMap<SyntaxNode, Reference>;
  readonly parents: ReadonlyMap<SyntaxNode, SyntaxNode>;
  /** The scope that a node opens or stands in. */
  scopeOf(node: SyntaxNode): Scope;
}

const blockTypes: ReadonlySet<string> = new Set([
  "BlockStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "SwitchStatement",
  "CatchClause",
  "StaticBlock",
  "ClassBody",
  "ClassExpression",
]);

/** Every identifier that a pattern binds or assigns, in source order. */
export function namesInPattern(pattern: SyntaxNode): es.Identifier[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((item) =>
        namesInPattern(item.type === "RestElement" ? item.argument : item.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((item) => (!present(item) ? [] : namesInPattern(item)));
    case "AssignmentPattern":
      return namesInPattern(pattern.left);
    case "RestElement":
      return namesInPattern(pattern.argument);
    default:
      return [];
  }
}

/** Finds the declaration behind every name of a cell. */
export function analyzeScopes(program: es.Program): ScopeAnalysis {
  const cell = new Scope(program, undefined);
  const scopes = new Map<SyntaxNode, Scope>([[program, cell]]);
  const parents = new Map<SyntaxNode, SyntaxNode>();
  declareNames(program, cell, cell, scopes, parents);

  const scopeOf = (node: SyntaxNode): Scope => {
    for (let current: SyntaxNode | undefined = node; current !== undefined; current = parents.get(current)) {
      const scope = scopes.get(current);
      if (scope !== undefined) return scope;
    }
    return cell;
  };
  const references = new Map<SyntaxNode, Reference>();
  const accesses = new Map<SyntaxNode, Reference["access"]>();
  const resolve = (node: SyntaxNode, scope: Scope): void => {
    markAccesses(node, accesses);
    if (node.type === "Identifier" && isVariable(node, parents.get(node))) {
      const binding = scope.lookUp(node.name);
      const access = accesses.get(node) ?? "read";
      const reference: Reference = { node, name: node.name, binding, scope, access };
      references.set(node, reference);
      binding?.references.push(reference);
    }
    const inner = scopes.get(node) ?? scope;
    for (const child of childrenOf(node)) if (!child.erased) resolve(child.node, inner);
  };
  resolve(program, cell);
  return { cell, references, parents, scopeOf };
}

function isVariable(node: es.Identifier, parent: SyntaxNode | undefined): boolean {
  if (parent === undefined) return true;
  if (parent.type === "ImportSpecifier") return parent.local === node;
  if (parent.type === "ExportSpecifier") return false;
  return true;
}

function declareNames(
  node: SyntaxNode,
  scope: Scope,
  functionScope: Scope,
  scopes: Map<SyntaxNode, Scope>,
  parents: Map<SyntaxNode, SyntaxNode>,
): void {
  let inner = scope;
  let innerFunction = functionScope;
  const bodyOfFunction = node.type === "BlockStatement" && isFunction(parents.get(node) ?? node);
  if (isFunction(node)) {
    if (node.type === "FunctionDeclaration" && present(node.id)) scope.declare(node.id.name, "function");
    inner = new Scope(node, scope);
    innerFunction = inner;
    for (const parameter of node.params)
      for (const id of namesInPattern(parameter)) inner.declare(id.name, "parameter");
  } else if (blockTypes.has(node.type) && !bodyOfFunction) {
    inner = new Scope(node, scope);
    if (node.type === "StaticBlock") innerFunction = inner;
  }
  if (inner !== scope) scopes.set(node, inner);
  declareOwnNames(node, scope, inner, functionScope);
  for (const child of childrenOf(node)) {
    if (child.erased) continue;
    parents.set(child.node, node);
    declareNames(child.node, inner, innerFunction, scopes, parents);
  }
  if (node.type === "FunctionExpression" && present(node.id)) inner.declare(node.id.name, "inner");
}

function declareOwnNames(node: SyntaxNode, scope: Scope, inner: Scope, functionScope: Scope): void {
  if (node.type === "VariableDeclaration") {
    const target = node.kind === "var" ? functionScope : scope;
    const kind = node.kind === "let" || node.kind === "var" ? node.kind : "const";
    for (const item of node.declarations)
      for (const id of namesInPattern(item.id)) target.declare(id.name, kind);
  } else if (node.type === "ClassDeclaration" && present(node.id)) {
    scope.declare(node.id.name, "class");
  } else if (node.type === "ClassExpression" && present(node.id)) {
    inner.declare(node.id.name, "inner");
  } else if (node.type === "CatchClause" && present(node.param)) {
    for (const id of namesInPattern(node.param)) inner.declare(id.name, "let");
  } else if (node.type === "ImportDeclaration") {
    for (const item of node.specifiers) if (!isTypeImport(item)) scope.declare(item.local.name, "import");
  }
}

export function isTypeImport(node: SyntaxNode): boolean {
  return (node as unknown as { importKind?: string }).importKind === "type";
}

function markAccesses(node: SyntaxNode, accesses: Map<SyntaxNode, Reference["access"]>): void {
  const mark = (pattern: SyntaxNode, access: Reference["access"]): void => {
    for (const id of namesInPattern(pattern)) accesses.set(id, access);
  };
  if (node.type === "VariableDeclarator") mark(node.id, "declare");
  else if (node.type === "AssignmentExpression") mark(node.left, node.operator === "=" ? "write" : "update");
  else if (node.type === "UpdateExpression") mark(node.argument, "update");
  else if (node.type === "ForInStatement" || node.type === "ForOfStatement") {
    if (node.left.type !== "VariableDeclaration") mark(node.left, "write");
  } else if (isFunction(node)) markFunction(node, mark);
  else if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
    if (present(node.id)) mark(node.id, "declare");
  } else if (node.type === "CatchClause" && present(node.param)) mark(node.param, "declare");
  else if (node.type === "ImportDeclaration") for (const item of node.specifiers) mark(item.local, "declare");
}

function markFunction(node: FunctionNode, mark: (pattern: SyntaxNode, access: "declare") => void): void {
  for (const parameter of node.params) mark(parameter, "declare");
  if (node.type !== "ArrowFunctionExpression" && present(node.id)) mark(node.id, "declare");
}
