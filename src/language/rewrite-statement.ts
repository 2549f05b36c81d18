import type * as es from "acorn";
import { CellSyntaxError } from "./cell-syntax-error.ts";
import { compose, verbatim, type Code } from "./generated-code.ts";
import { rewriteDeclarator } from "./rewrite-assignment.ts";
import { isTuple, rewriteTuple } from "./rewrite-index.ts";
import { condition } from "./rewrite-operators.ts";
import { splice, type Rewriter } from "./rewriter.ts";
import { SourceLines } from "./source-lines.ts";
import { childrenOf, suspends, type SyntaxNode } from "./syntax-tree.ts";

/** Adds the semicolon that a statement was allowed to leave out: the statement after it may start differently now. */
export function terminated(r: Rewriter, node: SyntaxNode, code: Code): Code {
  return r.source[node.end - 1] === ";" ? code : compose(node.end, code, ";");
}

export function rewriteExpressionStatement(r: Rewriter, node: es.ExpressionStatement): Code {
  const { helpers } = r.names;
  const magic = r.topLevel.magics.get(node);
  const shown = r.topLevel.result === node;
  if (magic !== undefined) return rewriteTimed(r, node, magic.name, shown);
  const value = isShownTuple(r, node) ? rewriteTuple(r, node.expression) : r.render(node.expression);
  if (shown) return compose(node.start, "return (", value, ");");
  if (r.temporaries.isTemporary(node.expression)) return compose(node.start, `${helpers}.drop(`, value, ");");
  return compose(node.start, "(", value, ");");
}

type TupleStatement = es.ExpressionStatement & { expression: es.SequenceExpression };

/** Whether a statement is the `a, b` that a cell shows. */
function isShownTuple(r: Rewriter, node: es.ExpressionStatement): node is TupleStatement {
  return r.topLevel.result === node && isTuple(node.expression);
}

function rewriteTimed(
  r: Rewriter,
  node: es.ExpressionStatement,
  name: "%time" | "%timeit",
  shown: boolean,
): Code {
  const { run } = r.names;
  const async = suspends(node) ? "async " : "";
  const timed = compose(node.start, `${async}() => (`, r.render(node.expression), ")");
  const kept = shown && name === "%time";
  const temporary = !kept && r.temporaries.isTemporary(node.expression) ? ", true" : "";
  const method = name === "%time" ? "time" : "timeit";
  const call = compose(node.start, `await ${run}.${method}(`, timed, `${temporary})`);
  return compose(node.start, kept ? "return " : "", call, ";");
}

/** `%time const y = f(x)`: the assignments are what is timed. */
export function rewriteDeclaration(r: Rewriter, node: es.VariableDeclaration): Code {
  const parent = r.analysis.parents.get(node);
  const slot = isSlotDeclaration(r, node, parent);
  const inHead = isLoopHead(parent, node);
  const [first] = node.declarations;
  if (slot && inHead && parent?.type !== "ForStatement" && first !== undefined) return r.render(first.id);
  const parts = node.declarations.flatMap((item, index) =>
    compose(item.start, index > 0 ? ", " : "", rewriteDeclarator(r, item, slot)),
  );
  const keyword = slot ? [] : compose(node.start, `${node.kind} `);
  const magic = r.topLevel.magics.get(node);
  if (magic !== undefined) {
    const async = suspends(node) ? "async " : "";
    const method = magic.name === "%time" ? "time" : "timeit";
    return compose(node.start, `await ${r.names.run}.${method}(${async}() => { `, parts, "; });");
  }
  return compose(node.start, keyword, parts, inHead ? "" : ";");
}

function isLoopHead(parent: SyntaxNode | undefined, node: SyntaxNode): boolean {
  if (parent?.type === "ForStatement") return parent.init === node;
  return (parent?.type === "ForInStatement" || parent?.type === "ForOfStatement") && parent.left === node;
}

/** Whether a declaration's names are top-level names of the cell. */
function isSlotDeclaration(
  r: Rewriter,
  node: es.VariableDeclaration,
  parent: SyntaxNode | undefined,
): boolean {
  if (node.kind === "var") return r.analysis.scopeOf(node).enclosingFunction === undefined;
  return parent?.type === "Program" || parent?.type === "ExportNamedDeclaration";
}

/** The code that frees a block's owned locals whichever way the block is left. */
export function rewriteBlock(r: Rewriter, node: es.BlockStatement, first: Code = []): Code {
  const frame = r.frames.ofBlock(node);
  const statements = withoutBraces(r, node);
  const open = verbatim(r.source, node.start, node.start + 1);
  const close = verbatim(r.source, node.end - 1, node.end);
  if (frame === undefined) return [...open, ...first, ...statements, ...close];
  const begin = compose(node.start, ` let ${frame}, ${frame}v; try {`);
  const end = compose(node.end - 1, `} finally { ${frame}?.end(); } `);
  return [...open, ...first, ...begin, ...statements, ...end, ...close];
}

/** A block's text between its braces. */
function withoutBraces(r: Rewriter, node: es.BlockStatement): Code {
  const pieces: Code[] = [];
  let at = node.start + 1;
  for (const child of childrenOf(node)) {
    pieces.push(verbatim(r.source, at, child.node.start));
    if (!child.erased) pieces.push(r.render(child.node));
    at = child.node.end;
  }
  pieces.push(verbatim(r.source, at, node.end - 1));
  return pieces.flat();
}

type Loop = es.ForStatement | es.ForInStatement | es.ForOfStatement | es.WhileStatement | es.DoWhileStatement;

/** A loop; at the cell's top level each turn gives Stop a chance. */
export function rewriteLoop(r: Rewriter, node: Loop): Code {
  const yields = r.analysis.scopeOf(node).enclosingFunction === undefined;
  const { run } = r.names;
  const { body } = node;
  const check = yields ? compose(body.start, `if (${run}.due()) await ${run}.pause(); `) : [];
  const code = splice(r, node, (child) => {
    if (child.key === "test") return condition(r, child.node);
    if (child.key !== "body") return undefined;
    if (body.type === "BlockStatement") return rewriteBlock(r, body, check);
    return yields ? compose(body.start, "{ ", check, r.render(body), " }") : undefined;
  });
  return node.type === "DoWhileStatement" ? terminated(r, node, code) : code;
}

/** The cell's own statements, in the order written. */
export function rewriteProgram(r: Rewriter, node: es.Program): Code {
  for (const [statement, magic] of r.topLevel.magics) {
    if (statement.type === "ExpressionStatement" || statement.type === "VariableDeclaration") continue;
    throw new CellSyntaxError(
      `${magic.name} times one expression`,
      new SourceLines(r.source).position(magic.at),
      "To time several statements, start the cell with %%time.",
    );
  }
  return splice(r, node);
}
