import { ValueError, type DType } from "../engine-door.ts";
import { astype, jointDType, operandOf, type Operand } from "./as-array.ts";
import { broadcastShapes, stretchLayout } from "./broadcast.ts";
import { allocate, canCastSameKind, isFloat, toElement, type Elements } from "./dtype.ts";
import { NdArray, scalarIfRank0 } from "./ndarray.ts";
import { shapeText, sizeOf } from "./strided.ts";

/** One elementwise function: how it computes on numbers, and on the bigints of int64 where that differs. */
export interface Ufunc {
  readonly name: string;
  /** The dtype computed in, from the dtype that the operands have together; throws where there is none. */
  readonly compute: (joint: DType) => DType;
  /** The dtype of the result, when it is not the one computed in. */
  readonly result?: DType;
  readonly onNumbers: (...args: number[]) => number;
  readonly onBigints?: (...args: bigint[]) => bigint | boolean;
  readonly onInt32?: (...args: number[]) => number;
}

export const inJoint = (joint: DType): DType => joint;
/** Whole numbers and booleans become float64. */
export const inFloat = (joint: DType): DType => (isFloat(joint) ? joint : "float64");

/** Applies a ufunc. With `out`, the results go there, as `a += b` has it. */
export function apply(ufunc: Ufunc, args: readonly unknown[], out?: NdArray): NdArray {
  const operands = args.map(operandOf);
  const dtype = ufunc.compute(jointDType(operands));
  const shape = broadcastShapes(operands.map(({ array }) => array.shape));
  const result = ufunc.result ?? dtype;
  if (out !== undefined) checkOutput(ufunc, out, shape, result);
  const memory = run(ufunc, operands, dtype, shape, result);
  if (out === undefined) return scalarIfRank0(NdArray.of(memory, result, shape));
  out.write((position) => toElement(memory[position]!, out.dtype));
  return out;
}

function checkOutput(ufunc: Ufunc, out: NdArray, shape: readonly number[], result: DType): void {
  if (shapeText(out.shape) !== shapeText(shape)) {
    const [own, wanted] = [out.shape, shape].map((each) => shapeText(each).replaceAll(", ", ","));
    throw new ValueError(
      `non-broadcastable output operand with shape ${own!} doesn't match the broadcast shape ${wanted!}`,
    );
  }
  if (!canCastSameKind(result, out.dtype)) {
    throw new UFuncTypeError(
      `Cannot cast ufunc '${ufunc.name}' output from dtype('${result}') to dtype('${out.dtype}') ` +
        "with casting rule 'same_kind'",
    );
  }
}

class UFuncTypeError extends TypeError {
  override readonly name = "UFuncTypeError";
}

/** The operand's elements in the dtype computed in, and how far apart they are: 0 for a scalar. */
function inputOf(
  { array }: Operand,
  dtype: DType,
  shape: readonly number[],
): { data: Elements; step: 0 | 1 } {
  const converted = astype(array, dtype, false);
  if (converted.size === 1) return { data: converted.elements(), step: 0 };
  const same = shapeText(converted.shape) === shapeText(shape);
  const full = same ? converted : converted.view(stretchLayout(converted, shape));
  return { data: full.elements(), step: 1 };
}

function run(
  ufunc: Ufunc,
  operands: readonly Operand[],
  dtype: DType,
  shape: readonly number[],
  result: DType,
): Elements {
  const size = sizeOf(shape);
  const memory = allocate(result, size);
  const [a, b] = operands.map((operand) => inputOf(operand, dtype, shape));
  if (a === undefined) return memory;
  const compute = kernelOf(ufunc, dtype, result);
  for (let i = 0; i < size; i++)
    memory[i] = compute(a.data[i * a.step]!, b === undefined ? 0 : b.data[i * b.step]!);
  return memory;
}

type Kernel = (a: number | bigint, b: number | bigint) => number | bigint;

function kernelOf(ufunc: Ufunc, dtype: DType, result: DType): Kernel {
  const { onNumbers, onBigints, onInt32 } = ufunc;
  if (dtype === "int64" && onBigints !== undefined) {
    const f = onBigints;
    if (result === "bool") return (a, b) => Number(f(a as bigint, b as bigint));
    return (a, b) => f(a as bigint, b as bigint) as bigint;
  }
  if (dtype === "int64") return (a, b) => toElement(onNumbers(Number(a), Number(b)), result);
  const f = (dtype === "int32" || dtype === "uint32" ? onInt32 : undefined) ?? onNumbers;
  if (result === "bool") return (a, b) => Number(Boolean(f(a as number, b as number)));
  return (a, b) => f(a as number, b as number);
}
