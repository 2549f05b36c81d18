import { tsPlugin } from "@sveltejs/acorn-typescript";
import { Parser, type Program } from "acorn";
import { CellSyntaxError } from "./cell-syntax-error.ts";
import { findMagics, type Magics } from "./magics.ts";
import { SourceLines } from "./source-lines.ts";
import { adviseOnSyntax } from "./syntax-hints.ts";
import { walk, type SyntaxNode } from "./syntax-tree.ts";

const CellParser = Parser.extend(tsPlugin());

export interface ParsedCell {
  readonly program: Program;
  readonly magics: Magics;
  /** The text the program was parsed from: the cell, with magics blanked and swallowed lines split off. */
  readonly text: string;
}

/** Parses a cell, its magics set aside. Throws CellSyntaxError; every offset refers to the text as given. */
export function parseCell(source: string): ParsedCell {
  const magics = findMagics(source);
  return { ...parseRepaired(magics.source, source), magics };
}

function parse(text: string): Program {
  return CellParser.parse(text, {
    ecmaVersion: "latest",
    sourceType: "module",
    allowAwaitOutsideFunction: true,
    locations: true,
  });
}

/**
 * A line that starts with `[` or `(` continues the line above when that has no semicolon, which turns
 * `[key, subkey] = split(key)` into an index. Such a line, at its statement's own indentation, starts a new
 * statement here: blanks before it are overwritten by a semicolon, so no offset moves.
 */
function parseRepaired(text: string, source: string): { program: Program; text: string } {
  let current = text;
  let program: Program;
  try {
    program = parse(current);
  } catch (error) {
    const repaired = splitBeforeBracket(current, errorOffset(error));
    if (repaired === undefined) throw describeParseError(error, source);
    try {
      program = parse(repaired);
      current = repaired;
    } catch {
      throw describeParseError(error, source);
    }
  }
  for (;;) {
    const at = findSwallowedLine(program, current);
    if (at === undefined) return { program, text: current };
    try {
      const repaired = `${current.slice(0, at)};${current.slice(at + 1)}`;
      program = parse(repaired);
      current = repaired;
    } catch {
      return { program, text: current };
    }
  }
}

/** The offset that a semicolon must overwrite to split the first statement that swallowed the line below it. */
function findSwallowedLine(program: Program, text: string): number | undefined {
  let found: number | undefined;
  const statements: SyntaxNode[] = [];
  const visit = (node: SyntaxNode): boolean | undefined => {
    if (found !== undefined) return false;
    if (node.type === "ExpressionStatement" || node.type === "VariableDeclaration") statements.push(node);
    const head = node.type === "MemberExpression" && node.computed ? node.object : undefined;
    const before = head ?? (node.type === "CallExpression" ? node.callee : undefined);
    const statement = statements.findLast((item) => item.start <= node.start && item.end >= node.end);
    if (before === undefined || statement === undefined) return undefined;
    const gap = /^[^[(]*\n([ \t]*)[[(]/.exec(text.slice(before.end, node.end));
    const sameIndent = gap !== null && (gap[1] ?? "").length === indentOf(text, statement.start);
    if (sameIndent && /\s/.test(text[before.end] ?? "")) found = before.end;
    return undefined;
  };
  walk(program, visit);
  return found;
}

function indentOf(text: string, offset: number): number {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart))?.[0].length ?? 0;
}

/** Tries a semicolon before the last line at or above the error that starts with a bracket. */
function splitBeforeBracket(text: string, offset: number): string | undefined {
  const lineEnd = text.indexOf("\n", offset);
  const upToError = text.slice(0, lineEnd < 0 ? text.length : lineEnd);
  const match = /([\w$)\]"'`])(\s)([ \t\r\n]*)\[[^\n]*$/.exec(upToError);
  if (match === null || !`${match[2] ?? ""}${match[3] ?? ""}`.includes("\n")) return undefined;
  const at = match.index + 1;
  return `${text.slice(0, at)};${text.slice(at + 1)}`;
}

function errorOffset(error: unknown): number {
  const position = (error as { pos?: unknown }).pos;
  return typeof position === "number" ? position : 0;
}

function describeParseError(error: unknown, source: string): CellSyntaxError {
  const offset = Math.min(errorOffset(error), source.length);
  const lines = new SourceLines(source);
  const position = lines.position(offset);
  const lineStart = lines.offset({ line: position.line, column: 1 });
  const line = /^[^\n\r]*/.exec(source.slice(lineStart))?.[0] ?? "";
  const advice = adviseOnSyntax(line, position.column - 1);
  const at = advice.column === undefined ? position : { line: position.line, column: advice.column + 1 };
  const raw = (error instanceof Error ? error.message : String(error)).replace(/ \(\d+:\d+\)$/, "");
  return new CellSyntaxError(
    advice.message ?? plainMessage(raw, source, offset),
    at,
    advice.hint ?? hintFor(raw),
  );
}

function plainMessage(raw: string, source: string, offset: number): string {
  if (raw !== "Unexpected token") return raw;
  const token = /^\s*(\w+|\S)/.exec(source.slice(offset))?.[1];
  return token === undefined ? "The cell ends too early" : `Unexpected ${token}`;
}

function hintFor(raw: string): string | undefined {
  if (raw === "Unexpected token") return undefined;
  if (raw.startsWith("Cannot use keyword 'await'")) return "Mark the function as async.";
  if (raw.startsWith("Identifier") && raw.includes("already been declared"))
    return "Declare a name once in a cell; assign to it afterwards.";
  if (raw.startsWith("Unterminated")) return "Close the text with the quote it was opened with.";
  return undefined;
}
