import { f64, i32, i32x4, lane, op, type Expr, type FunctionRef, type ModuleBuilder } from "../assembler.ts";
import { demote, promote } from "../lanes.ts";
import { and, choose, or, vectorFunction, type Place } from "./arithmetic.ts";
import {
  doubles,
  singles,
  type Checked,
  type DoubleDefinition,
  type SingleDefinition,
} from "./definitions.ts";
import { simplePowers } from "./power.ts";

/** Operations on floats that are functions of the module they are used in. */
export type ElementaryOp = keyof typeof doubles;

export function isElementaryOp(op: string): op is ElementaryOp {
  return Object.hasOwn(doubles, op);
}

export interface PowerOptions {
  /** The exponent of `pow`, where it is known. */
  readonly exponent?: number | undefined;
  /** All lanes of the exponent of `pow`, in all calls, are likely to be the same number. */
  readonly uniformExponent?: boolean | undefined;
}

/**
 * The function of an operation on vectors, defined once in a module: (v128 of 4 lanes) -> v128 for float32, (v128 of 2
 * lanes) -> v128 for float64; `pow` and `atan2` take two vectors.
 */
export function elementaryFunction(
  module: ModuleBuilder,
  operation: ElementaryOp,
  dtype: "float32" | "float64",
  options: PowerOptions = {},
): FunctionRef {
  if (operation === "pow") {
    if (options.exponent !== undefined && simplePowers.has(options.exponent)) {
      return simplePower(module, dtype, options.exponent);
    }
    if (options.uniformExponent === true) return powerOfUniform(module, dtype);
  }
  return defined(module, operation, dtype);
}

/**
 * As `elementaryFunction` in float64, on four points in two vectors each: (x, x' [, y, y']) -> (v128, v128). Constants
 * are loaded and rare lanes looked for once, and there are two chains of dependent instructions instead of one.
 */
export function elementaryPair(module: ModuleBuilder, operation: ElementaryOp): FunctionRef {
  const params = new Array<"v128">(2 * arity(operation)).fill("v128");
  return module.shared(`${operation} float64 pair`, params, ["v128", "v128"], (f, ...halves) => {
    const args = [halves.slice(0, 2), halves.slice(2)].slice(0, arity(operation));
    return emitDoubles({ module, f }, operation, args);
  });
}

const arity = (operation: ElementaryOp): number => (operation === "pow" || operation === "atan2" ? 2 : 1);

function defined(module: ModuleBuilder, operation: ElementaryOp, dtype: "float32" | "float64"): FunctionRef {
  return vectorFunction(
    module,
    `${operation} ${dtype}`,
    (place, ...args) => emitElementary(place, operation, dtype, args),
    arity(operation),
  );
}

/** The code of the operation where it is used; the arguments are locals or constants. */
export function emitElementary(
  place: Place,
  operation: ElementaryOp,
  dtype: "float32" | "float64",
  args: readonly Expr[],
): Expr {
  return dtype === "float32"
    ? emitSingle(place, operation, args)
    : emitDoubles(
        place,
        operation,
        args.map((arg) => [arg]),
      )[0]!;
}

/** Each argument in as many vectors as there are results; lanes that need care are looked for once. */
function emitDoubles(place: Place, operation: ElementaryOp, args: readonly (readonly Expr[])[]): Expr[] {
  const { f } = place;
  const { main, rare }: DoubleDefinition = doubles[operation];
  const inputs = args[0]!.map((_, k) => args.map((halves) => halves[k]!));
  const results = inputs.map((each) => main(place, ...each));
  if (rare === undefined) return results as Expr[];
  const checked = (results as Checked[]).map(({ value, isRight }) => ({
    value: f.let(value),
    isRight: f.let(isRight),
  }));
  const all = checked.map(({ isRight }): Expr => isRight).reduce(and);
  f.if(op("i32.ne", op("i64x2.bitmask", all), i32(3)), () => {
    const slow = vectorFunction(place.module, `${operation} rare`, rare, args.length);
    checked.forEach(({ value, isRight }, k) => {
      f.set(value, choose(isRight, value, f.call(slow, ...inputs[k]!)));
    });
  });
  return checked.map(({ value }) => value);
}

function emitSingle(place: Place, operation: ElementaryOp, args: readonly Expr[]): Expr {
  const { f, module } = place;
  const definition = singles[operation];
  if (definition === undefined) return throughDoubles(place, operation, args);
  const found = f.let(valueOfSingle(place, definition, args));
  if (definition.isOdd === true) {
    f.set(found, or(found, and(args[0]!, i32x4(-(2 ** 31)))));
  }
  if (definition.isRight !== undefined) {
    const isRight = f.let(definition.isRight(...args));
    f.if(op("i32.ne", op("i32x4.bitmask", isRight), i32(15)), () => {
      const slow = vectorFunction(
        module,
        `${operation} through doubles`,
        (inner, ...given) => throughDoubles(inner, operation, given),
        args.length,
      );
      f.set(found, choose(isRight, found, f.call(slow, ...args)));
    });
  }
  return found;
}

function valueOfSingle(place: Place, { half, whole }: SingleDefinition, args: readonly Expr[]): Expr {
  if (whole !== undefined) return whole(place, ...args);
  const [low, high] = onHalves(place, args, (halves) => half!(place, ...halves));
  return demote(low!, high!);
}

function throughDoubles(place: Place, operation: ElementaryOp, args: readonly Expr[]): Expr {
  const callee = defined(place.module, operation, "float64");
  const [low, high] = onHalves(place, args, (halves) => place.f.call(callee, ...halves));
  return demote(low!, high!);
}

function onHalves({ f }: Place, args: readonly Expr[], run: (halves: Expr[]) => Expr): Expr[] {
  const wide = args.map((arg) => promote(arg).map((half) => f.let(half)));
  return [0, 1].map((k) => f.let(run(wide.map((halves) => halves[k]!))));
}

/** x ** exponent for one of the `simplePowers`; the second argument is not looked at. */
function simplePower(module: ModuleBuilder, dtype: "float32" | "float64", exponent: number): FunctionRef {
  const power = simplePowers.get(exponent)!;
  return vectorFunction(
    module,
    `pow ${dtype} ${exponent}`,
    (place, x) => {
      if (dtype === "float64") return power(x);
      const [low, high] = onHalves(place, [x], ([half]) => power(half!));
      return demote(low!, high!);
    },
    2,
  );
}

/** Looks at one exponent for all: simple ones have functions of their own. */
function powerOfUniform(module: ModuleBuilder, dtype: "float32" | "float64"): FunctionRef {
  const simple = [...simplePowers.keys()].map(
    (exponent) => [exponent, simplePower(module, dtype, exponent)] as const,
  );
  const general = defined(module, "pow", dtype);
  return vectorFunction(
    module,
    `pow ${dtype} uniform`,
    ({ f }, x, y) => {
      const first =
        dtype === "float64"
          ? f.let(lane("f64x2.extract_lane", 0, y))
          : f.let(op("f64.promote_f32", lane("f32x4.extract_lane", 0, y)));
      for (const [exponent, callee] of simple) {
        f.if(op("f64.eq", first, f64(exponent)), () => {
          f.return(f.call(callee, x, y));
        });
      }
      return f.call(general, x, y);
    },
    2,
  );
}
