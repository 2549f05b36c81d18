import type { CellAnalysis } from "./cell-analysis.ts";
import { compose, verbatim, type Code } from "./generated-code.ts";
import type { LineMagic } from "./magics.ts";
import type { Binding } from "./scopes.ts";
import { childrenOf, type Child, type SyntaxNode } from "./syntax-tree.ts";
import type { Temporaries } from "./temporaries.ts";

/** Names of what the generated code is handed; chosen so that they meet no name of the cell. */
export interface GeneratedNames {
  /** The operators and other helpers. */
  readonly helpers: string;
  /** The live scope that top-level names are kept on. */
  readonly scope: string;
  /** This run of the cell: interruption and timing. */
  readonly run: string;
}

/** What a statement of the cell's top level needs beyond its own text. */
export interface TopLevel {
  readonly magics: ReadonlyMap<SyntaxNode, LineMagic>;
  /** The statement whose value the cell shows. */
  readonly result: SyntaxNode | undefined;
}

/** Everything the rewriting rules share; `render` dispatches on the node's type. */
export interface Rewriter {
  readonly source: string;
  readonly names: GeneratedNames;
  readonly analysis: CellAnalysis;
  readonly temporaries: Temporaries;
  readonly topLevel: TopLevel;
  readonly frames: Frames;
  render(node: SyntaxNode): Code;
}

/** Copies a node's text, its children rewritten and its types left out. */
export function splice(r: Rewriter, node: SyntaxNode, replace?: (child: Child) => Code | undefined): Code {
  const pieces: Code[] = [];
  let at = node.start;
  for (const child of childrenOf(node)) {
    if (child.node.start < at) continue;
    pieces.push(verbatim(r.source, at, child.node.start));
    if (!child.erased) pieces.push(replace?.(child) ?? r.render(child.node));
    at = child.node.end;
  }
  pieces.push(verbatim(r.source, at, node.end));
  return pieces.flat();
}

/** The blocks that free owned locals when they end, and the name of each block's frame. */
export class Frames {
  readonly #names = new Map<SyntaxNode, string>();
  readonly #owned: Temporaries["owned"];

  constructor(owned: Temporaries["owned"], prefix: string) {
    this.#owned = owned;
    for (const { block } of owned.values())
      if (!this.#names.has(block)) this.#names.set(block, `${prefix}f${String(this.#names.size)}`);
  }

  /** The frame a block opens; undefined when it owns nothing. */
  ofBlock(block: SyntaxNode): string | undefined {
    return this.#names.get(block);
  }

  /**
   * A variable's new value on its way through the frame. Numbers, the common case in plain functions, pass by, and
   * there is no frame before the first array comes along.
   */
  hand(
    helpers: string,
    frame: string,
    method: "own" | "put" | "drop",
    old: Code | undefined,
    value: Code,
    at: number,
  ): Code {
    const [open, before] = [`(typeof (${frame}v = `, old === undefined ? [] : compose(at, old, ", ")];
    const plain = `) !== "object" && ${frame} === undefined ? ${frame}v : `;
    return compose(
      at,
      open,
      value,
      plain,
      `(${frame} ??= ${helpers}.frame()).${method}(`,
      before,
      `${frame}v))`,
    );
  }

  /** The frame that frees a variable; undefined when nothing does. */
  ofBinding(binding: Binding | undefined): string | undefined {
    const local = binding === undefined ? undefined : this.#owned.get(binding);
    return local === undefined ? undefined : this.#names.get(local.block);
  }
}
