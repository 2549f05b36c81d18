import type { Program } from "acorn";
import { analyzeCell, type CellAnalysis } from "./cell-analysis.ts";
import { CellSyntaxError } from "./cell-syntax-error.ts";
import { checkCell } from "./check-cell.ts";
import { CellMap, compose, textOf, type Code } from "./generated-code.ts";
import type { LineMagic, Magics } from "./magics.ts";
import { parseCell } from "./parse-cell.ts";
import { rewriteNode } from "./rewrite-node.ts";
import { Frames, type GeneratedNames, type Rewriter, type TopLevel } from "./rewriter.ts";
import { SourceLines } from "./source-lines.ts";
import { childrenOf, type SyntaxNode } from "./syntax-tree.ts";
import { findTemporaries } from "./temporaries.ts";

export interface CellContext {
  /** Every name that a cell has defined so far. */
  readonly knownNames: ReadonlySet<string>;
  /** The names among them that hold one of the engine's namespaces, such as `jnp`. */
  readonly engineNamespaces: ReadonlySet<string>;
}

export interface TransformedCell {
  /** One function expression, `async function (helpers, scope, run)`, that resolves to the cell's value. */
  readonly code: string;
  /** From places in `code` to places in the cell. */
  readonly map: CellMap;
  /** Names taken from other cells, sorted. */
  readonly reads: readonly string[];
  /** Names defined or rebound, sorted. */
  readonly writes: readonly string[];
  /** `%%time` when the whole cell is to be timed. */
  readonly cellMagic: "%%time" | undefined;
  /** Whether nothing else can hold the cell's value, so that it may be freed once shown. */
  readonly valueIsTemporary: boolean;
}

/** Rewrites one cell's TypeScript to JavaScript. Throws CellSyntaxError, with the place in the cell. */
export function transformCell(source: string, context: CellContext): TransformedCell {
  const { program, magics, text } = parseCell(source);
  const analysis = analyzeCell(program, context.knownNames, context.engineNamespaces);
  const topLevel = describeTopLevel(program, magics, source);
  const result = topLevel.result;
  const isTimed = result !== undefined && topLevel.magics.has(result);
  checkCell(program, source, analysis, context.knownNames, isTimed ? undefined : result);
  const temporaries = findTemporaries(analysis);
  const names = chooseNames(source);
  const frames = new Frames(temporaries.owned, names.helpers);
  const r: Rewriter = {
    source: text,
    names,
    analysis,
    temporaries,
    topLevel,
    frames,
    render: (node) => rewriteNode(r, node),
  };
  const body = r.render(program);
  const parameters = `${names.helpers}, ${names.scope}, ${names.run}`;
  const opening = `(async function (${parameters}) { "use strict"; ${hoisted(analysis, names)}`;
  const code: Code = compose(0, opening, body, compose(source.length, "\n})"));
  const shown = topLevel.result?.type === "ExpressionStatement" ? topLevel.result.expression : undefined;
  return {
    code: textOf(code),
    map: new CellMap(code, source),
    reads: [...analysis.read].sort(),
    writes: [...analysis.written].sort(),
    cellMagic: magics.cell,
    valueIsTemporary: shown !== undefined && temporaries.isTemporary(shown),
  };
}

/** Function declarations are visible from the first line on. */
function hoisted(analysis: CellAnalysis, names: GeneratedNames): string {
  const functions = [...analysis.cell.names.values()].filter((binding) => binding.kind === "function");
  return functions.map(({ name }) => `${names.scope}.${name} = ${name}; `).join("");
}

/** Names for the generated code's own parameters that no word of the cell equals. */
function chooseNames(source: string): GeneratedNames {
  const words = new Set(source.match(/[$\w]+/g) ?? []);
  let base = "$";
  const clashes = (): boolean =>
    [...words].some((word) => word.startsWith(base) && /^(?:|s|r|f\d+v?)$/.test(word.slice(base.length)));
  while (clashes()) base += "$";
  return { helpers: base, scope: `${base}s`, run: `${base}r` };
}

function describeTopLevel(program: Program, magics: Magics, source: string): TopLevel {
  const statements = childrenOf(program)
    .filter((child) => !child.erased && child.node.type !== "EmptyStatement")
    .map((child) => child.node);
  const timed = new Map<SyntaxNode, LineMagic>();
  for (const magic of magics.lines) timed.set(statementAfter(magic, statements, source), magic);
  const last = statements.at(-1);
  return { magics: timed, result: last !== undefined && showsValue(last) ? last : undefined };
}

/** An expression shows its value; an assignment, as in Python, does not. */
function showsValue(node: SyntaxNode): boolean {
  if (node.type !== "ExpressionStatement") return false;
  return node.expression.type !== "AssignmentExpression" && node.expression.type !== "UpdateExpression";
}

function statementAfter(magic: LineMagic, statements: readonly SyntaxNode[], source: string): SyntaxNode {
  const complain = (message: string, hint: string): never => {
    throw new CellSyntaxError(message, new SourceLines(source).position(magic.at), hint);
  };
  if (statements.some((node) => node.start < magic.at && node.end > magic.at + 1))
    return complain(
      `${magic.name} stands inside another statement`,
      "Put it at the start of a line of its own.",
    );
  const next = statements.find((node) => node.start > magic.at);
  if (next === undefined || source.slice(magic.at, next.start).includes("\n"))
    return complain(`${magic.name} has nothing to time`, `Write the expression after it: ${magic.name} f(x)`);
  return next;
}
