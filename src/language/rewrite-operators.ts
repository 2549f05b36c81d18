import type * as es from "acorn";
import { compose, type Code } from "./generated-code.ts";
import { arithmeticOperators, binaryHelpers, unaryHelpers } from "./operator-helpers.ts";
import { isElement, rewriteKey } from "./rewrite-index.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { floatLiteral, isNumberLiteral } from "./rewrite-literals.ts";
import { suspends, withoutTypes, type SyntaxNode } from "./syntax-tree.ts";
import { isConstant } from "./temporaries.ts";

/** Bits of an operator helper's last argument: which operands nothing else can hold. */
const leftTemporary = 1;
const rightTemporary = 2;
/** ... and which are elements read by index, temporary when the list read from was an array. */
const leftElement = 4;
const rightElement = 8;

/** An operand, and whether it is a temporary (1), an element (4) or something a variable may hold (0). */
function operand(r: Rewriter, node: SyntaxNode, plain: boolean): { code: Code; kind: 0 | 1 | 4 } {
  if (plain) return { code: r.render(node), kind: 0 };
  if (r.temporaries.isTemporary(node)) return { code: r.render(node), kind: leftTemporary };
  const inner = withoutTypes(node);
  if (!isElement(inner)) return { code: r.render(node), kind: 0 };
  const { helpers } = r.names;
  const [object, key] = [r.render(inner.object), rewriteKey(r, inner.property)];
  return { code: compose(inner.object.end, `${helpers}.item(`, object, ", ", key, ")"), kind: leftElement };
}

function maskArgument(left: 0 | 1 | 4, right: 0 | 1 | 4): string {
  const mask =
    (left === 1 ? leftTemporary : left === 4 ? leftElement : 0) |
    (right === 1 ? rightTemporary : right === 4 ? rightElement : 0);
  return mask === 0 ? "" : `, ${String(mask)}`;
}

/** The right side of an operator, a float literal marked as one where the left side is not a plain number. */
function arithmeticOperand(r: Rewriter, node: SyntaxNode, other: SyntaxNode, operator: string) {
  const marked =
    arithmeticOperators.has(operator) && !isNumberLiteral(other) ? floatLiteral(r, node) : undefined;
  return marked;
}

function operatorAt(r: Rewriter, left: SyntaxNode, right: SyntaxNode, operator: string): number {
  const at = r.source.slice(left.end, right.start).lastIndexOf(operator);
  return at < 0 ? left.start : left.end + at;
}

function isNullish(node: SyntaxNode): boolean {
  const inner = withoutTypes(node);
  return (
    (inner.type === "Literal" && inner.raw === "null") ||
    (inner.type === "Identifier" && inner.name === "undefined")
  );
}

export function rewriteBinary(r: Rewriter, node: es.BinaryExpression): Code {
  const { left, right, operator } = node;
  const helper = binaryHelpers.get(operator);
  const asksForNull = (operator === "==" || operator === "!=") && (isNullish(left) || isNullish(right));
  if (helper === undefined || isConstant(node) || asksForNull) return splice(r, node);
  const plain = suspends(node);
  const leftFloat = arithmeticOperand(r, left, right, operator);
  const rightFloat = arithmeticOperand(r, right, left, operator);
  const l = leftFloat ? { code: leftFloat, kind: 0 as const } : operand(r, left, plain);
  const rr = rightFloat ? { code: rightFloat, kind: 0 as const } : operand(r, right, plain);
  const at = operatorAt(r, left, right, operator);
  return compose(
    at,
    `${r.names.helpers}.${helper}(`,
    l.code,
    ", ",
    rr.code,
    `${maskArgument(l.kind, rr.kind)})`,
  );
}

/** `target op= value` as a call on the target's present value. */
export function compoundValue(r: Rewriter, target: Code, node: es.AssignmentExpression): Code {
  const operator = node.operator.slice(0, -1);
  const helper = binaryHelpers.get(operator) ?? "add";
  const marked = arithmeticOperators.has(operator) ? floatLiteral(r, node.right) : undefined;
  const value = marked ? { code: marked, kind: 0 as const } : operand(r, node.right, suspends(node));
  const at = operatorAt(r, node.left, node.right, node.operator);
  const mask = maskArgument(0, value.kind);
  return compose(at, `${r.names.helpers}.${helper}To(`, target, ", ", value.code, `${mask})`);
}

/** Whether an expression can only be true or false, so that no array needs looking at. */
function isBoolean(node: SyntaxNode): boolean {
  const inner = withoutTypes(node);
  if (inner.type === "Literal") return typeof inner.value === "boolean" || typeof inner.value === "number";
  if (inner.type === "UnaryExpression") return inner.operator === "!";
  if (inner.type !== "BinaryExpression") return false;
  return ["===", "!==", "in", "instanceof"].includes(inner.operator);
}

/** An expression used as a condition. */
export function condition(r: Rewriter, node: SyntaxNode): Code {
  if (isBoolean(node)) return r.render(node);
  return compose(node.start, `${r.names.helpers}.truth(`, r.render(node), ")");
}

export function rewriteUnary(r: Rewriter, node: es.UnaryExpression): Code {
  const { operator, argument } = node;
  const { helpers, scope } = r.names;
  const inner = withoutTypes(argument);
  if (operator === "typeof") {
    const reference = r.analysis.references.get(inner);
    if (reference === undefined || !r.analysis.isSlot(reference)) return splice(r, node);
    const name = reference.name;
    return compose(node.start, `("${name}" in ${scope} ? typeof ${scope}.${name} : "undefined")`);
  }
  if (operator === "delete" && isElement(inner)) {
    const [object, key] = [r.render(inner.object), rewriteKey(r, inner.property)];
    return compose(node.start, `${helpers}.remove(`, object, ", ", key, ")");
  }
  const helper = unaryHelpers.get(operator);
  if (helper === undefined || isConstant(node) || (operator === "!" && isBoolean(argument)))
    return splice(r, node);
  const value = operand(r, argument, suspends(node));
  return compose(node.start, `${helpers}.${helper}(`, value.code, `${maskArgument(value.kind, 0)})`);
}

export function rewriteLogical(r: Rewriter, node: es.LogicalExpression): Code {
  if (node.operator === "??" || isBoolean(node.left)) return splice(r, node);
  const left = compose(node.left.start, `${r.names.helpers}.cond(`, r.render(node.left), ")");
  return splice(r, node, (child) => (child.key === "left" ? left : undefined));
}
