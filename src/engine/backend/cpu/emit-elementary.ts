import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import type { Statements } from "./emit-scalar.ts";
import { erfInvTable } from "./erf-inv-table.ts";
import { fits, reduction } from "./fits.ts";

/**
 * Elementary functions as statements in the generated loop: V8's own take a call of 5 to 40 ns, and a function of ours
 * would cost a call and a boxed number once a loop has more than a few. float32 results are computed in double by short
 * polynomials and rounded once; float64 sin, cos, exp and log by long ones, within 2 ulp. Rare arguments (huge,
 * subnormal, infinite, NaN) go to `Math`. Reductions follow W. J. Cody and W. Waite, "Software Manual for the Elementary
 * Functions" (1980); fdlibm (Sun Microsystems, 1993) describes the forms whose rounding errors cancel.
 */
type Emitter = (x: string, out: Statements) => string;

const inFloat32: Partial<Record<string, Emitter>> = {
  sin: (x, out) => emitSin32(x, out),
  cos: (x, out) => emitCos32(x, out),
  exp: (x, out) => emitExp32(x, out),
  expm1: (x, out) => out.local(`(${x} === 0 ? ${x} : ${emitExpm1In64(clamped(x, -104, 89, out), out)})`),
  tanh: (x, out) => emitTanh32(x, out),
  log: (x, out) => emitLog32(x, out),
  log1p: (x, out) => emitLog1p32(x, out),
  erfInv: (x, out) => emitErfInv32(x, out),
};

const inFloat64: Partial<Record<string, Emitter>> = {
  sin: (x, out) => emitSin64(x, out),
  cos: (x, out) => emitCos64(x, out),
  exp: (x, out) => emitExp64(x, out),
  log: (x, out) => emitLog64(x, out),
  log1p: (x, out) => emitLog1p64(x, out),
  erf: (x) => `M.erf(${x})`,
  erfInv: (x, out) => emitErfInv64(x, out),
};

const elementaryOps =
  "exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt erf erfInv pow atan2";
const elementary = new Set(elementaryOps.split(" "));

export function isElementary(op: string): boolean {
  return elementary.has(op);
}

/** The value of one elementary operation on floats, rounded to the node's dtype. */
export function emitElementary(node: ScalarExpr, args: readonly string[], out: Statements): string {
  const { op, dtype } = node;
  const single = dtype === "float32";
  let text: string;
  if (op === "pow") text = emitPow(node, args[0]!, args[1]!, out);
  else {
    const emitter =
      (single ? inFloat32[op] : undefined) ?? (single && op !== "erf" ? undefined : inFloat64[op]);
    text = emitter?.(args[0]!, out) ?? `Math.${op}(${args.join(", ")})`;
  }
  return single ? `F(${text})` : text;
}

/** A polynomial by Horner's rule, lowest degree first. */
function horner(coefficients: readonly number[], x: string): string {
  return coefficients.reduceRight(
    (text, c) => (text === "" ? number(c) : `(${number(c)} + ${x} * ${text})`),
    "",
  );
}

const number = (value: number): string => (value < 0 ? `(${value})` : String(value));

/** The nearest whole number, for |x| < 2^51: adding 1.5*2^52 leaves no place for a fraction. */
const nearest = (x: string): string => `(${x} + 6755399441055744) - 6755399441055744`;

/** x within bounds; NaN stays. */
function clamped(x: string, low: number, high: number, out: Statements): string {
  return out.local(`(${x} > ${high} ? ${high} : ${x} < ${low} ? ${number(low)} : ${x})`);
}

/** A value found in a block of statements, whose names stay inside; `body` assigns to the name it is given. */
function block(out: Statements, body: (result: string) => string): string {
  const result = out.fresh();
  out.line(`let ${result} = 0;\n${body(result)}`);
  return result;
}

// sin(n*pi + r) = (-1)^n sin(r) and cos((n + 1/2)*pi + r) = -(-1)^n sin(r): one polynomial and no branch on the
// quadrant. pi comes in two parts, the first short enough that its multiples are exact.

const reducedAngle = (multiple: string, x: string): string =>
  `(${x} - ${multiple} * ${reduction.piHigh}) - ${multiple} * ${reduction.piLow}`;

function emitSin32(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (Math.abs(${x}) < 1e6) {
const n = ${nearest(`${x} * ${reduction.inversePi}`)};
const r = ${reducedAngle("n", x)}, z = r * r;
${y} = r * ${horner(fits.sine32, "z")} * (1 - 2 * (n & 1));
} else ${y} = Math.sin(${x});`,
  );
}

function emitCos32(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (Math.abs(${x}) < 1e6) {
const n = ${nearest(`(${x} * ${reduction.inversePi} - 0.5)`)}, h = n + 0.5;
const r = ${reducedAngle("h", x)}, z = r * r;
${y} = r * ${horner(fits.sine32, "z")} * (2 * (n & 1) - 1);
} else ${y} = Math.cos(${x});`,
  );
}

/** Below this distance from a multiple of pi, the two parts of pi are not enough for float64. */
const nearMultiple = 1e-4;

function emitSin64(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (Math.abs(${x}) < 4e5) {
const n = ${nearest(`${x} * ${reduction.inversePi}`)};
const r = ${reducedAngle("n", x)}, z = r * r;
${y} = z < ${nearMultiple ** 2} ? Math.sin(${x}) : (r + r * z * ${horner(fits.sine64, "z")}) * (1 - 2 * (n & 1));
} else ${y} = Math.sin(${x});`,
  );
}

function emitCos64(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (Math.abs(${x}) < 4e5) {
const n = ${nearest(`(${x} * ${reduction.inversePi} - 0.5)`)}, h = n + 0.5;
const r = ${reducedAngle("h", x)}, z = r * r;
${y} = z < ${nearMultiple ** 2} ? Math.cos(${x}) : (r + r * z * ${horner(fits.sine64, "z")}) * (2 * (n & 1) - 1);
} else ${y} = Math.cos(${x});`,
  );
}

// exp(k*ln2 + r) = 2^k * exp(r); `X2[1074 + k]` is 2^k.

function emitExp32(x: string, out: Statements): string {
  const bounded = clamped(x, -104, 89, out);
  const k = out.local(nearest(`${bounded} * ${reduction.inverseLn2}`));
  const r = out.local(`${bounded} - ${k} * ${reduction.ln2}`);
  return `(X2[(${k} | 0) + 1074] * ${horner(fits.exponential32, r)})`;
}

/** expm1 of a bounded argument to some 33 bits, also near zero, where it is r times a polynomial. */
function emitExpm1In64(x: string, out: Statements): string {
  const k = out.local(nearest(`${x} * ${reduction.inverseLn2}`));
  const r = out.local(`${x} - ${k} * ${reduction.ln2}`);
  const power = out.local(`X2[(${k} | 0) + 1074]`);
  return out.local(`${power} * (${r} * ${horner(fits.expm132, r)}) + (${power} - 1)`);
}

/** tanh(x) = expm1(2x) / (expm1(2x) + 2) */
function emitTanh32(x: string, out: Statements): string {
  const e = emitExpm1In64(clamped(out.local(`2 * ${x}`), -40, 40, out), out);
  return `(${x} === 0 ? ${x} : ${e} / (${e} + 2))`;
}

function emitExp64(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (Math.abs(${x}) < 708) {
const k = ${nearest(`${x} * ${reduction.inverseLn2}`)};
const r = (${x} - k * ${reduction.ln2High}) - k * ${reduction.ln2Low};
${y} = X2[(k | 0) + 1074] * (1 + (r + r * r * ${horner(fits.exponential64, "r")}));
} else ${y} = Math.exp(${x});`,
  );
}

// log(2^e * m) = e*ln2 + log(m), m within sqrt(1/2) and sqrt(2), and log(m) = 2 atanh(s), s = (m-1)/(m+1).

/** Declares `e` for the positive normal number `u`. */
const exponentOf = (u: string): string => `SD[0] = ${u};\nconst e = (SI[1] - 1072079006) >> 20;`;

function emitLog32(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (${x} > 0 && ${x} < Infinity) {
${exponentOf(x)}
const f = ${x} * X2[1074 - e] - 1, s = f / (f + 2), z = s * s;
${y} = e * ${reduction.ln2} + s * (2 + z * ${horner(fits.logarithm32, "z")});
} else ${y} = Math.log(${x});`,
  );
}

function emitLog1p32(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (${x} > -1 && ${x} < Infinity && ${x} !== 0) {
const u = 1 + ${x};
${exponentOf("u")}
const f = e === 0 ? ${x} : u * X2[1074 - e] - 1, s = f / (f + 2), z = s * s;
${y} = e * ${reduction.ln2} + s * (2 + z * ${horner(fits.logarithm32, "z")});
} else ${y} = Math.log1p(${x});`,
  );
}

/** log(1 + f) + e*ln2, in the order that keeps the leading term f exact; `c` is a small correction. */
const logSum = (c: string): string => `const s = f / (f + 2), z = s * s, half = 0.5 * f * f;
const low = s * (half + z * ${horner(fits.logarithm64, "z")}) + (e * ${reduction.ln2Low}${c});
const sum = e * ${reduction.ln2High} - ((half - low) - f);`;

function emitLog64(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (${x} >= 2.2250738585072014e-308 && ${x} < Infinity) {
${exponentOf(x)}
const f = ${x} * X2[1074 - e] - 1;
${logSum("")}
${y} = sum;
} else ${y} = Math.log(${x});`,
  );
}

function emitLog1p64(x: string, out: Statements): string {
  return block(
    out,
    (y) => `if (${x} > -1 && ${x} < 1e300 && ${x} !== 0) {
const u = 1 + ${x};
${exponentOf("u")}
const f = e === 0 ? ${x} : u * X2[1074 - e] - 1;
${logSum(` + (e === 0 ? 0 : (${x} - (u - 1)) / u)`)}
${y} = sum;
} else ${y} = Math.log1p(${x});`,
  );
}

/** M. Giles' polynomials, every step rounded to float32 once, as XLA's fused multiply-adds do. */
function emitErfInv32(x: string, out: Statements): string {
  const square = out.local(`F(-${x} * ${x})`);
  const w = out.local(`F(-${emitLog1p32(square, out)})`);
  const steps = (coefficients: readonly number[]): string =>
    coefficients.reduceRight((text, c) => (text === "" ? number(c) : `F(${number(c)} + s * ${text})`), "");
  return block(
    out,
    (y) => `if (${w} < 5) { const s = F(${w} - 2.5); ${y} = ${x} * ${steps(fits.erfInvCentral32)}; }
else if (${x} === 1 || ${x} === -1) ${y} = ${x} * Infinity;
else { const s = F(F(Math.sqrt(${w})) - 3); ${y} = ${x} * ${steps(fits.erfInvTail32)}; }`,
  );
}

/** A row of the table for u = 1 - x*x, and its series; see `erfInvTable`. */
function emitErfInv64(x: string, out: Statements): string {
  const { stride, shift, first } = erfInvTable;
  return block(
    out,
    (y) => `{ const u = (1 - ${x}) * (1 + ${x});
if (u > 0) {
SD[0] = u;
const k = ((SI[1] - 1 >> ${shift}) - ${first}) * ${stride};
const r = u * EI[k] - 1, z = r * r;
const low = (EI[k + 4] + r * EI[k + 5]) + z * ((EI[k + 6] + r * EI[k + 7]) + z * ((EI[k + 8] + r * EI[k + 9]) + z * (EI[k + 10] + r * EI[k + 11])));
${y} = ${x} * (EI[k + 1] + ((EI[k + 2] + r * EI[k + 3]) + z * low));
} else ${y} = ${x} === 1 || ${x} === -1 ? ${x} * Infinity : NaN; }`,
  );
}

/** Powers that are cheaper and more exact by multiplication or a square root; the condition keeps IEEE's signs. */
const simplePowers: readonly (readonly [exponent: number, condition: string, text: string])[] = [
  [2, "true", "X * X"],
  [3, "true", "X * X * X"],
  [1.5, "X >= 0", "X * Math.sqrt(X)"],
  [0.5, "X >= 0", "Math.sqrt(X) + 0"],
  [-0.5, "X > 0", "1 / Math.sqrt(X)"],
  [-1, "true", "1 / X"],
  [1, "true", "X"],
];

function emitPow(node: ScalarExpr, x: string, y: string, out: Statements): string {
  const exponent = node.args[1]!;
  const cases = simplePowers.filter(([power]) =>
    exponent.op === "const" ? exponent.value === power : out.isInvariant(1),
  );
  return block(out, (result) => {
    const lines = cases.map(([power, condition, text]) => {
      const test = exponent.op === "const" ? [condition] : [`${y} === ${power}`, condition];
      const guard = test.filter((part) => part !== "true").join(" && ") || "true";
      return `if (${guard.replaceAll("X", x)}) ${result} = ${text.replaceAll("X", x)}; else`;
    });
    const general =
      node.dtype === "float32" ? powByLogarithm(x, y, result) : `${result} = M.pow(${x}, ${y});`;
    return [...lines, general].join("\n");
  });
}

/** x^y = 2^(y log2 x), for positive x in float32. */
function powByLogarithm(x: string, y: string, result: string): string {
  return `if (${x} > 0 && ${x} < Infinity && Math.abs(${y}) < 1e30) {
${exponentOf(x)}
const f = ${x} * X2[1074 - e] - 1, s = f / (f + 2), z = s * s;
const t = ${y} * (e + s * (2 + z * ${horner(fits.logarithmOfPower32, "z")}) * ${reduction.inverseLn2});
const b = t > 140 ? 140 : t < -160 ? -160 : t;
const k = ${nearest("b")}, r = b - k;
${result} = X2[(k | 0) + 1074] * ${horner(fits.exponential2, "r")};
} else ${result} = M.pow(${x}, ${y});`;
}
