import {
  f64,
  i32,
  i64,
  op,
  select,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type ModuleBuilder,
} from "../assembler.ts";

/** 1 / pi in 64-bit words, the first after a word of zeros: made of Machin's series in integers. */
function inversePiWords(count: number): bigint[] {
  const bits = BigInt(64 * count + 64);
  const one = 1n << bits;
  const inverseTangent = (inverse: bigint): bigint => {
    let power = one / inverse;
    let sum = power;
    for (let k = 3n; power !== 0n; k += 2n) {
      power = -power / (inverse * inverse);
      sum += power / k;
    }
    return sum;
  };
  const pi = 4n * (4n * inverseTangent(5n) - inverseTangent(239n));
  const inverse = (one * one) / pi;
  return Array.from({ length: count }, (_, k) => BigInt.asUintN(64, inverse >> (bits - 64n * BigInt(k + 1))));
}

/** 1024 + 52 bits choose the window, which is 192 bits long. */
const wordCount = 21;
/** pi * 2^62 */
const piWord = 0xc90fdaa22168c235n;

/** Word number `index` of 0, then 1 / pi; found by comparing, for it is needed rarely and memory is not ours. */
function inversePiWord(module: ModuleBuilder): FunctionRef {
  return module.shared("inversePiWord", ["i32"], ["i64"], (_, index) =>
    inversePiWords(wordCount).reduce<Expr>(
      (rest, word, k) => select(op("i32.eq", index, i32(k + 1)), i64(word), rest),
      i64(0n),
    ),
  );
}

/** The upper word of the product of two unsigned words. */
function multiplyHigh(module: ModuleBuilder): FunctionRef {
  return module.shared("multiplyHigh", ["i64", "i64"], ["i64"], (f, a, b) => {
    const low = (x: Expr): Expr => op("i64.and", x, i64(0xffffffffn));
    const high = (x: Expr): Expr => op("i64.shr_u", x, i64(32n));
    const times = (x: Expr, y: Expr): Expr => op("i64.mul", x, y);
    const first = f.let(op("i64.add", times(high(a), low(b)), high(times(low(a), low(b)))));
    const second = f.let(op("i64.add", times(low(a), high(b)), low(first)));
    return op("i64.add", op("i64.add", times(high(a), high(b)), high(first)), high(second));
  });
}

/** (f64 x) -> (f64 r, f64 lost by r, i64 n), as the module's callers need them; see `reduceHuge`. */
function build(module: ModuleBuilder, f: FunctionBuilder, x: Expr, quarterTurns: 0 | 1): Expr[] {
  const wordAt = inversePiWord(module);
  const upper = multiplyHigh(module);
  const xBits = f.let(op("i64.reinterpret_f64", x));
  const biased = f.let(op("i32.wrap_i64", op("i64.and", op("i64.shr_u", xBits, i64(52n)), i64(2047n))));
  // Neither infinity nor NaN has an angle.
  f.if(op("i32.eq", biased, i32(2047)), () => f.return(f64(NaN), f64(NaN), i64(0n)));
  const mantissa = f.let(op("i64.or", op("i64.and", xBits, i64((1n << 52n) - 1n)), i64(1n << 52n)));
  // x = mantissa * 2^e. Of 1/pi, bits that would give multiples of two half turns are left out: the window starts with
  // bit e, counted from the first after the point, and its words are padded by the zeros of the first.
  const start = f.let(op("i32.add", op("i32.sub", biased, i32(1075)), i32(63)));
  const word = f.let(op("i32.shr_u", start, i32(6)));
  const down = f.let(op("i64.extend_i32_u", op("i32.and", start, i32(63))));
  const words = [0, 1, 2, 3].map((k) => f.let(f.call(wordAt, op("i32.add", word, i32(k)))));
  const windowWord = (k: number): Expr => {
    // A shift by 64 - 0 would be one by 0.
    const next = op("i64.shr_u", op("i64.shr_u", words[k + 1]!, i64(1n)), op("i64.sub", i64(63n), down));
    return f.let(op("i64.or", op("i64.shl", words[k]!, down), next));
  };
  const [w2, w1, w0] = [windowWord(0), windowWord(1), windowWord(2)];
  // Half turns, modulo 2, times 2^191: the low 192 bits of the product.
  const times = (a: Expr): Expr => op("i64.mul", mantissa, a);
  const middle = f.let(op("i64.add", times(w1), f.call(upper, mantissa, w0)));
  const carry = op("i64.extend_i32_u", op("i64.lt_u", middle, times(w1)));
  const top = f.let(op("i64.add", op("i64.add", times(w2), f.call(upper, mantissa, w1)), carry));
  // A quarter turn more of the circle (half of a half turn) makes a cosine of a sine.
  const turned = f.let(op("i64.add", top, i64(quarterTurns === 1 ? 1n << 62n : 0n)));
  return fromHalfTurns(module, f, x, { turned, middle, quarterTurns });
}

function fromHalfTurns(
  module: ModuleBuilder,
  f: FunctionBuilder,
  x: Expr,
  { turned, middle, quarterTurns }: { turned: Expr; middle: Expr; quarterTurns: 0 | 1 },
): Expr[] {
  const upper = multiplyHigh(module);
  // The fraction as a signed number from -1/2 to 1/2; below zero, the whole part is one more.
  const fraction = f.let(op("i64.or", op("i64.shl", turned, i64(1n)), op("i64.shr_u", middle, i64(63n))));
  const rest = f.let(op("i64.shl", middle, i64(1n)));
  const negative = f.let(op("i64.shr_s", fraction, i64(63n)));
  const n = f.let(op("i64.sub", op("i64.shr_u", turned, i64(63n)), negative));
  // Its size, but for one unit in the last place, shifted up to the top bit.
  const high = f.let(op("i64.xor", fraction, negative));
  const low = f.let(op("i64.xor", rest, negative));
  const zeros = f.let(op("i64.clz", high));
  const normal = op(
    "i64.or",
    op("i64.shl", high, zeros),
    op("i64.shr_u", op("i64.shr_u", low, i64(1n)), op("i64.sub", i64(63n), zeros)),
  );
  // The fraction is normal * 2^(-64 - zeros), pi is piWord * 2^-62, and of the product 64 bits are cut off.
  const product = f.let(f.call(upper, normal, i64(piWord)));
  const rounded = f.let(op("f64.convert_i64_u", product));
  const back = op("i64.trunc_sat_f64_u", rounded);
  const lost = op("f64.convert_i64_s", op("i64.sub", product, back));
  const exponent = op("i64.sub", i64(1023n - 62n), zeros);
  const unit = f.let(op("f64.reinterpret_i64", op("i64.shl", exponent, i64(52n))));
  const sign = op("f64.convert_i64_s", op("i64.or", negative, i64(1n)));
  // The sine is odd, the cosine is not.
  const side = quarterTurns === 1 ? sign : op("f64.copysign", f64(1), op("f64.mul", sign, x));
  const scale = f.let(op("f64.mul", unit, side));
  return [op("f64.mul", rounded, scale), op("f64.mul", lost, scale), n];
}

/**
 * (f64 x) -> (f64 r, f64 lost, i64 n): x + quarterTurns * pi/2 = n * pi + r + lost, |r| at most pi/2, for |x| >= 1e5
 * (M. Payne and R. Hanek, "Radian reduction for trigonometric functions", 1983). For a quarter turn more, of |x|.
 */
export function reduceHuge(module: ModuleBuilder, quarterTurns: 0 | 1): FunctionRef {
  return module.shared(`reduceHuge${quarterTurns}`, ["f64"], ["f64", "f64", "i64"], (f, x) =>
    build(module, f, x, quarterTurns),
  );
}
