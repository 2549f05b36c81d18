import type { ShapedArray } from "../core/aval.ts";
import type { DType, HostScalar } from "../core/dtype.ts";
import type { Kernel } from "../kernel/kernel.ts";

/** Where a kernel's scalar parameter comes from. */
export type ParamSource =
  | { readonly kind: "literal"; readonly value: HostScalar }
  | { readonly kind: "argument"; readonly position: number };

/** A scalar that the host knows when the program runs. */
export type HostSource =
  | ParamSource
  | {
      readonly kind: "computed";
      readonly operands: readonly HostSource[];
      readonly compute: (values: readonly HostScalar[]) => HostScalar;
    };

/** The value of a host scalar; `argument` gives that of an argument. */
export function hostValue(source: HostSource, argument: (position: number) => HostScalar): HostScalar {
  switch (source.kind) {
    case "literal":
      return source.value;
    case "argument":
      return argument(source.position);
    case "computed":
      return source.compute(source.operands.map((operand) => hostValue(operand, argument)));
  }
}

/** What a program run by another is given: the memory of a value, or a host scalar. */
export type OperandSource = { readonly kind: "value"; readonly value: number } | HostSource;

/** Values are numbered: arguments first, then what steps produce. */
export type Step = KernelStep | ControlStep;

interface StepBase {
  readonly outputs: readonly number[];
  /** Values that no later step and no result needs: their memory is free for the next steps. */
  readonly release: readonly number[];
}

/** One kernel run. */
export interface KernelStep extends StepBase {
  readonly kind: "kernel";
  readonly kernel: Kernel;
  readonly inputs: readonly number[];
  readonly params: readonly ParamSource[];
}

/** Programs run from the host, as often as a loop turns. */
export interface ControlStep extends StepBase {
  readonly kind: "control";
  readonly control: Control;
  readonly operands: readonly OperandSource[];
}

/** Programs of a loop or a choice. No result of theirs is an argument, or another result: each has memory of its own. */
export type Control = WhileControl | ScanControl | CondControl;

/** Operands: constants of the condition, constants of the body, carry. */
export interface WhileControl {
  readonly form: "while";
  readonly condConsts: number;
  readonly bodyConsts: number;
  /** (constants, carry) to one bool. */
  readonly cond: Program;
  /** (constants, carry) to the next carry. */
  readonly body: Program;
  /** Set when the loop counts from operand `first` up to a limit: then the turns are known at the start. */
  readonly counted?: { readonly first: number; readonly limit: CountLimit };
}

/** A constant of the condition, by its position among the operands, or a number. */
export type CountLimit =
  | { readonly kind: "literal"; readonly value: HostScalar }
  | { readonly kind: "operand"; readonly position: number };

/** Operands: constants, carry, stacked inputs. Outputs: last carry, stacked results. */
export interface ScanControl {
  readonly form: "scan";
  readonly length: number;
  readonly reverse: boolean;
  readonly consts: number;
  readonly carry: number;
  /** (position as a host scalar, constants, carry, stacked inputs) to (next carry, elements of the stacked results). */
  readonly body: Program;
}

/** Operands: index, then the arguments of every branch. */
export interface CondControl {
  readonly form: "cond";
  readonly branches: readonly Program[];
}

/** A compiled Jaxpr, independent of the backend. */
export interface Program {
  /** Whether argument k is a host scalar (a kernel parameter) rather than a buffer. */
  readonly scalarArguments: readonly boolean[];
  /** dtype and element count of every value; for arguments too. */
  readonly values: readonly { readonly dtype: DType; readonly length: number }[];
  /** The dtypes of all values, of the programs inside too. */
  readonly dtypes: ReadonlySet<DType>;
  readonly steps: readonly Step[];
  readonly results: readonly { readonly value: number; readonly aval: ShapedArray }[];
}

/** The programs a control step runs. */
export function programsOf(control: Control): readonly Program[] {
  switch (control.form) {
    case "while":
      return [control.cond, control.body];
    case "scan":
      return [control.body];
    case "cond":
      return control.branches;
  }
}
