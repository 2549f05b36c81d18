import { i32, i64, op, select, type Expr, type FunctionRef, type ModuleBuilder } from "./assembler.ts";

/** What WebAssembly has no vector instruction for, one number at a time: `name` is the operation of the kernel language. */
export type LaneFunction = "div" | "rem" | "pow" | "shiftLeft" | "shiftRightLogical" | "shiftRightArithmetic";

export interface IntegerKind {
  readonly type: "i32" | "i64";
  readonly signed: boolean;
}

/** The function of two integers, defined once in a module; its corner cases are those of the kernel language. */
export function integerFunction(
  module: ModuleBuilder,
  name: LaneFunction,
  { type, signed }: IntegerKind,
): FunctionRef {
  const constant = (value: number): Expr => (type === "i32" ? i32(value) : i64(BigInt(value)));
  const ins = (instruction: string, ...args: Expr[]): Expr => op(`${type}.${instruction}`, ...args);
  const sign = signed ? "s" : "u";
  const bits = type === "i32" ? 32 : 64;
  return module.shared(`${name} ${type} ${sign}`, [type, type], [type], (f, a, b) => {
    const [x, y] = [a, b];
    const ifZero = (otherwise: () => Expr, atZero: Expr): Expr => {
      f.if(ins("eqz", y), () => f.return(atZero));
      // The one quotient that does not fit: WebAssembly traps there, two's complement negates.
      if (signed) {
        f.if(ins("eq", y, constant(-1)), () => {
          f.return(name === "div" ? ins("sub", constant(0), x) : constant(0));
        });
      }
      return otherwise();
    };
    switch (name) {
      case "div":
        return ifZero(() => ins(`div_${sign}`, x, y), constant(-1));
      case "rem":
        return ifZero(() => ins(`rem_${sign}`, x, y), x);
      case "shiftLeft":
        return select(ins("lt_u", y, constant(bits)), ins("shl", x, y), constant(0));
      case "shiftRightLogical":
        return select(ins("lt_u", y, constant(bits)), ins("shr_u", x, y), constant(0));
      case "shiftRightArithmetic":
        return ins("shr_s", x, select(ins("lt_u", y, constant(bits)), y, constant(bits - 1)));
      case "pow": {
        if (signed) {
          f.if(ins("lt_s", y, constant(0)), () => {
            // The truncated reciprocal; of zero as division gives it.
            f.if(ins("eqz", x), () => f.return(constant(-1)));
            f.if(ins("eq", x, constant(1)), () => f.return(constant(1)));
            const odd = op("i32.eqz", ins("eqz", ins("and", y, constant(1))));
            f.if(ins("eq", x, constant(-1)), () => f.return(select(odd, constant(-1), constant(1))));
            f.return(constant(0));
          });
        }
        const result = f.let(constant(1));
        const square = f.let(x);
        const rest = f.let(y);
        f.while(
          () => op("i32.eqz", ins("eqz", rest)),
          () => {
            const odd = op("i32.eqz", ins("eqz", ins("and", rest, constant(1))));
            f.if(odd, () => f.set(result, ins("mul", result, square)));
            f.set(square, ins("mul", square, square));
            f.set(rest, ins("shr_u", rest, constant(1)));
          },
        );
        return result;
      }
    }
  });
}

/** The remainder of float64 division with the sign of the dividend, exact, as C's fmod: bit by bit where it is far. */
export function remainderFunction(module: ModuleBuilder): FunctionRef {
  return module.shared("rem f64", ["f64", "f64"], ["f64"], (f, a, b) => {
    const x = f.let(op("f64.abs", a));
    const y = f.let(op("f64.abs", b));
    const infinity = op("f64.reinterpret_i64", i64(0x7ff0000000000000n));
    const zero = op("f64.reinterpret_i64", i64(0n));
    const nan = op("f64.div", zero, zero);
    // Comparisons with NaN are false: x < infinity and y > 0 hold for what is left.
    const regular = op("i32.and", op("f64.lt", x, infinity), op("f64.gt", y, zero));
    f.if(op("i32.eqz", regular), () => f.return(nan));
    f.if(op("f64.lt", x, y), () => f.return(a));
    f.if(op("f64.eq", y, infinity), () => f.return(a));
    // Both as whole numbers times powers of two: subtract y, shifted, from x, from the highest place down.
    const split = (value: Expr): [mantissa: Expr & { index: number }, exponent: Expr & { index: number }] => {
      const word = f.let(op("i64.reinterpret_f64", value));
      const exponent = f.let(op("i32.wrap_i64", op("i64.shr_u", word, i64(52n))));
      const mantissa = f.let(op("i64.and", word, i64(0xfffffffffffffn)));
      f.if(
        exponent,
        () => f.set(mantissa, op("i64.or", mantissa, i64(1n << 52n))),
        () => {
          f.set(exponent, i32(1));
          f.while(
            () => op("i64.eqz", op("i64.shr_u", mantissa, i64(52n))),
            () => {
              f.set(mantissa, op("i64.shl", mantissa, i64(1n)));
              f.set(exponent, op("i32.sub", exponent, i32(1)));
            },
          );
        },
      );
      return [mantissa, exponent];
    };
    const [mx, ex] = split(x);
    const [my, ey] = split(y);
    const subtract = (): void => {
      f.if(op("i64.ge_u", mx, my), () => f.set(mx, op("i64.sub", mx, my)));
    };
    f.while(
      () => op("i32.gt_s", ex, ey),
      () => {
        subtract();
        f.set(mx, op("i64.shl", mx, i64(1n)));
        f.set(ex, op("i32.sub", ex, i32(1)));
      },
    );
    subtract();
    f.if(op("i64.eqz", mx), () => f.return(op("f64.copysign", zero, a)));
    f.while(
      () => op("i64.eqz", op("i64.shr_u", mx, i64(52n))),
      () => {
        f.set(mx, op("i64.shl", mx, i64(1n)));
        f.set(ex, op("i32.sub", ex, i32(1)));
      },
    );
    f.if(
      op("i32.gt_s", ex, i32(0)),
      () => {
        f.set(mx, op("i64.sub", mx, i64(1n << 52n)));
        f.set(mx, op("i64.or", mx, op("i64.shl", op("i64.extend_i32_u", ex), i64(52n))));
      },
      // A subnormal: what is shifted out is zero, since y's places reach no lower.
      () => f.set(mx, op("i64.shr_u", mx, op("i64.extend_i32_u", op("i32.sub", i32(1), ex)))),
    );
    return op("f64.copysign", op("f64.reinterpret_i64", mx), a);
  });
}
