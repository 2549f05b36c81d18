import { Literal, Var, type Atom, type JaxprEqn } from "../core/jaxpr.ts";
import type { FlatJaxpr } from "./inline.ts";
import { valuesAtCuts, type KernelLimits } from "./limit-work.ts";

/** A set of values computed by one kernel. */
export interface KernelGroup {
  readonly kind: "map" | "reduce" | "routine" | "control";
  /** Equations whose results the kernel stores, in program order. */
  readonly roots: JaxprEqn[];
  /** Elementwise work on finished reductions, stored by the same kernel. */
  readonly epilogue: JaxprEqn[];
}

/** Which values live in memory and which kernels compute them, in an order that respects dependencies. */
export interface FusionPlan {
  readonly groups: readonly KernelGroup[];
  /** The equation that defines a variable; absent for inputs. */
  readonly definitions: ReadonlyMap<Var, JaxprEqn>;
  /** Variables that share the memory of another: same elements, another shape. */
  readonly aliases: ReadonlyMap<Var, Var>;
  /** Group that stores a variable. */
  readonly storedBy: ReadonlyMap<Var, KernelGroup>;
}

/** Above this much work per element, computing a value again costs more than storing and loading it. */
const recomputeLimit = 24;
/** Work per element that is not repeated for every element of a much larger result. */
const expansionLimit = 6;
const expansionFactor = 16;
/** Routines that evaluate an operand several times per element get it stored unless it is nearly free. */
const dotOperandLimit = 2;
const costCap = 1e6;

/** Decides what is stored and which values one kernel computes together. `scalarArguments` are inputs without memory. */
export function fuse(
  program: FlatJaxpr,
  scalarArguments: ReadonlySet<Var>,
  limits: KernelLimits,
): FusionPlan {
  return new Fusion(program, scalarArguments, limits).run();
}

class Fusion {
  readonly #program: FlatJaxpr;
  readonly #scalarArguments: ReadonlySet<Var>;
  readonly #limits: KernelLimits;
  readonly #positions = new Map<JaxprEqn, number>();
  readonly #definitions = new Map<Var, JaxprEqn>();
  readonly #aliases = new Map<Var, Var>();
  /** Variables in memory: inputs, results of reductions and routines, outputs, and what fusion decides to store. */
  readonly #stored = new Set<Var>();
  /** Stored values that equations from a position on load, even where one kernel could compute both. */
  #cuts: ReadonlyMap<Var, number> = new Map();
  readonly #costs = new Map<Var, number>();
  /** How each variable is read: iteration space of the reader, and the chain of views in between; with its points. */
  readonly #readings = new Map<Var, Map<string, number>>();
  /** Stored variables a computation loads. */
  readonly #loads = new Map<Var, Set<Var>>();

  constructor(program: FlatJaxpr, scalarArguments: ReadonlySet<Var>, limits: KernelLimits) {
    this.#program = program;
    this.#scalarArguments = scalarArguments;
    this.#limits = limits;
    for (const variable of program.inputs) if (!scalarArguments.has(variable)) this.#stored.add(variable);
    program.eqns.forEach((eqn, position) => {
      this.#positions.set(eqn, position);
      for (const variable of eqn.outvars) this.#definitions.set(variable, eqn);
    });
  }

  run(): FusionPlan {
    this.#storeWhatMustBe();
    this.#estimateCosts();
    this.#storeWhatIsReadInSeveralWays();
    this.#limitWork();
    this.#limitLoads();
    const groups = this.#group();
    const storedBy = new Map<Var, KernelGroup>();
    for (const group of groups) {
      for (const eqn of [...group.roots, ...group.epilogue]) {
        for (const variable of eqn.outvars) storedBy.set(variable, group);
      }
    }
    return { groups, definitions: this.#definitions, aliases: this.#aliases, storedBy };
  }

  #storeWhatMustBe(): void {
    const outputs = new Set<Atom>(this.#program.outputs);
    for (const eqn of this.#program.eqns) {
      const rule = eqn.primitive.lower;
      const source = eqn.invars[0];
      if (rule.kind === "view" && rule.alias && source instanceof Var && this.#stored.has(source)) {
        this.#aliases.set(eqn.outvars[0]!, this.#aliases.get(source) ?? source);
        this.#stored.add(eqn.outvars[0]!);
        continue;
      }
      const own = rule.kind === "reduction" || rule.kind === "routine" || rule.kind === "control";
      if (rule.kind === "control") this.#storeOperands(eqn);
      for (const variable of eqn.outvars) {
        if (own || outputs.has(variable)) this.#stored.add(variable);
      }
    }
  }

  /** Programs of their own read what they work on from memory, but for host scalars. */
  #storeOperands(eqn: JaxprEqn): void {
    for (const atom of eqn.invars) {
      if (atom instanceof Var && !this.#scalarArguments.has(atom)) this.#store(atom);
    }
  }

  #costOf(atom: Atom): number {
    if (atom instanceof Literal) return 0;
    return this.#stored.has(atom) ? 0 : (this.#costs.get(atom) ?? 0);
  }

  #estimateCosts(): void {
    for (const eqn of this.#program.eqns) {
      const rule = eqn.primitive.lower;
      let cost = rule.kind === "elementwise" ? rule.cost : rule.kind === "view" ? (rule.cost ?? 1) : 1;
      for (const atom of eqn.invars) cost += this.#costOf(atom);
      for (const variable of eqn.outvars) this.#costs.set(variable, Math.min(cost, costCap));
    }
  }

  /** From the results back: which iteration spaces read each value, and whether one computation serves them all. */
  #storeWhatIsReadInSeveralWays(): void {
    for (const atom of this.#program.outputs) {
      if (atom instanceof Var) this.#addReading(atom, mapKey(atom), atom.aval.size);
    }
    [...this.#program.eqns].reverse().forEach((eqn, distance) => {
      for (const variable of eqn.outvars) this.#decide(variable, eqn);
      const rule = eqn.primitive.lower;
      for (const [position, atom] of eqn.invars.entries()) {
        if (!(atom instanceof Var)) continue;
        for (const [reading, points] of this.#readingsThrough(eqn, position, distance)) {
          this.#addReading(atom, reading, points);
        }
        if (rule.kind === "view" || rule.kind === "elementwise") this.#storeIfExpanded(atom, eqn);
        const repeats =
          (rule.kind === "routine" && eqn.primitive.name === "dot_general") ||
          (rule.kind === "view" && rule.repeats === true);
        if (repeats && this.#costOf(atom) > dotOperandLimit) this.#store(atom);
      }
    });
  }

  #decide(variable: Var, eqn: JaxprEqn): void {
    if (this.#stored.has(variable) || eqn.outvars.length > 1) return;
    const readings = this.#readings.get(variable);
    if (readings === undefined || readings.size < 2 || this.#costOf(variable) <= recomputeLimit) return;
    // Readings that share the elements out, such as the rows of a matrix one by one, compute none of them twice.
    const points = [...readings.values()].reduce((sum, count) => sum + count, 0);
    if (points > variable.aval.size) this.#store(variable);
  }

  #storeIfExpanded(atom: Var, eqn: JaxprEqn): void {
    const expansion = eqn.outvars[0]!.aval.size / Math.max(atom.aval.size, 1);
    const selective = eqn.primitive.name === "concatenate" && this.#costOf(atom) > expansionLimit;
    if (selective || (expansion >= expansionFactor && this.#costOf(atom) >= expansionLimit))
      this.#store(atom);
  }

  #store(variable: Var): void {
    // Results of a multi-output elementwise equation are stored together or not at all.
    for (const sibling of this.#definitions.get(variable)?.outvars ?? []) this.#stored.add(sibling);
  }

  #addReading(variable: Var, reading: string, points: number): void {
    let readings = this.#readings.get(variable);
    if (readings === undefined) this.#readings.set(variable, (readings = new Map<string, number>()));
    readings.set(reading, points);
  }

  /** How an equation reads operand `position`, given how its own result is read. */
  #readingsThrough(eqn: JaxprEqn, position: number, distance: number): (readonly [string, number])[] {
    const rule = eqn.primitive.lower;
    const output = eqn.outvars[0]!;
    if (rule.kind === "reduction") return [[reduceKey(eqn), eqn.invars[position]!.aval.size]];
    if (rule.kind === "routine" || rule.kind === "control")
      return [[`routine ${String(distance)} ${String(position)}`, Infinity]];
    const own = this.#stored.has(output)
      ? [[mapKey(output), output.aval.size] as const]
      : [...(this.#readings.get(output) ?? [])];
    const same = rule.kind === "elementwise" && eqn.invars[position]!.aval.ndim === output.aval.ndim;
    if (same || (rule.kind === "view" && rule.alias)) return own;
    return own.map(([reading, points]) => [`${reading}/${String(distance)}`, points] as const);
  }

  #limitWork(): void {
    if (this.#limits.maxKernelWork === Infinity) return;
    const isFused = (eqn: JaxprEqn): boolean => !this.#stored.has(eqn.outvars[0]!);
    this.#cuts = valuesAtCuts(this.#program, isFused, this.#limits);
    for (const variable of this.#cuts.keys()) this.#store(variable);
  }

  /** A kernel can bind so many buffers: store intermediate values where an expression would load more. */
  #limitLoads(): void {
    const limit = Math.max(2, this.#limits.maxKernelBuffers - 2);
    for (const eqn of this.#program.eqns) {
      let loads = this.#loadsOf(eqn);
      while (loads.size > limit && eqn.primitive.lower.kind !== "control") {
        const heaviest = eqn.invars
          .filter((atom): atom is Var => atom instanceof Var && !this.#stored.has(atom))
          .sort((a, b) => (this.#loads.get(b)?.size ?? 0) - (this.#loads.get(a)?.size ?? 0))[0];
        if (heaviest === undefined) break;
        this.#store(heaviest);
        loads = this.#loadsOf(eqn);
      }
      for (const variable of eqn.outvars) this.#loads.set(variable, loads);
    }
  }

  #loadsOf(eqn: JaxprEqn): Set<Var> {
    const loads = new Set<Var>();
    const flat = eqn.primitive.lower.kind === "elementwise";
    for (const atom of eqn.invars) {
      if (!(atom instanceof Var)) continue;
      const inlined = this.#loads.get(atom);
      const target = this.#aliases.get(atom) ?? atom;
      if (!this.#stored.has(atom)) for (const load of inlined ?? []) loads.add(load);
      else if (flat && inlined !== undefined && this.#sharesKernel(atom, eqn)) {
        for (const load of inlined) loads.add(load);
      } else loads.add(target);
    }
    return loads;
  }

  /** Whether a stored value and its elementwise reader can be computed by one map kernel. */
  #sharesKernel(stored: Var, reader: JaxprEqn): boolean {
    const definition = this.#definitions.get(stored);
    if (definition === undefined || this.#aliases.has(stored)) return false;
    if (this.#positions.get(reader)! >= (this.#cuts.get(stored) ?? Infinity)) return false;
    const kind = definition.primitive.lower.kind;
    if (kind !== "elementwise" && kind !== "view") return false;
    const output = reader.outvars[0]!;
    const readings = this.#stored.has(output)
      ? new Map([[mapKey(output), 0]])
      : (this.#readings.get(output) ?? new Map<string, number>());
    return readings.size === 1 && readings.has(mapKey(stored)) && stored.aval.ndim === output.aval.ndim;
  }

  /** Kernels by level: a value's level is one more than that of the deepest value it loads. */
  #group(): KernelGroup[] {
    const levels = new Map<Var, number>();
    const byKey = new Map<string, { group: KernelGroup; level: number; buffers: Set<Var>; key: string }[]>();
    const all: { group: KernelGroup; level: number; buffers: Set<Var>; key: string }[] = [];
    this.#program.eqns.forEach((eqn, position) => {
      const output = eqn.outvars[0]!;
      if (!this.#stored.has(output) || this.#aliases.has(output)) return;
      const loads = this.#loads.get(output)!;
      const level = 1 + Math.max(0, ...[...loads].map((variable) => levels.get(variable) ?? 0));
      for (const variable of eqn.outvars) levels.set(variable, level);
      const kind = kindOf(eqn);
      const key =
        kind === "routine" || kind === "control"
          ? `${kind} ${String(position)}`
          : `${String(level)} ${kind === "reduce" ? reduceKey(eqn) : mapKey(output)}`;
      const buffers = new Set([...loads, ...eqn.outvars]);
      const candidates = byKey.get(key) ?? [];
      const fitting = candidates.find(
        (candidate) => unionSize(candidate.buffers, buffers) <= this.#limits.maxKernelBuffers,
      );
      if (fitting !== undefined) {
        fitting.group.roots.push(eqn);
        buffers.forEach((variable) => fitting.buffers.add(variable));
        return;
      }
      const entry = { group: { kind, roots: [eqn], epilogue: [] }, level, buffers, key };
      byKey.set(key, [...candidates, entry]);
      all.push(entry);
    });
    all.sort((a, b) => a.level - b.level);
    return this.#mergeEpilogues(all, levels);
  }

  /** Elementwise work that only waits for a reduction of the same size joins the reduction's kernel. */
  #mergeEpilogues(
    entries: { group: KernelGroup; level: number; buffers: Set<Var> }[],
    levels: ReadonlyMap<Var, number>,
  ): KernelGroup[] {
    const merged = new Set<KernelGroup>();
    for (const reduce of entries) {
      if (reduce.group.kind !== "reduce") continue;
      const reduced = new Set(reduce.group.roots.flatMap((eqn) => eqn.outvars));
      const size = reduce.group.roots[0]!.outvars[0]!.aval.size;
      for (const map of entries) {
        if (map.group.kind !== "map" || map.level !== reduce.level + 1 || merged.has(map.group)) continue;
        if (map.group.roots[0]!.outvars[0]!.aval.size !== size) continue;
        const loads = new Set(map.group.roots.flatMap((eqn) => [...this.#loads.get(eqn.outvars[0]!)!]));
        const fits =
          [...loads].every(
            (variable) =>
              (reduced.has(variable) && this.#readFlat(variable)) ||
              (levels.get(variable) ?? 0) < reduce.level,
          ) && new Set([...reduce.buffers, ...map.buffers]).size <= this.#limits.maxKernelBuffers;
        if (!fits) continue;
        reduce.group.epilogue.push(...map.group.roots);
        map.buffers.forEach((variable) => reduce.buffers.add(variable));
        merged.add(map.group);
      }
    }
    return entries.map((entry) => entry.group).filter((group) => !merged.has(group));
  }

  /** Whether map kernels of the value's own size read it in place, never through a view. */
  #readFlat(variable: Var): boolean {
    const own = mapKey(variable);
    const all = [variable, ...[...this.#aliases].filter(([, of]) => of === variable).map(([alias]) => alias)];
    return all.every((name) =>
      [...(this.#readings.get(name)?.keys() ?? [])].every(
        (reading) => reading === own || !reading.startsWith(`${own}/`),
      ),
    );
  }
}

function kindOf(eqn: JaxprEqn): KernelGroup["kind"] {
  const kind = eqn.primitive.lower.kind;
  if (kind === "routine" || kind === "control") return kind;
  return kind === "reduction" ? "reduce" : "map";
}

function mapKey(variable: Var): string {
  return `map ${String(variable.aval.size)}`;
}

function reduceKey(eqn: JaxprEqn): string {
  const axes = eqn.params["axes"] as readonly number[];
  return `reduce ${eqn.invars[0]!.aval.shape.join(",")} over ${axes.join(",")}`;
}

/** Counted without making the union: a large group is asked once for every value that may join it. */
function unionSize<T>(large: ReadonlySet<T>, small: ReadonlySet<T>): number {
  let size = large.size;
  for (const item of small) if (!large.has(item)) size += 1;
  return size;
}
