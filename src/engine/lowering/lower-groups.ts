import { sizeOf } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { Var, type JaxprEqn } from "../core/jaxpr.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import type { FusionPlan, KernelGroup } from "./fuse.ts";
import type { FlatJaxpr } from "./inline.ts";
import { hostSourceOf } from "./host-scalars.ts";
import { KernelBuilder, type KernelScope } from "./kernel-builder.ts";
import { needsMemory } from "./lower-control.ts";
import type { Control, HostSource, ParamSource } from "./program.ts";

/** A step whose values are still named by variables. */
export type LoweredGroup = LoweredKernel | LoweredControl;

interface LoweredKernel {
  readonly kind: "kernel";
  readonly kernel: Kernel;
  readonly inputs: readonly Var[];
  readonly params: readonly ParamSource[];
  readonly outputs: readonly Var[];
}

interface LoweredControl {
  readonly kind: "control";
  readonly control: Control;
  readonly operands: readonly (Var | HostSource)[];
  readonly outputs: readonly Var[];
}

/** Compiles the programs of a loop or a choice; the flags say which operands are host scalars. */
export type LowerControl = (eqn: JaxprEqn, isScalar: readonly boolean[]) => Control;

/** Lowers from the last kernel to the first, so that results nothing reads are known before they are computed. */
export function lowerGroups(
  flat: FlatJaxpr,
  plan: FusionPlan,
  scalars: ReadonlyMap<Var, number>,
  lowerControl: LowerControl,
): LoweredGroup[] {
  const order = new Map(plan.groups.map((group, position) => [group, position]));
  const needed = new Set<Var>();
  for (const atom of flat.outputs) if (atom instanceof Var) needed.add(plan.aliases.get(atom) ?? atom);
  const lowered: LoweredGroup[] = [];
  [...plan.groups].reverse().forEach((group, distance) => {
    const position = plan.groups.length - 1 - distance;
    const isReady = (variable: Var): boolean => {
      const by = plan.storedBy.get(variable);
      if (by !== undefined) return order.get(by)! < position;
      return !plan.definitions.has(variable);
    };
    const scope: KernelScope = { plan, scalarArguments: scalars, isReady };
    const result =
      group.kind === "control"
        ? lowerControlGroup(group.roots[0]!, scope, lowerControl)
        : lowerGroup(group, scope, needed);
    if (result === undefined) return;
    const read = result.kind === "kernel" ? result.inputs : result.operands;
    for (const source of read) if (source instanceof Var) needed.add(source);
    lowered.push(result);
  });
  return lowered.reverse();
}

function lowerGroup(
  group: KernelGroup,
  scope: KernelScope,
  needed: ReadonlySet<Var>,
): LoweredKernel | undefined {
  const neededRoots = group.roots.filter((eqn) => eqn.outvars.some((variable) => needed.has(variable)));
  const epilogue = group.epilogue.filter((eqn) => needed.has(eqn.outvars[0]!));
  if (neededRoots.length === 0 && epilogue.length === 0) return undefined;
  if (group.kind === "map") return lowerMap(neededRoots, scope, needed);
  if (group.kind === "routine") return lowerRoutine(group.roots[0]!, scope);
  return lowerReduce(group.roots, epilogue, scope, needed);
}

function lowerMap(roots: readonly JaxprEqn[], scope: KernelScope, needed: ReadonlySet<Var>): LoweredKernel {
  const outputs = roots.flatMap((eqn) => eqn.outvars.filter((variable) => needed.has(variable)));
  const size = outputs[0]!.aval.size;
  // One flat loop where index arithmetic allows it, else a loop over the first result's axes.
  const flat = mapOver([size], outputs, scope);
  const shape = outputs[0]!.aval.shape.filter((extent) => extent !== 1);
  const best =
    flat.builder.exprs.divisions === 0 || shape.length < 2
      ? flat
      : fewerDivisions(flat, mapOver(shape, outputs, scope));
  return assemble(best.builder, outputs, { kind: "map", shape: best.shape, values: best.values });
}

interface MapAttempt {
  readonly builder: KernelBuilder;
  readonly shape: readonly number[];
  readonly values: readonly ScalarExpr[];
}

function fewerDivisions(left: MapAttempt, right: MapAttempt): MapAttempt {
  return right.builder.exprs.divisions < left.builder.exprs.divisions ? right : left;
}

function mapOver(shape: readonly number[], outputs: readonly Var[], scope: KernelScope): MapAttempt {
  const builder = new KernelBuilder(scope);
  const b = builder.exprs;
  const axes = shape.map((extent, axis) => b.index(axis, extent));
  const position = b.flatten(axes, shape);
  const values = outputs.map((variable) => {
    const own = variable.aval.shape;
    const direct = sameExtents(own, shape) ? spread(b.int(0), own, axes) : b.unflatten(position, own);
    return builder.compute(variable, direct);
  });
  return { builder, shape, values };
}

function sameExtents(own: readonly number[], shape: readonly number[]): boolean {
  const long = own.filter((extent) => extent !== 1);
  return long.length === shape.length && long.every((extent, axis) => extent === shape[axis]);
}

/** Loop variables on the axes longer than one, zero on the others. */
function spread(zero: ScalarExpr, own: readonly number[], axes: readonly ScalarExpr[]): ScalarExpr[] {
  const rest = [...axes];
  return own.map((extent) => (extent === 1 ? zero : rest.shift()!));
}

/** A reduction over flattened axes where index arithmetic allows it, else over the axes as they are. */
function lowerReduce(
  roots: readonly JaxprEqn[],
  epilogue: readonly JaxprEqn[],
  outer: KernelScope,
  needed: ReadonlySet<Var>,
): LoweredKernel {
  const flat = reduceOver(true, roots, epilogue, outer, needed);
  if (flat.divisions === 0) return flat.group;
  const nested = reduceOver(false, roots, epilogue, outer, needed);
  return nested.divisions < flat.divisions ? nested.group : flat.group;
}

function reduceOver(
  flatten: boolean,
  roots: readonly JaxprEqn[],
  epilogue: readonly JaxprEqn[],
  outer: KernelScope,
  needed: ReadonlySet<Var>,
): { group: LoweredKernel; divisions: number } {
  const first = roots[0]!;
  const operandShape = first.invars[0]!.aval.shape;
  const reducedAxes = first.params["axes"] as readonly number[];
  const keptAxes = operandShape.map((_, axis) => axis).filter((axis) => !reducedAxes.includes(axis));
  const kept = keptAxes.map((axis) => operandShape[axis]!);
  const reduced = reducedAxes.map((axis) => operandShape[axis]!);

  const accumulators = new Map(roots.map((eqn, slot) => [eqn.outvars[0]!, slot]));
  const scope: KernelScope = { ...outer, accumulators };
  const builder = new KernelBuilder(scope);
  const b = builder.exprs;
  const flat = iterationOf(b, flatten, kept, reduced, keptAxes, reducedAxes);
  const shape = flat.kept;
  const index: ScalarExpr[] = [];
  flat.index.forEach((part, position) => {
    index[[...keptAxes, ...reducedAxes][position]!] = part;
  });
  const reductions = roots.map((eqn) => {
    const rule = eqn.primitive.lower;
    if (rule.kind !== "reduction") throw new Error("internal error: not a reduction");
    return {
      op: rule.op,
      value: builder.read(eqn.invars[0]!, index),
      dtype: eqn.outvars[0]!.aval.dtype,
    };
  });
  const own = roots.map((eqn) => eqn.outvars[0]!).filter((variable) => needed.has(variable));
  const later = epilogue.map((eqn) => eqn.outvars[0]!);
  const keptPosition = b.flatten(
    shape.map((extent, axis) => b.index(axis, extent)),
    shape,
  );
  const values = [
    ...own.map((variable) => b.accumulator(accumulators.get(variable)!, variable.aval.dtype)),
    ...later.map((variable) => builder.compute(variable, b.unflatten(keptPosition, variable.aval.shape))),
  ];
  const body = { kind: "reduce" as const, shape, reduceShape: flat.reduced, reductions, values };
  return { group: assemble(builder, [...own, ...later], body), divisions: b.divisions };
}

/** The loops of a reduction; `flatten` joins kept axes into one and reduced axes into one where they are adjacent. */
function iterationOf(
  b: KernelBuilder["exprs"],
  flatten: boolean,
  kept: readonly number[],
  reduced: readonly number[],
  keptAxes: readonly number[],
  reducedAxes: readonly number[],
): { kept: number[]; reduced: number[]; index: ScalarExpr[] } {
  const contiguous = (axes: readonly number[]): boolean =>
    flatten && axes.every((axis, position) => position === 0 || axis === axes[position - 1]! + 1);
  const keptFlat = contiguous(keptAxes) ? (kept.length === 0 ? [] : [sizeOf(kept)]) : [...kept];
  const reducedFlat = contiguous(reducedAxes) && reduced.length > 0 ? [sizeOf(reduced)] : [...reduced];
  const outer = keptFlat.map((extent, axis) => b.index(axis, extent));
  const inner = reducedFlat.map((extent, axis) => b.index(keptFlat.length + axis, extent));
  return {
    kept: keptFlat,
    reduced: reducedFlat,
    index: [
      ...b.unflatten(b.flatten(outer, keptFlat), kept),
      ...b.unflatten(b.flatten(inner, reducedFlat), reduced),
    ],
  };
}

function lowerControlGroup(eqn: JaxprEqn, scope: KernelScope, lowerControl: LowerControl): LoweredControl {
  const inMemory = needsMemory(eqn);
  const operands = eqn.invars.map((atom, position): Var | HostSource => {
    const known =
      inMemory[position] === true && atom instanceof Var && !scope.scalarArguments.has(atom)
        ? undefined
        : hostSourceOf(atom, scope.plan.definitions, scope.scalarArguments);
    return known ?? scope.plan.aliases.get(atom) ?? atom;
  });
  const control = lowerControl(
    eqn,
    operands.map((operand) => !(operand instanceof Var)),
  );
  return { kind: "control", control, operands, outputs: eqn.outvars };
}

function lowerRoutine(eqn: JaxprEqn, scope: KernelScope): LoweredKernel {
  const rule = eqn.primitive.lower;
  if (rule.kind !== "routine") throw new Error("internal error: not a routine");
  const builder = new KernelBuilder(scope);
  const operands = eqn.invars.map((atom) => builder.operand(atom));
  const body = rule.body(
    builder.exprs,
    operands,
    eqn.params,
    eqn.outvars.map((variable) => variable.aval),
  );
  return assemble(builder, eqn.outvars, body);
}

type KernelBody = Kernel extends infer K
  ? K extends Kernel
    ? Omit<K, "inputs" | "params" | "outputs">
    : never
  : never;

function assemble(builder: KernelBuilder, outputs: readonly Var[], body: KernelBody): LoweredKernel {
  const kernel = {
    ...body,
    inputs: builder.inputs.map((variable) => variable.aval.dtype),
    params: builder.params,
    outputs: outputs.map((variable): DType => variable.aval.dtype),
  } as Kernel;
  return { kind: "kernel", kernel, inputs: builder.inputs, params: builder.paramSources, outputs };
}
