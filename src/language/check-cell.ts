import type * as es from "acorn";
import type { CellAnalysis } from "./cell-analysis.ts";
import { CellSyntaxError } from "./cell-syntax-error.ts";
import { isTuple } from "./rewrite-index.ts";
import type { Reference } from "./scopes.ts";
import { SourceLines } from "./source-lines.ts";
import {
  isFunction,
  walk,
  withoutTypes,
  type FunctionNode,
  type SyntaxNode,
  present,
} from "./syntax-tree.ts";

type Complaint = (node: SyntaxNode, message: string, hint?: string) => never;

/**
 * Refuses what parses but would silently mean something else, and TypeScript that cannot be erased. `shown` is the
 * statement whose value the cell shows: only there may a comma stand for a tuple.
 */
export function checkCell(
  program: es.Program,
  source: string,
  analysis: CellAnalysis,
  knownNames: ReadonlySet<string>,
  shown: SyntaxNode | undefined,
): void {
  const lines = new SourceLines(source);
  const complain: Complaint = (node, message, hint) => {
    throw new CellSyntaxError(message, lines.position(node.start), hint);
  };
  walk(program, (node, parent) => {
    checkRuntimeTypes(node, complain);
    if (node.type === "SequenceExpression") {
      if (parent?.type === "MemberExpression" && parent.property === node)
        checkIndices(node, parent, analysis, source, complain);
      else if (parent === undefined || parent !== shown || !isTuple(node))
        checkSequence(node, parent, source, complain);
    }
    if (isFunction(node)) checkParameters(node, complain);
    if (node.type === "CallExpression") checkKeywordArguments(node, source, complain);
    const reference = analysis.references.get(node);
    if (reference !== undefined) checkAssignment(reference, analysis, knownNames, complain);
    return undefined;
  });
}

const unsupported: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  TSEnumDeclaration: ["Cells have no enums", "Write const Color = { red: 0, green: 1 } as const."],
  TSModuleDeclaration: ["Cells have no namespaces", "Write const tools = { ... }."],
  TSParameterProperty: [
    "Cells have no parameter properties",
    "Declare the field and assign it in the constructor.",
  ],
  TSImportEqualsDeclaration: [
    "Cells have no import = declarations",
    'Write import * as jnp from "jax/numpy".',
  ],
  TSExportAssignment: [
    "Cells have no exports",
    "Every top-level name is visible to all cells: leave export out.",
  ],
  ExportDefaultDeclaration: [
    "Cells have no exports",
    "Every top-level name is visible to all cells: leave export out.",
  ],
  ExportAllDeclaration: [
    "Cells have no exports",
    "Every top-level name is visible to all cells: leave export out.",
  ],
  Decorator: ["Cells have no decorators", "Call the function instead: const f = jax.jit((x) => ...)."],
};

function checkRuntimeTypes(node: SyntaxNode, complain: Complaint): void {
  const type: string = node.type;
  const refusal = Object.hasOwn(unsupported, type) ? unsupported[type] : undefined;
  if (refusal !== undefined) complain(node, ...refusal);
  if (node.type === "ExportNamedDeclaration" && !present(node.declaration))
    complain(
      node,
      "Cells have no exports",
      "Every top-level name is visible to all cells: leave export out.",
    );
  if (node.type === "MetaProperty" && node.meta.name === "import")
    complain(node, "Cells have no import.meta");
}

function checkParameters(node: FunctionNode, complain: Complaint): void {
  const [first] = node.params;
  if (first?.type === "Identifier" && first.name === "this") complain(first, "Cells have no this parameters");
}

/** Whether evaluating this has no effect, so that a comma after it throws it away. */
function isPure(node: SyntaxNode): boolean {
  const inner = withoutTypes(node);
  switch (inner.type) {
    case "Identifier":
    case "Literal":
    case "ThisExpression":
    case "ArrayExpression":
    case "ObjectExpression":
    case "TemplateLiteral":
      return true;
    case "MemberExpression":
      return isPure(inner.object) && (!inner.computed || isPure(inner.property));
    case "UnaryExpression":
      return inner.operator !== "delete" && isPure(inner.argument);
    case "BinaryExpression":
      return isPure(inner.left) && isPure(inner.right);
    default:
      return false;
  }
}

/** `x[i, j]` is rewritten; refused where it would stay what JavaScript makes of it, x[j]. */
function checkIndices(
  node: es.SequenceExpression,
  member: es.MemberExpression,
  analysis: CellAnalysis,
  source: string,
  complain: Complaint,
): void {
  const around = analysis.parents.get(member);
  const isTagged = around?.type === "TaggedTemplateExpression";
  const isChained = around?.type === "ChainExpression" || isInChain(member, analysis);
  const isConditional =
    around?.type === "AssignmentExpression" &&
    around.left === member &&
    ["&&=", "||=", "??="].includes(around.operator);
  const isSuper = member.object.type === "Super";
  if (isTuple(node) && !isTagged && !isChained && !isConditional && !isSuper) return;
  const text = (item: SyntaxNode): string => source.slice(item.start, item.end);
  const split = `${text(member.object)}${node.expressions.map((item) => `[${text(item)}]`).join("")}`;
  complain(member, "Several indices cannot stand here", `Write ${split}.`);
}

/** Whether a member is part of `a?.b[i]`. */
function isInChain(member: SyntaxNode, analysis: CellAnalysis): boolean {
  for (let at = analysis.parents.get(member); at !== undefined; at = analysis.parents.get(at)) {
    if (at.type === "ChainExpression") return true;
    if (at.type !== "MemberExpression" && at.type !== "CallExpression") return false;
  }
  return false;
}

function checkSequence(
  node: es.SequenceExpression,
  parent: SyntaxNode | undefined,
  source: string,
  complain: Complaint,
): void {
  const text = (item: SyntaxNode): string => source.slice(item.start, item.end);
  const all = node.expressions.map(text).join(", ");
  const last = node.expressions.at(-1) ?? node;
  const assignmentAt = node.expressions.findIndex((item) => item.type === "AssignmentExpression");
  const assignment = node.expressions[assignmentAt];
  if (assignment?.type === "AssignmentExpression" && assignment.operator === "=") {
    const before = node.expressions.slice(0, assignmentAt);
    const after = node.expressions.slice(assignmentAt + 1);
    if (!before.every(isPure) || !(before.length > 0 || after.some(isPure))) return;
    complainTuple(node, assignment, before.map(text), after.map(text), text, complain);
  }
  if (!node.expressions.slice(0, -1).some(isPure)) return;
  if (parent?.type === "ReturnStatement")
    complain(node, `return ${all} returns only ${text(last)} in TypeScript`, `Write return [${all}].`);
  complain(node, `${all} means ${text(last)} in TypeScript`, `A tuple is written [${all}].`);
}

function complainTuple(
  node: SyntaxNode,
  assignment: es.AssignmentExpression,
  before: readonly string[],
  after: readonly string[],
  text: (item: SyntaxNode) => string,
  complain: Complaint,
): never {
  const targets = [...before, text(assignment.left)];
  const left = targets.length > 1 ? `[${targets.join(", ")}]` : (targets[0] ?? "");
  const right =
    after.length > 0 ? `[${[text(assignment.right), ...after].join(", ")}]` : text(assignment.right);
  return complain(
    node,
    `${targets.join(", ")} = ... assigns only ${text(assignment.left)} in TypeScript`,
    `Write ${left} = ${right}.`,
  );
}

function checkKeywordArguments(node: es.CallExpression, source: string, complain: Complaint): void {
  const keywords = node.arguments.filter(
    (item): item is es.AssignmentExpression =>
      item.type === "AssignmentExpression" && item.operator === "=" && item.left.type === "Identifier",
  );
  const [first] = keywords;
  if (first === undefined) return;
  const fields = keywords.map(
    (item) =>
      `${source.slice(item.left.start, item.left.end)}: ${source.slice(item.right.start, item.right.end)}`,
  );
  complain(
    first,
    "TypeScript has no keyword arguments",
    `Write them as a last argument in braces: { ${fields.join(", ")} }.`,
  );
}

function checkAssignment(
  reference: Reference,
  analysis: CellAnalysis,
  knownNames: ReadonlySet<string>,
  complain: Complaint,
): void {
  const { name, binding, access, node } = reference;
  if (access !== "write" && access !== "update") return;
  if (binding?.scope.isCell === true && (binding.kind === "const" || binding.kind === "import"))
    complain(node, `${name} is a constant in this cell`, `Declare it with let ${name} = ...`);
  const inFunction = reference.scope.enclosingFunction !== undefined;
  if (binding !== undefined || !inFunction || access !== "write") return;
  if (!knownNames.has(name) && !analysis.written.has(name))
    complain(
      node,
      `${name} is assigned in a function but declared nowhere`,
      `Write const ${name} = ... or let ${name} = ...`,
    );
}
