import type { DType } from "../../../core/dtype.ts";
import { topologicalOrder, type ScalarExpr } from "../../../kernel/scalar-expr.ts";
import type { ArgumentLayout } from "./argument-layout.ts";
import {
  i32,
  i32x4,
  lane,
  load,
  op,
  type Expr,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from "./assembler.ts";
import { depthsOf, Strides, type Depth } from "./index-analysis.ts";
import {
  constantLanes,
  loadContiguous,
  loadGathered,
  loadSplat,
  sizeShift,
  zeroVector,
  type Lanes,
} from "./lanes.ts";
import { scalarOperation } from "./scalar-operations.ts";
import { threefryFunction } from "./threefry.ts";
import { vectorOperation, type Target } from "./vector-operations.ts";

export interface VectorBodyOptions {
  readonly module: ModuleBuilder;
  readonly f: FunctionBuilder;
  /** Address of the argument block. */
  readonly args: Local;
  readonly layout: ArgumentLayout;
  readonly inputs: readonly DType[];
  readonly params: readonly DType[];
  readonly roots: readonly ScalarExpr[];
  /** The axis whose neighbours stand in the lanes. */
  readonly vectorAxis: number;
  /** Its extent when that is below four: lanes beyond repeat the last point. */
  readonly narrowExtent?: number;
  /** Values that stand ready at every point. */
  readonly ready?: ReadonlyMap<ScalarExpr, Lanes>;
}

/**
 * Evaluates expressions at four neighbouring points along one axis. Each value is computed as far out as it can be: what
 * depends on parameters alone in `prologue`, what does not depend on the vector axis in `enterRow`, the rest in
 * `enterPoint`; the three are called in that order, each within the scope of the one before, and may be written once each.
 */
export class VectorBody implements Target {
  readonly module: ModuleBuilder;
  readonly f: FunctionBuilder;
  readonly #options: VectorBodyOptions;
  readonly #order: readonly ScalarExpr[];
  readonly #depths: ReadonlyMap<ScalarExpr, Depth>;
  readonly #strides: Strides;
  /** Nodes needed as four lanes, and as the int32 they have at the first of the four points. */
  readonly #asLanes = new Set<ScalarExpr>();
  readonly #asScalar = new Set<ScalarExpr>();
  readonly #lanes = new Map<ScalarExpr, Lanes>();
  readonly #scalars = new Map<ScalarExpr, Expr>();
  readonly #secondWords = new Map<ScalarExpr, Lanes>();
  readonly #buffers = new Map<number, Local>();
  #axes: ReadonlyMap<number, Local> = new Map();
  #start: Expr = i32(0);

  constructor(options: VectorBodyOptions) {
    this.#options = options;
    this.module = options.module;
    this.f = options.f;
    const ready = options.ready ?? new Map<ScalarExpr, Lanes>();
    this.#order = topologicalOrder(options.roots);
    this.#depths = depthsOf(options.roots, options.vectorAxis, ready);
    this.#strides = new Strides(options.vectorAxis, this.#depths);
    for (const [node, lanes] of ready) this.#lanes.set(node, lanes);
    for (const root of options.roots) this.#asLanes.add(root);
    for (const node of [...this.#order].reverse()) this.#demand(node);
  }

  /** Emits what is the same at all points. */
  prologue(): void {
    const buffers = new Set(this.#order.flatMap((node) => (node.op === "load" ? [node.buffer] : [])));
    for (const k of buffers) {
      const address = load("i32.load", this.#options.args, this.#options.layout.input(k));
      this.#buffers.set(k, this.f.let(address));
    }
    this.#emit(0);
  }

  /** Emits what is the same along the vector axis; `axes` holds the coordinates along the others. */
  enterRow(axes: ReadonlyMap<number, Local>): void {
    this.#axes = axes;
    this.#emit(1);
  }

  /** Emits the rest, for the points from `start` on. */
  enterPoint(start: Local): void {
    this.#start = start;
    this.#emit(2);
  }

  /** The value of a root, where the points it depends on have been entered. */
  lanes(root: ScalarExpr): Lanes {
    return this.#lanes.get(root)!;
  }

  isUniform(node: ScalarExpr): boolean {
    return this.#depths.get(node) === 0;
  }

  /** Which form its operands are needed in, given that of `node`; users come before their operands. */
  #demand(node: ScalarExpr): void {
    if (this.#asScalar.has(node) && !this.#isScalar(node)) this.#asLanes.add(node);
    if (this.#options.ready?.has(node)) return;
    if (this.#asScalar.has(node) && this.#isScalar(node)) {
      for (const arg of node.args) this.#asScalar.add(arg);
    }
    if (!this.#asLanes.has(node)) return;
    if (node.op === "load" && this.#stride(node) !== undefined) this.#asScalar.add(node.args[0]!);
    else for (const arg of node.args) this.#asLanes.add(arg);
  }

  /** Distance in memory between the elements of neighbouring points; undefined where it varies. */
  #stride(node: ScalarExpr): number | undefined {
    const stride = this.#strides.of(node.args[0]!);
    return this.#options.narrowExtent === undefined || stride === 0 ? stride : undefined;
  }

  #isScalar(node: ScalarExpr): boolean {
    if (node.op === "index") return true;
    if (node.op === "const" || node.op === "param") {
      return node.dtype === "int32" || node.dtype === "uint32" || node.dtype === "bool";
    }
    return scalarOperation(node, []) !== undefined;
  }

  #emit(depth: Depth): void {
    for (const node of this.#order) {
      if (this.#depths.get(node) !== depth || this.#options.ready?.has(node)) continue;
      if (this.#asLanes.has(node)) this.#lanes.set(node, this.#held(this.#vector(node)));
      if (this.#asScalar.has(node)) this.#scalars.set(node, this.#heldScalar(this.#scalar(node)));
    }
  }

  /** Kept in locals: constants too, which cost several instructions each time they are made. */
  #held(lanes: Lanes): Lanes {
    const [low, high] = lanes;
    if (high === undefined) return [isLocal(low!) ? low : this.f.let(low!)];
    if (low === high) {
      const both = this.f.let(low);
      return [both, both];
    }
    return lanes.map((half) => (isLocal(half) ? half : this.f.let(half)));
  }

  #heldScalar(value: Expr): Expr {
    return isLocal(value) || isConstant(value) ? value : this.f.let(value);
  }

  #vector(node: ScalarExpr): Lanes {
    const { dtype } = node;
    switch (node.op) {
      case "const":
        return constantLanes(dtype, node.value);
      case "param": {
        const address = op("i32.add", this.#options.args, i32(this.#options.layout.param(node.slot)));
        if (dtype !== "bool") return loadSplat(dtype, address);
        return [op("i32x4.ne", load("v128.load32_splat", address), zeroVector)];
      }
      case "index":
        return [this.#indexLanes(node.axis)];
      case "load":
        return this.#load(node);
      case "accumulator":
        throw new TypeError("an accumulator outside the epilogue of a reduction");
      case "threefry": {
        const words = this.f.callMulti(
          threefryFunction(this.module),
          ...node.args.map((arg) => this.#of(arg)[0]!),
        );
        this.#secondWords.set(node, [words[1]!]);
        return [words[0]!];
      }
      case "threefrySecond":
        return this.#secondWords.get(node.args[0]!)!;
      default:
        return vectorOperation(
          this,
          node,
          node.args.map((arg) => this.#of(arg)),
        );
    }
  }

  #of(node: ScalarExpr): Lanes {
    return this.#lanes.get(node)!;
  }

  #indexLanes(axis: number): Expr {
    const { vectorAxis, narrowExtent } = this.#options;
    if (axis !== vectorAxis) return op("i32x4.splat", this.#axes.get(axis)!);
    const lanes = op("i32x4.add", op("i32x4.splat", this.#start), i32x4(0, 1, 2, 3));
    return narrowExtent === undefined ? lanes : op("i32x4.min_s", lanes, i32x4(narrowExtent - 1));
  }

  #scalar(node: ScalarExpr): Expr {
    switch (node.op) {
      case "const":
        if (this.#isScalar(node)) return i32(Number(node.value));
        break;
      case "param":
        if (!this.#isScalar(node)) break;
        return load("i32.load", this.#options.args, this.#options.layout.param(node.slot));
      case "index":
        return node.axis === this.#options.vectorAxis ? this.#start : this.#axes.get(node.axis)!;
      default: {
        const value = scalarOperation(
          node,
          this.#isScalar(node) ? node.args.map((arg) => this.#scalars.get(arg)!) : [],
        );
        if (value !== undefined && this.#isScalar(node)) return value;
      }
    }
    const first = lane("i32x4.extract_lane", 0, this.#lanes.get(node)![0]!);
    return node.dtype === "bool" ? op("i32.and", first, i32(1)) : first;
  }

  #load(node: ScalarExpr & { readonly op: "load" }): Lanes {
    const { dtype } = node;
    const shift = sizeShift(dtype);
    const base = this.#buffers.get(node.buffer)!;
    const at = (index: Expr): Expr =>
      op("i32.add", base, shift === 0 ? index : op("i32.shl", index, i32(shift)));
    const stride = this.#stride(node);
    if (stride === undefined) {
      const index = this.#of(node.args[0]!)[0]!;
      return loadGathered(
        dtype,
        [0, 1, 2, 3].map((k) => at(lane("i32x4.extract_lane", k, index))),
      );
    }
    const first = at(this.#scalars.get(node.args[0]!)!);
    if (stride === 0) return loadSplat(dtype, first);
    if (stride === 1) {
      const address = dtype === "float64" || dtype === "int64" ? this.f.let(first) : first;
      return loadContiguous(dtype, address);
    }
    const address = this.f.let(first);
    return loadGathered(
      dtype,
      [0, 1, 2, 3].map((k) => (k === 0 ? address : op("i32.add", address, i32((k * stride) << shift)))),
    );
  }
}

function isLocal(expr: Expr): expr is Local {
  return "index" in expr;
}

function isConstant({ type, code }: Expr): boolean {
  return type === "i32" && Array.isArray(code) && code[0] === 0x41;
}
