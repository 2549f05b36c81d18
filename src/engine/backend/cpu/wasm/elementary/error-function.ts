import { f32x4, f64x2, i32, op, type Expr, type Local } from "../assembler.ts";
import { fits, reduction } from "../../fits.ts";
import { demote, promote } from "../lanes.ts";
import { fusesMultiplyAdd } from "../relaxed-simd.ts";
import {
  abs,
  add,
  atMost,
  choose,
  div,
  equal,
  estrin,
  horner,
  leadingTerm,
  lessThan,
  mul,
  notAll,
  sqrt,
  sub,
  vectorFunction,
  withSignOf,
  type Place,
} from "./arithmetic.ts";
import { coefficients } from "./coefficients.ts";
import { exp64 } from "./exponential.ts";
import { binadeOf, log1p32 } from "./logarithm.ts";

/** Horner's rule in float32, every step rounded once: by one instruction, or in double, where the product is exact. */
function fusedSteps({ f }: Place, x: Expr, terms: readonly number[]): Expr {
  if (fusesMultiplyAdd()) {
    const step = (sum: Expr, c: number): Expr => op("f32x4.relaxed_madd", x, sum, f32x4(c));
    return terms.slice(0, -1).reduceRight(step, f32x4(terms.at(-1)!));
  }
  const halves = promote(x).map((half) => f.let(half));
  let sums: Expr[] = halves.map(() => f64x2(terms.at(-1)!));
  for (let k = terms.length - 2; k >= 0; k--) {
    sums = halves.map((half, index) => {
      const exact = add(f64x2(terms[k]!), mul(half, sums[index]!));
      return k === 0 ? exact : op("f64x2.promote_low_f32x4", op("f32x4.demote_f64x2_zero", exact));
    });
  }
  return demote(sums[0]!, sums[1]!);
}

const timesFloat32 = (a: Expr, b: Expr): Expr => op("f32x4.mul", a, b);

/** erfInv in float32 by M. Giles' polynomials, rounded as XLA's fused multiply-adds round: its digits are JAX's. */
export function erfInv32(place: Place, x: Expr): Expr {
  const { f, module } = place;
  const square = f.let(op("f32x4.neg", timesFloat32(x, x)));
  const [low, high] = promote(square).map((half) => f.let(log1p32(place, f.let(half))));
  const logarithm = demote(low!, high!);
  // log1p of -1 and below; of 0 it is 0 either way.
  const isBelow = op("f32x4.lt", f32x4(-1), square);
  const w = f.let(op("f32x4.neg", choose(isBelow, logarithm, f32x4(NaN))));
  const central = f.let(op("f32x4.sub", w, f32x4(2.5)));
  const result = f.let(timesFloat32(x, fusedSteps(place, central, fits.erfInvCentral32)));
  const isCentral = f.let(op("f32x4.lt", w, f32x4(5)));
  f.if(op("i32.ne", op("i32x4.bitmask", isCentral), i32(15)), () => {
    const tail = vectorFunction(module, "erfInvTail32", erfInvTail32, 2);
    f.set(result, choose(isCentral, result, f.call(tail, x, w)));
  });
  return result;
}

function erfInvTail32(place: Place, x: Expr, w: Expr): Expr {
  const s = place.f.let(op("f32x4.sub", op("f32x4.sqrt", w), f32x4(3)));
  const ordinary = timesFloat32(x, fusedSteps(place, s, fits.erfInvTail32));
  const isEnd = op("f32x4.eq", op("f32x4.abs", x), f32x4(1));
  return choose(isEnd, timesFloat32(x, f32x4(Infinity)), ordinary);
}

/** 1 - x*x where the central polynomial ends: -log of it is a little less than 6.25. */
const leastCentral = 0.0019305;

// erfInv(x)/x is a smooth function of w = -log(1 - x*x).

const oneMinusSquare = (x: Expr): Expr => mul(sub(f64x2(1), x), add(f64x2(1), x));

/** -log(u) - from, rounded at its own size where `from` has few digits. */
function minusLog(place: Place, u: Expr, from = 0): Expr {
  const { f: code } = place;
  const { e, f } = binadeOf(place, u);
  const s = code.let(div(f, add(f, f64x2(2))));
  const z = code.let(mul(s, s));
  const curve = mul(s, mul(z, estrin(code, fits.logarithm64, z)));
  const low = add(mul(e, f64x2(reduction.ln2Low)), add(mul(s, f64x2(2)), curve));
  return sub(sub(mul(e, f64x2(-reduction.ln2High)), f64x2(from)), low);
}

/** Chosen so that the first coefficient is next to a double. */
const centre = 1.328125;

export function erfInv64(place: Place, x: Expr): { value: Expr; isRight: Expr } {
  const { f } = place;
  const u = f.let(oneMinusSquare(x));
  const s = f.let(minusLog(place, u, centre));
  const isRight = lessThan(f64x2(leastCentral), u);
  return { value: mul(x, leadingTerm(f, coefficients.erfInvCentral64, s)), isRight };
}

/** erfInv near 1, at 1 and beyond. */
export function erfInvRare(place: Place, x: Expr): Expr {
  const { f } = place;
  const u = f.let(oneMinusSquare(x));
  const root = f.let(sqrt(minusLog(place, u)));
  const middle = horner(coefficients.erfInvMiddle64, f.let(sub(root, f64x2(3.25))));
  const far = horner(coefficients.erfInvFar64, f.let(sub(root, f64x2(5.05))));
  const curve = choose(lessThan(root, f64x2(4)), middle, far);
  const end = choose(equal(u, f64x2(0)), f64x2(Infinity), f64x2(NaN));
  return mul(x, choose(lessThan(f64x2(0), u), curve, end));
}

export function erf64(place: Place, x: Expr): Expr {
  const { f, module } = place;
  const square = f.let(mul(x, x));
  const result = f.let(mul(x, leadingTerm(f, coefficients.erfNearZero, square)));
  const isSmall = f.let(lessThan(abs(x), f64x2(1)));
  f.if(notAll(isSmall), () => {
    const far = vectorFunction(module, "erfFar", erfFar);
    f.set(result, choose(isSmall, result, f.call(far, x)));
  });
  return result;
}

/** erf = 1 - exp(-x*x) times a polynomial, from 1 on. */
function erfFar(place: Place, x: Expr): Expr {
  const { f } = place;
  const size: Local = f.let(atMost(abs(x), 6));
  const s = f.let(div(sub(div(f64x2(48), add(size, f64x2(2))), f64x2(11)), f64x2(5)));
  const power = exp64(place, f.let(mul(size, mul(size, f64x2(-1)))));
  return withSignOf(x, sub(f64x2(1), mul(power, leadingTerm(f, coefficients.scaledErfc, s))));
}
