import type * as es from "acorn";
import type { CellAnalysis } from "./cell-analysis.ts";
import { freshFunctions, freshMethods, passingMethods, plainProperties } from "./engine-names.ts";
import { binaryHelpers } from "./operator-helpers.ts";
import type { Binding, Reference } from "./scopes.ts";
import { isFunction, suspends, withoutTypes, type SyntaxNode } from "./syntax-tree.ts";

/** A local variable whose arrays may be freed when its block ends or it is assigned anew. */
export interface OwnedLocal {
  readonly binding: Binding;
  readonly block: es.BlockStatement;
}

export interface Temporaries {
  /** Whether nothing but its user can hold the value of this expression, should it be an array. */
  isTemporary(node: SyntaxNode): boolean;
  /** Whether a call keeps none of its arguments and returns none of them. */
  isFreshCall(node: SyntaxNode): boolean;
  /** Whether a call is a method of a temporary that may free it afterwards. */
  isMethodOfTemporary(node: SyntaxNode): boolean;
  readonly owned: ReadonlyMap<Binding, OwnedLocal>;
}

/** Finds the expressions and local variables whose arrays can be freed early. In doubt the answer is no. */
export function findTemporaries(analysis: CellAnalysis): Temporaries {
  const isFreshCall = (node: SyntaxNode): boolean => {
    if (node.type !== "CallExpression" || node.optional) return false;
    const callee = withoutTypes(node.callee);
    if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier")
      return false;
    if (!freshFunctions.has(callee.property.name) || !isPlainChain(callee.object)) return false;
    const root = analysis.rootOf(callee);
    return root !== undefined && analysis.isSlot(root) && analysis.namespaces.has(root.name);
  };
  const methodOf = (node: SyntaxNode, methods: readonly ReadonlySet<string>[]): SyntaxNode | undefined => {
    if (node.type !== "CallExpression" || node.optional) return undefined;
    const { callee } = node;
    if (callee.type !== "MemberExpression" || callee.computed || callee.optional) return undefined;
    const name = callee.property.type === "Identifier" ? callee.property.name : "";
    return methods.some((set) => set.has(name)) ? withoutTypes(callee.object) : undefined;
  };
  const isMethodOfTemporary = (node: SyntaxNode): boolean => {
    const receiver = methodOf(node, [freshMethods, passingMethods]);
    return receiver !== undefined && isTemporary(receiver) && !suspends(node);
  };
  const isTemporary = (node: SyntaxNode): boolean => {
    const inner = withoutTypes(node);
    if (suspends(inner)) return false;
    if (inner.type === "BinaryExpression") return binaryHelpers.has(inner.operator) && !isConstant(inner);
    if (inner.type === "UnaryExpression")
      return (inner.operator === "-" || inner.operator === "~") && !isConstant(inner);
    return isFreshCall(inner) || isMethodOfTemporary(inner);
  };
  const owned = new Map<Binding, OwnedLocal>();
  const seen = new Set<Binding>();
  for (const { binding } of analysis.references.values()) {
    if (binding === undefined || seen.has(binding)) continue;
    seen.add(binding);
    const block = owningBlock(binding, analysis);
    if (block === undefined) continue;
    const safe = binding.references.every((use) => isSafeUse(use, binding, analysis, isFreshCall, methodOf));
    const ownsSomething = binding.references.some((use) => {
      const value = assignedValue(use, analysis);
      return value !== undefined && isTemporary(value);
    });
    if (safe && ownsSomething) owned.set(binding, { binding, block });
  }
  return { isTemporary, isFreshCall, isMethodOfTemporary, owned };
}

/** A chain of names such as `jnp.linalg`, with nothing computed along the way. */
function isPlainChain(node: SyntaxNode): boolean {
  const inner = withoutTypes(node);
  if (inner.type === "Identifier") return true;
  return (
    inner.type === "MemberExpression" && !inner.computed && !inner.optional && isPlainChain(inner.object)
  );
}

/** Arithmetic on literals alone, which JavaScript does by itself. */
export function isConstant(node: SyntaxNode): boolean {
  const inner = withoutTypes(node);
  if (inner.type === "Literal") return true;
  if (inner.type === "UnaryExpression") return inner.operator !== "typeof" && isConstant(inner.argument);
  return inner.type === "BinaryExpression" && isConstant(inner.left) && isConstant(inner.right);
}

/** The block statement that a `let` or `const` belongs to; undefined for every other kind of name. */
function owningBlock(binding: Binding, analysis: CellAnalysis): es.BlockStatement | undefined {
  if (binding.scope.isCell || (binding.kind !== "let" && binding.kind !== "const")) return undefined;
  const scopeNode = binding.scope.node;
  const block = isFunction(scopeNode) ? scopeNode.body : scopeNode;
  if (block.type !== "BlockStatement") return undefined;
  const declaration = binding.references.find((use) => use.access === "declare");
  if (declaration === undefined) return undefined;
  const declarator = analysis.parents.get(declaration.node);
  if (declarator?.type !== "VariableDeclarator" || declarator.id !== declaration.node) return undefined;
  const statement = analysis.parents.get(declarator);
  return statement !== undefined && analysis.parents.get(statement) === block ? block : undefined;
}

/** What a declaration or assignment statement gives to a variable. */
function assignedValue(use: Reference, analysis: CellAnalysis): SyntaxNode | undefined {
  const parent = analysis.parents.get(use.node);
  if (parent?.type === "VariableDeclarator") return parent.init ?? undefined;
  if (parent?.type === "AssignmentExpression" && parent.left === use.node) return parent.right;
  return undefined;
}

function isSafeUse(
  use: Reference,
  binding: Binding,
  analysis: CellAnalysis,
  isFreshCall: (node: SyntaxNode) => boolean,
  methodOf: (node: SyntaxNode, methods: readonly ReadonlySet<string>[]) => SyntaxNode | undefined,
): boolean {
  if (use.scope.enclosingFunction !== binding.scope.enclosingFunction) return false;
  const parent = analysis.parents.get(use.node);
  if (parent === undefined) return false;
  const above = analysis.parents.get(parent);
  switch (parent.type) {
    case "VariableDeclarator":
      return use.access === "declare";
    case "AssignmentExpression":
      if (parent.left !== use.node) return binaryHelpers.has(parent.operator.slice(0, -1));
      return (
        above?.type === "ExpressionStatement" &&
        (parent.operator === "=" || binaryHelpers.has(parent.operator.slice(0, -1)))
      );
    case "BinaryExpression":
      return binaryHelpers.has(parent.operator);
    case "UnaryExpression":
      return parent.operator === "-" || parent.operator === "~" || parent.operator === "!";
    case "CallExpression":
      return parent.callee !== use.node && isFreshCall(parent);
    case "MemberExpression":
      if (parent.object !== use.node) return false;
      if (isTarget(parent, above)) return false;
      if (parent.computed) return above?.type !== "CallExpression" || above.callee !== parent;
      if (above?.type === "CallExpression" && above.callee === parent)
        return methodOf(above, [freshMethods]) === use.node;
      return parent.property.type === "Identifier" && plainProperties.has(parent.property.name);
    case "ExpressionStatement":
    case "IfStatement":
    case "WhileStatement":
      return true;
    default:
      return false;
  }
}

function isTarget(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent === undefined) return false;
  if (parent.type === "AssignmentExpression") return parent.left === node;
  return (
    parent.type === "UpdateExpression" || (parent.type === "UnaryExpression" && parent.operator === "delete")
  );
}
