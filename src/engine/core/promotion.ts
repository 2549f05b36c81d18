import { config } from "./config.ts";
import type { DType } from "./dtype.ts";

/**
 * JAX's type lattice: each type with the next larger ones. b1 is bool; u, i, f, c with bytes are unsigned, signed,
 * floating and complex; bf is bfloat16; `*` marks a weak type, that of a Python scalar. Types the engine has no arrays
 * of are here because the join of two that it has may be read off only in the whole lattice.
 */
const successors = {
  b1: ["i*"],
  u1: ["i2", "u2"],
  u2: ["i4", "u4"],
  u4: ["i8", "u8"],
  u8: ["f*"],
  "i*": ["u1", "i1"],
  i1: ["i2"],
  i2: ["i4"],
  i4: ["i8"],
  i8: ["f*"],
  "f*": ["bf", "f2", "c*"],
  bf: ["f4"],
  f2: ["f4"],
  f4: ["f8", "c8"],
  f8: ["c16"],
  "c*": ["c8"],
  c8: ["c16"],
  c16: [],
} as const satisfies Record<string, readonly string[]>;

export type LatticeType = keyof typeof successors;

export const latticeTypes = Object.keys(successors) as readonly LatticeType[];

function upperBounds(type: LatticeType): ReadonlySet<LatticeType> {
  const bounds = new Set<LatticeType>([type]);
  for (const bound of bounds) {
    for (const next of successors[bound]) bounds.add(next);
  }
  return bounds;
}

const boundsOf = new Map(latticeTypes.map((type) => [type, upperBounds(type)]));

/** The least type that both go up to. */
export function latticeJoin(left: LatticeType, right: LatticeType): LatticeType {
  const common = [...boundsOf.get(left)!].filter((type) => boundsOf.get(right)!.has(type));
  const least = common.find((type) => common.every((other) => boundsOf.get(type)!.has(other)));
  if (least === undefined) throw new TypeError(`No join of ${left} and ${right}`);
  return least;
}

/** A dtype with or without the weakness of a Python scalar. */
export interface PromotionType {
  readonly dtype: DType;
  readonly weakType: boolean;
}

const strongTypes: Readonly<Record<DType, LatticeType>> = {
  bool: "b1",
  int32: "i4",
  uint32: "u4",
  int64: "i8",
  float32: "f4",
  float64: "f8",
};

function latticeTypeOf({ dtype, weakType }: PromotionType): LatticeType {
  if (!weakType || dtype === "bool") return strongTypes[dtype];
  return dtype === "float32" || dtype === "float64" ? "f*" : "i*";
}

function dtypeOf(type: LatticeType): DType {
  switch (type) {
    case "b1":
      return "bool";
    case "i4":
      return "int32";
    case "u4":
      return "uint32";
    case "i8":
    case "i*":
      return "int64";
    case "f4":
      return "float32";
    case "f8":
    case "f*":
      return "float64";
    default:
      throw new TypeError(`internal error: no dtype for ${type}`);
  }
}

/** The dtype that stands for `dtype` under the present configuration: 64-bit types exist with x64 on only. */
export function canonicalizeDType(dtype: DType): DType {
  if (config.jax_enable_x64) return dtype;
  if (dtype === "int64") return "int32";
  return dtype === "float64" ? "float32" : dtype;
}

/** The default float: float32, or float64 with x64 on. */
export function defaultFloat(): DType {
  return canonicalizeDType("float64");
}

/** The default integer: int32, or int64 with x64 on. */
export function defaultInt(): DType {
  return canonicalizeDType("int64");
}

/** The type operands are brought to before they are combined. Throws TypeError when there are none. */
export function promoteTypes(types: readonly PromotionType[]): PromotionType {
  const [first] = types;
  if (first === undefined) throw new TypeError("at least one array or dtype is required");
  if (types.every((type) => type.dtype === first.dtype)) {
    return { dtype: first.dtype, weakType: types.every((type) => type.weakType) && first.dtype !== "bool" };
  }
  // Among weak types alone the widths still count: the join is taken as if they were strong.
  const allWeak = types.every((type) => type.weakType);
  const joined = types
    .map((type) => (allWeak ? strongTypes[type.dtype] : latticeTypeOf(type)))
    .reduce(latticeJoin);
  const weakType = allWeak || joined === "i*" || joined === "f*";
  return { dtype: canonicalizeDType(dtypeOf(joined)), weakType };
}
