import type { DeviceBuffer } from "../backend/backend.ts";
import type { HostScalar } from "../core/dtype.ts";
import type { CondControl, Control, Program, ScanControl, WhileControl } from "../lowering/program.ts";
import type { BoundProgram } from "./bound-program.ts";
import type { Workspace } from "./workspace.ts";

/** Memory, or a host scalar given with each run. */
export type BoundOperand = DeviceBuffer | "scalar";

/** A loop or a choice bound to its memory. */
export interface BoundControl {
  /** `scalars[k]` is the value of operand k where that is a host scalar. */
  run(scalars: readonly HostScalar[]): void;
  release(): void;
}

/** How programs are bound; handed in because programs contain loops in turn. */
type Bind = new (
  program: Program,
  inputs: readonly (DeviceBuffer | undefined)[],
  results: readonly DeviceBuffer[],
  workspace: Workspace,
) => BoundProgram;

/** Binds a control step to its operands and to memory for its results. */
export function bindControl(
  control: Control,
  operands: readonly BoundOperand[],
  outputs: readonly DeviceBuffer[],
  workspace: Workspace,
  bind: Bind,
): BoundControl {
  switch (control.form) {
    case "scan":
      return new BoundScan(control, operands, outputs, workspace, bind);
    case "while":
      return new BoundWhile(control, operands, outputs, workspace, bind);
    case "cond":
      return new BoundCond(control, operands, outputs, workspace, bind);
  }
}

/** Where the carry of a loop lies: what it starts from, the loop's results, and as much memory once more. */
type Place = 0 | 1 | 2;
const start: Place = 0;
const results: Place = 1;
const spare: Place = 2;

function memoryOf(operand: BoundOperand): DeviceBuffer | undefined {
  return operand === "scalar" ? undefined : operand;
}

/** The three places of a carry. */
class CarryMemory {
  readonly #start: readonly DeviceBuffer[];
  readonly #results: readonly DeviceBuffer[];
  readonly #workspace: Workspace;

  constructor(from: readonly BoundOperand[], to: readonly DeviceBuffer[], workspace: Workspace) {
    this.#start = from.map((operand) => {
      if (operand === "scalar") throw new Error("internal error: a loop starts from a host scalar");
      return operand;
    });
    this.#results = to;
    this.#workspace = workspace;
  }

  at(place: Place): readonly DeviceBuffer[] {
    if (place === start) return this.#start;
    if (place === results) return this.#results;
    return this.#results.map(({ dtype, length }, k) =>
      this.#workspace.buffer(`spare ${String(k)}`, dtype, length),
    );
  }

  /** Ends the loop with its carry in `place`. */
  finish(place: Place): void {
    if (place === results) return;
    this.at(place).forEach((buffer, k) => {
      buffer.backend.copy(buffer, this.#results[k]!, 0);
    });
  }
}

/** Bindings of one body by where its carry comes from and goes to. */
class Bindings {
  readonly #bound: (BoundProgram | undefined)[] = [];
  readonly #make: (from: Place, to: Place) => BoundProgram;

  constructor(make: (from: Place, to: Place) => BoundProgram) {
    this.#make = make;
  }

  of(from: Place, to: Place): BoundProgram {
    return (this.#bound[3 * from + to] ??= this.#make(from, to));
  }

  release(): void {
    for (const bound of this.#bound) bound?.release();
  }
}

class BoundScan implements BoundControl {
  readonly #control: ScanControl;
  readonly #carry: CarryMemory;
  readonly #bindings: Bindings;
  /** Elements of the stacked results, and where they are gathered. */
  readonly #elements: readonly DeviceBuffer[];
  readonly #stacked: readonly DeviceBuffer[];

  constructor(
    control: ScanControl,
    operands: readonly BoundOperand[],
    outputs: readonly DeviceBuffer[],
    workspace: Workspace,
    bind: Bind,
  ) {
    this.#control = control;
    const { body, consts, carry, length } = control;
    const inits = operands.slice(consts, consts + carry);
    this.#carry = new CarryMemory(inits, outputs.slice(0, carry), workspace);
    this.#stacked = outputs.slice(carry);
    this.#elements = this.#stacked.map((stack, k) => {
      const element = body.results[carry + k]!.aval;
      // The only element is the stack.
      return length === 1 ? stack : workspace.buffer(`element ${String(k)}`, element.dtype, element.size);
    });
    const memory = operands.map(memoryOf);
    this.#bindings = new Bindings((from, to) => {
      const inputs = [
        undefined,
        ...memory.slice(0, consts),
        ...this.#carry.at(from),
        ...memory.slice(consts + carry),
      ];
      return new bind(body, inputs, [...this.#carry.at(to), ...this.#elements], workspace.part("body"));
    });
  }

  run(scalars: readonly HostScalar[]): void {
    const { length, reverse } = this.#control;
    const given: HostScalar[] = [0, ...scalars];
    let from: Place = start;
    for (let turn = 0; turn < length; turn++) {
      // The last turn writes the results.
      const to: Place = (length - turn) % 2 === 1 ? results : spare;
      const position = reverse ? length - 1 - turn : turn;
      given[0] = position;
      this.#bindings.of(from, to).run(given);
      if (length > 1) this.#gather(position);
      from = to;
    }
    this.#carry.finish(from);
  }

  #gather(position: number): void {
    for (let k = 0; k < this.#elements.length; k++) {
      const element = this.#elements[k]!;
      element.backend.copy(element, this.#stacked[k]!, position * element.length);
    }
  }

  release(): void {
    this.#bindings.release();
  }
}

class BoundWhile implements BoundControl {
  readonly #control: WhileControl;
  readonly #operands: readonly BoundOperand[];
  readonly #carry: CarryMemory;
  readonly #conditions: Bindings;
  readonly #bodies: Bindings;
  readonly #workspace: Workspace;

  constructor(
    control: WhileControl,
    operands: readonly BoundOperand[],
    outputs: readonly DeviceBuffer[],
    workspace: Workspace,
    bind: Bind,
  ) {
    this.#control = control;
    this.#operands = operands;
    this.#workspace = workspace;
    const { cond, body, condConsts, bodyConsts } = control;
    const consts = condConsts + bodyConsts;
    this.#carry = new CarryMemory(operands.slice(consts, consts + outputs.length), outputs, workspace);
    const memory = operands.map(memoryOf);
    this.#conditions = new Bindings((at) => {
      const inputs = [...memory.slice(0, condConsts), ...this.#carry.at(at)];
      return new bind(cond, inputs, [this.#predicate], workspace.part("condition"));
    });
    this.#bodies = new Bindings((from, to) => {
      const inputs = [...memory.slice(condConsts, consts), ...this.#carry.at(from)];
      return new bind(body, inputs, this.#carry.at(to), workspace.part("body"));
    });
  }

  get #predicate(): DeviceBuffer {
    return this.#workspace.buffer("predicate", "bool", 1);
  }

  run(scalars: readonly HostScalar[]): void {
    const { condConsts, bodyConsts } = this.#control;
    const forCondition = scalars.slice(0, condConsts);
    const forBody = scalars.slice(condConsts, condConsts + bodyConsts);
    const turns = this.#turns(scalars);
    let at: Place = start;
    for (let turn = 0; ; turn++) {
      const goesOn: boolean = turns === undefined ? this.#test(at, forCondition) : turn < turns;
      if (!goesOn) break;
      const to: Place = at === results ? spare : results;
      this.#bodies.of(at, to).run(forBody);
      at = to;
    }
    this.#carry.finish(at);
  }

  #test(at: Place, scalars: readonly HostScalar[]): boolean {
    this.#conditions.of(at, at).run(scalars);
    return readScalar(this.#predicate) !== 0;
  }

  /** How often a counting loop turns. */
  #turns(scalars: readonly HostScalar[]): number | undefined {
    const { counted } = this.#control;
    if (counted === undefined) return undefined;
    const { first, limit } = counted;
    const last = limit.kind === "literal" ? limit.value : this.#operand(limit.position, scalars);
    return Number(last) - Number(this.#operand(first, scalars));
  }

  #operand(position: number, scalars: readonly HostScalar[]): HostScalar {
    const operand = this.#operands[position]!;
    return operand === "scalar" ? scalars[position]! : readScalar(operand);
  }

  release(): void {
    this.#conditions.release();
    this.#bodies.release();
  }
}

class BoundCond implements BoundControl {
  readonly #index: BoundOperand;
  readonly #branches: (() => BoundProgram)[];
  readonly #bound = new Map<number, BoundProgram>();

  constructor(
    control: CondControl,
    operands: readonly BoundOperand[],
    outputs: readonly DeviceBuffer[],
    workspace: Workspace,
    bind: Bind,
  ) {
    this.#index = operands[0]!;
    const inputs = operands.slice(1).map(memoryOf);
    this.#branches = control.branches.map(
      (branch, k) => () => new bind(branch, inputs, outputs, workspace.part(`branch ${String(k)}`)),
    );
  }

  run(scalars: readonly HostScalar[]): void {
    const index = Number(this.#index === "scalar" ? scalars[0]! : readScalar(this.#index));
    const chosen = Math.max(0, Math.min(this.#branches.length - 1, index));
    let bound = this.#bound.get(chosen);
    if (bound === undefined) {
      bound = this.#branches[chosen]!();
      this.#bound.set(chosen, bound);
    }
    bound.run(scalars.slice(1));
  }

  release(): void {
    for (const bound of this.#bound.values()) bound.release();
  }
}

/** The one element of a condition, a bound or an index. */
function readScalar(buffer: DeviceBuffer): number | bigint {
  const { backend } = buffer;
  if (!backend.description.synchronousReads) {
    throw new Error(
      "a loop or a branch depends on a value that only the device knows, and this device cannot be read " +
        "synchronously here: use lax.fori_loop or lax.scan with a static number of steps, or jnp.where",
    );
  }
  return backend.readSync(buffer, 0, 1)[0]!;
}
