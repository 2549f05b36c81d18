import { compose, type Code } from "./generated-code.ts";
import { rewriteChain, rewriteIdentifier, rewriteMember } from "./rewrite-access.ts";
import { rewriteAssignment, rewriteImport, rewriteUpdate } from "./rewrite-assignment.ts";
import { rewriteCall, rewriteNew } from "./rewrite-call.ts";
import { rewriteClass, rewriteField, rewriteFunction, rewriteMethod } from "./rewrite-class.ts";
import { rewriteProperty } from "./rewrite-literals.ts";
import { condition, rewriteBinary, rewriteLogical, rewriteUnary } from "./rewrite-operators.ts";
import {
  rewriteBlock,
  rewriteDeclaration,
  rewriteExpressionStatement,
  rewriteLoop,
  rewriteProgram,
  terminated,
} from "./rewrite-statement.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { isTypeWrapper, withoutTypes, type SyntaxNode, present } from "./syntax-tree.ts";

/** The JavaScript for one node of a cell: one rule a type, everything else is copied with its children rewritten. */
export function rewriteNode(r: Rewriter, node: SyntaxNode): Code {
  if (isTypeWrapper(node)) return rewriteTyped(r, node);
  switch (node.type) {
    case "Program":
      return rewriteProgram(r, node);
    case "Identifier":
      return rewriteIdentifier(r, node);
    case "BinaryExpression":
      return rewriteBinary(r, node);
    case "UnaryExpression":
      return rewriteUnary(r, node);
    case "LogicalExpression":
      return rewriteLogical(r, node);
    case "AssignmentExpression":
      return rewriteAssignment(r, node);
    case "UpdateExpression":
      return rewriteUpdate(r, node);
    case "MemberExpression":
      return rewriteMember(r, node);
    case "ChainExpression":
      return rewriteChain(r, node);
    case "CallExpression":
      return rewriteCall(r, node);
    case "NewExpression":
      return rewriteNew(r, node);
    case "Property":
      return rewriteProperty(r, node);
    case "SequenceExpression":
      return compose(node.start, "(", splice(r, node), ")");
    case "ConditionalExpression":
    case "IfStatement":
      return splice(r, node, (child) => (child.key === "test" ? condition(r, child.node) : undefined));
    case "AwaitExpression":
      return rewriteAwait(r, node);
    case "ImportExpression":
      return compose(node.start, `${r.names.helpers}.importModule(`, r.render(node.source), ")");
    case "ClassDeclaration":
    case "ClassExpression":
      return rewriteClass(r, node);
    case "FunctionDeclaration":
    case "FunctionExpression":
      return rewriteFunction(r, node);
    case "MethodDefinition":
      return rewriteMethod(r, node);
    case "PropertyDefinition":
      return rewriteField(r, node);
    default:
      return rewriteStatement(r, node);
  }
}

function rewriteStatement(r: Rewriter, node: SyntaxNode): Code {
  switch (node.type) {
    case "ExpressionStatement":
      return rewriteExpressionStatement(r, node);
    case "VariableDeclaration":
      return rewriteDeclaration(r, node);
    case "ImportDeclaration":
      return rewriteImport(r, node);
    case "ExportNamedDeclaration":
      return !present(node.declaration) ? [] : r.render(node.declaration);
    case "BlockStatement":
      return rewriteBlock(r, node);
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      return rewriteLoop(r, node);
    case "ReturnStatement":
    case "ThrowStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "DebuggerStatement":
      return terminated(r, node, splice(r, node));
    default:
      return splice(r, node);
  }
}

/** `x as T`: parentheses around the expression may have been part of the text that goes away. */
function rewriteTyped(r: Rewriter, node: SyntaxNode): Code {
  const inner = withoutTypes(node);
  const simple = ["Identifier", "MemberExpression", "CallExpression", "Literal", "ThisExpression"].includes(
    inner.type,
  );
  return simple ? r.render(inner) : compose(node.start, "(", r.render(inner), ")");
}

/** At the cell's top level every await is a place where Stop takes effect. */
function rewriteAwait(r: Rewriter, node: Extract<SyntaxNode, { type: "AwaitExpression" }>): Code {
  const waits = compose(node.start, "await (", r.render(node.argument), ")");
  if (r.analysis.scopeOf(node).enclosingFunction !== undefined) return compose(node.start, "(", waits, ")");
  return compose(node.start, `${r.names.run}.resumed(`, waits, ")");
}
