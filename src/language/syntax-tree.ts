import type * as es from "acorn";

/** Any node of the tree. TypeScript's own nodes share the shape; their `type` starts with "TS". */
export type SyntaxNode = es.AnyNode;

/** One child of a node in source order; an `erased` child is a type, which leaves no trace in the output. */
export interface Child {
  readonly node: SyntaxNode;
  readonly key: string;
  readonly erased: boolean;
}

/** Nodes that only add a type to an expression: what runs is the expression inside. */
const typeWrappers: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
]);

const erasedStatements: ReadonlySet<string> = new Set([
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "TSDeclareFunction",
]);

const erasedMembers: ReadonlySet<string> = new Set([
  "TSAbstractMethodDefinition",
  "TSAbstractPropertyDefinition",
  "TSDeclareMethod",
  "TSIndexSignature",
]);

/** TypeScript that does something at run time, and so is refused rather than erased. */
const runtimeNodes: ReadonlySet<string> = new Set([
  "TSEnumDeclaration",
  "TSModuleDeclaration",
  "TSParameterProperty",
  "TSImportEqualsDeclaration",
  "TSExportAssignment",
  "TSExternalModuleReference",
  "TSNamespaceExportDeclaration",
]);

export function isTypeWrapper(node: SyntaxNode): boolean {
  return typeWrappers.has(node.type);
}

/** Whether a part that a node may lack is there. */
export function present<T>(part: T | null | undefined): part is T {
  return part !== null && part !== undefined;
}

/** The expression that runs, behind any `as`, `!` or `satisfies`. */
export function withoutTypes(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (isTypeWrapper(inner)) inner = (inner as unknown as { expression: SyntaxNode }).expression;
  return inner;
}

function hasFlag(node: SyntaxNode, flag: string): boolean {
  return (node as unknown as Record<string, unknown>)[flag] === true;
}

function isErased(node: SyntaxNode): boolean {
  const type: string = node.type;
  if (erasedStatements.has(type) || erasedMembers.has(type)) return true;
  if (hasFlag(node, "declare")) return true;
  if (hasFlag(node, "abstract") && type !== "ClassDeclaration" && type !== "ClassExpression") return true;
  if (type === "MethodDefinition") return !present<unknown>((node as es.MethodDefinition).value.body);
  if (type === "ExportNamedDeclaration") {
    const declaration = (node as es.ExportNamedDeclaration).declaration;
    return present(declaration) && isErased(declaration);
  }
  if (!type.startsWith("TS")) return false;
  return !typeWrappers.has(type) && !runtimeNodes.has(type);
}

/** Whether a key names a property or label, not a variable: such text is copied as it stands. */
function isPlainName(node: SyntaxNode, key: string): boolean {
  switch (node.type) {
    case "MemberExpression":
      return key === "property" && !node.computed;
    case "Property":
      return key === "key" && !node.computed;
    case "MethodDefinition":
    case "PropertyDefinition":
      return key === "key" && !node.computed;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return key === "label";
    case "MetaProperty":
      return true;
    default:
      return false;
  }
}

const skippedKeys: ReadonlySet<string> = new Set(["type", "start", "end", "loc", "range", "extra", "raw"]);

function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"
  );
}

const knownChildren = new WeakMap<SyntaxNode, readonly Child[]>();

/** The children that hold variables or code, and the types to leave out, in source order. */
export function childrenOf(node: SyntaxNode): readonly Child[] {
  let children = knownChildren.get(node);
  if (children === undefined) {
    children = findChildren(node);
    knownChildren.set(node, children);
  }
  return children;
}

function findChildren(node: SyntaxNode): Child[] {
  const children: Child[] = [];
  for (const [key, value] of Object.entries(node) as [string, unknown][]) {
    if (skippedKeys.has(key) || isPlainName(node, key)) continue;
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (!isNode(item)) continue;
      const typeKey = key === "implements" || key === "typeAnnotation" || key === "typeName";
      children.push({ node: item, key, erased: typeKey || isErased(item) });
    }
  }
  // In `{ x }` the key and the value are the same text.
  if (node.type === "Property" && node.shorthand) return children.filter((child) => child.key === "value");
  return children.sort((a, b) => a.node.start - b.node.start || a.node.end - b.node.end);
}

/** Visits a node and everything below it that runs, parents first. Returning false skips what is below. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent?: SyntaxNode) => boolean | undefined,
): void {
  const step = (current: SyntaxNode, parent?: SyntaxNode): void => {
    if (visit(current, parent) === false) return;
    for (const child of childrenOf(current)) if (!child.erased) step(child.node, current);
  };
  step(node);
}

export type FunctionNode =
  | es.FunctionDeclaration
  | es.AnonymousFunctionDeclaration
  | es.FunctionExpression
  | es.ArrowFunctionExpression;

export function isFunction(node: SyntaxNode): node is FunctionNode {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

const knownSuspensions = new WeakMap<SyntaxNode, boolean>();

/** Whether evaluating this expression can pause the function it stands in. */
export function suspends(node: SyntaxNode): boolean {
  const known = knownSuspensions.get(node);
  if (known !== undefined) return known;
  const itself = node.type === "AwaitExpression" || node.type === "YieldExpression";
  const below = (child: Child): boolean => !child.erased && !isFunction(child.node) && suspends(child.node);
  const found = itself || childrenOf(node).some(below);
  knownSuspensions.set(node, found);
  return found;
}
