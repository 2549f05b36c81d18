import { Literal, Var, type Atom, type JaxprEqn } from "../core/jaxpr.ts";
import type { DType } from "../core/dtype.ts";
import { ExprBuilder } from "../kernel/expr-builder.ts";
import type { Operand } from "../kernel/lowering-rule.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import type { FusionPlan } from "./fuse.ts";
import type { ParamSource } from "./program.ts";

/** What one kernel may read besides its own fused expressions. */
export interface KernelScope {
  readonly plan: FusionPlan;
  /** Position of every program input that is a host scalar. */
  readonly scalarArguments: ReadonlyMap<Var, number>;
  /** Whether a stored variable can be loaded (an earlier kernel has finished it). */
  isReady(variable: Var): boolean;
  /** Reductions of the same kernel, by slot: read as accumulators. */
  readonly accumulators?: ReadonlyMap<Var, number>;
}

/** Builds the expressions of one kernel: reads a variable at an index by fusing whatever defines it. */
export class KernelBuilder {
  readonly exprs = new ExprBuilder();
  readonly inputs: Var[] = [];
  readonly params: DType[] = [];
  readonly paramSources: ParamSource[] = [];
  readonly #scope: KernelScope;
  readonly #buffers = new Map<Var, number>();
  readonly #slots = new Map<Atom, number>();
  readonly #memo = new Map<Var, Map<string, ScalarExpr>>();

  constructor(scope: KernelScope) {
    this.#scope = scope;
  }

  /** The element of `atom` at `index`. */
  read(atom: Atom, index: readonly ScalarExpr[]): ScalarExpr {
    if (atom instanceof Literal) return this.#param(atom, { kind: "literal", value: atom.value });
    const argument = this.#scope.scalarArguments.get(atom);
    if (argument !== undefined) return this.#param(atom, { kind: "argument", position: argument });
    const target = this.#scope.plan.aliases.get(atom) ?? atom;
    const slot = this.#scope.accumulators?.get(target);
    if (slot !== undefined) return this.exprs.accumulator(slot, atom.aval.dtype);
    if (this.#scope.isReady(target)) return this.#load(atom, target, index);
    return this.compute(atom, index);
  }

  /** The element of `variable` at `index` computed here, even if the variable is stored. */
  compute(variable: Var, index: readonly ScalarExpr[]): ScalarExpr {
    const key = index.map((part) => part.id).join(",");
    let memo = this.#memo.get(variable);
    if (memo === undefined) {
      memo = new Map<string, ScalarExpr>();
      this.#memo.set(variable, memo);
    }
    const known = memo.get(key);
    if (known !== undefined) return known;
    const eqn = this.#scope.plan.definitions.get(variable);
    if (eqn === undefined) throw new Error("internal error: a variable without a definition in a kernel");
    if (memo.size === 0 && memo !== this.#warming) this.#warmUp(variable, index);
    const value = this.#apply(eqn, variable, index);
    memo.set(key, value);
    return value;
  }

  /** The operand of an equation as lowering rules see it. */
  operand(atom: Atom): Operand {
    return { aval: atom.aval, read: (index) => this.read(atom, index) };
  }

  #warming: Map<string, ScalarExpr> | undefined;

  /**
   * A chain of thousands of elementwise equations would overflow the stack if it were read from its end. Computing
   * the operands first, deepest first, keeps the recursion shallow.
   */
  #warmUp(variable: Var, index: readonly ScalarExpr[]): void {
    const pending: Var[] = [variable];
    const order: Var[] = [];
    const seen = new Set<Var>(pending);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      order.push(next);
      const eqn = this.#scope.plan.definitions.get(next);
      if (eqn?.primitive.lower.kind !== "elementwise") continue;
      for (const atom of eqn.invars) {
        if (!(atom instanceof Var) || seen.has(atom) || atom.aval.ndim !== variable.aval.ndim) continue;
        if (this.#scope.isReady(this.#scope.plan.aliases.get(atom) ?? atom)) continue;
        if (this.#scope.scalarArguments.has(atom) || this.#memo.has(atom)) continue;
        if (this.#scope.plan.definitions.get(atom)?.primitive.lower.kind !== "elementwise") continue;
        seen.add(atom);
        pending.push(atom);
      }
    }
    if (order.length < warmUpLength) return;
    const positions = positionsOf(this.#scope.plan);
    order.sort((a, b) => positions.get(a)! - positions.get(b)!);
    for (const name of order) {
      if (name === variable) continue;
      this.#memo.set(name, (this.#warming = this.#memo.get(name) ?? new Map<string, ScalarExpr>()));
      this.compute(name, index);
    }
    this.#warming = undefined;
  }

  #apply(eqn: JaxprEqn, variable: Var, index: readonly ScalarExpr[]): ScalarExpr {
    const rule = eqn.primitive.lower;
    const outputs = eqn.outvars.map((out) => out.aval);
    if (rule.kind === "view") {
      const operands = eqn.invars.map((atom) => this.operand(atom));
      return rule.element(this.exprs, index, operands, eqn.params, variable.aval);
    }
    if (rule.kind !== "elementwise") {
      throw new Error(`internal error: ${eqn.primitive.name} cannot be fused into another kernel`);
    }
    const operands = eqn.invars.map((atom) => {
      if (atom instanceof Literal && rule.isStructural?.(atom.value) === true) {
        return this.exprs.const(atom.aval.dtype, atom.value);
      }
      return this.read(atom, atom.aval.ndim === 0 ? [] : index);
    });
    return rule.scalar(this.exprs, operands, eqn.params, outputs)[eqn.outvars.indexOf(variable)]!;
  }

  #load(atom: Var, target: Var, index: readonly ScalarExpr[]): ScalarExpr {
    let buffer = this.#buffers.get(target);
    if (buffer === undefined) {
      buffer = this.inputs.length;
      this.#buffers.set(target, buffer);
      this.inputs.push(target);
    }
    return this.exprs.load(buffer, atom.aval.dtype, this.exprs.flatten(index, atom.aval.shape));
  }

  #param(atom: Atom, source: ParamSource): ScalarExpr {
    let slot = this.#slots.get(atom);
    if (slot === undefined) {
      slot = this.params.length;
      this.#slots.set(atom, slot);
      this.params.push(atom.aval.dtype);
      this.paramSources.push(source);
    }
    return this.exprs.param(slot, atom.aval.dtype);
  }
}

/** Chains shorter than this are read recursively. */
const warmUpLength = 200;

const knownPositions = new WeakMap<FusionPlan, ReadonlyMap<Var, number>>();

/** Where each variable is defined, counted through the program. */
function positionsOf(plan: FusionPlan): ReadonlyMap<Var, number> {
  let positions = knownPositions.get(plan);
  if (positions === undefined) {
    positions = new Map([...plan.definitions.keys()].map((variable, place) => [variable, place]));
    knownPositions.set(plan, positions);
  }
  return positions;
}
