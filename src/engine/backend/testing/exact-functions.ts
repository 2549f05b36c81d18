/**
 * Elementary functions in fixed-point integers of 256 fraction bits: slow, and right to some 60 digits more than a
 * double, so that the errors of the backends can be measured. A result is `m * 2^-256 * 2^e`.
 */
export interface Exact {
  readonly m: bigint;
  readonly e: number;
}

const bits = 256;
const one = 1n << BigInt(bits);

const mul = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(bits);
const div = (a: bigint, b: bigint): bigint => (a << BigInt(bits)) / b;

/** A double, exactly; it must be at least 2^-200 in size. */
export function fixed(value: number): bigint {
  if (value === 0) return 0n;
  const exponent = Math.floor(Math.log2(Math.abs(value))) - 60;
  const whole = BigInt(value * 2 ** -exponent);
  const shift = BigInt(bits + exponent);
  return shift >= 0n ? whole << shift : whole >> -shift;
}

function sqrt(x: bigint): bigint {
  if (x <= 0n) return 0n;
  const target = x << BigInt(bits);
  let root = 1n << BigInt(Math.ceil(target.toString(2).length / 2));
  for (;;) {
    const next = (root + target / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function atanSeries(x: bigint): bigint {
  const square = mul(x, x);
  let power = x;
  let sum = x;
  for (let k = 3n; power !== 0n; k += 2n) {
    power = -mul(power, square);
    sum += power / k;
  }
  return sum;
}

/** Halves the angle until the series is short. */
function atan(x: bigint): bigint {
  let t = x;
  for (let step = 0; step < 6; step++) t = div(t, one + sqrt(one + mul(t, t)));
  return atanSeries(t) << 6n;
}

const pi = 4n * (4n * atanSeries(one / 5n) - atanSeries(one / 239n));

function logOf(x: bigint): bigint {
  const e = x.toString(2).length - 1 - bits;
  const m = e >= 0 ? x >> BigInt(e) : x << BigInt(-e);
  const s = div(m - one, m + one);
  const square = mul(s, s);
  let power = s;
  let sum = s;
  for (let k = 3n; power !== 0n; k += 2n) {
    power = mul(power, square);
    sum += power / k;
  }
  return 2n * sum + BigInt(e) * ln2;
}

const ln2: bigint = (() => {
  const third = one / 3n;
  let power = third;
  let sum = third;
  for (let k = 3n; power !== 0n; k += 2n) {
    power /= 9n;
    sum += power / k;
  }
  return 2n * sum;
})();

function exp(x: bigint): Exact {
  const e = Number((x + (ln2 >> 1n)) / ln2);
  const r = (x - BigInt(e) * ln2) >> 8n;
  let term = one;
  let sum = one;
  for (let k = 1n; term !== 0n; k++) {
    term = mul(term, r) / k;
    sum += term;
  }
  for (let step = 0; step < 8; step++) sum = mul(sum, sum);
  return { m: sum, e };
}

/** As plain fixed point, for results of ordinary size. */
function plain({ m, e }: Exact): bigint {
  return e >= 0 ? m << BigInt(e) : m >> BigInt(-e);
}

/** [sine, cosine] */
function circle(x: bigint): [bigint, bigint] {
  const turn = pi / 2n;
  let quadrant = (2n * x + turn) / (2n * turn);
  if (2n * x + turn < 0n) quadrant -= 1n;
  const r = x - quadrant * turn;
  const square = mul(r, r);
  const series = (first: bigint, k0: bigint): bigint => {
    let term = first;
    let sum = first;
    for (let k = k0; term !== 0n; k += 2n) {
      term = -mul(term, square) / (k * (k + 1n));
      sum += term;
    }
    return sum;
  };
  const [s, c] = [series(r, 2n), series(one, 1n)];
  const place = Number(((quadrant % 4n) + 4n) % 4n);
  return (
    [
      [s, c],
      [c, -s],
      [-s, -c],
      [-c, s],
    ] as [bigint, bigint][]
  )[place]!;
}

function cbrt(x: bigint): bigint {
  if (x < 0n) return -cbrt(-x);
  const target = x << BigInt(2 * bits);
  let root = 1n << BigInt(Math.ceil(target.toString(2).length / 3));
  for (;;) {
    const next = (2n * root + target / (root * root)) / 3n;
    if (next >= root) return root;
    root = next;
  }
}

function erf(x: bigint): bigint {
  const square = mul(x, x);
  let power = x;
  let sum = x;
  for (let k = 1n; power !== 0n; k++) {
    power = -mul(power, square) / k;
    sum += power / (2n * k + 1n);
  }
  return div(2n * sum, sqrt(pi));
}

/** By Newton's method from a value that is nearly right. */
function erfInv(x: bigint, near: number): bigint {
  let y = fixed(near);
  for (let step = 0; step < 3; step++) {
    const slope = plain(exp(-mul(y, y)));
    y -= div(mul(erf(y) - x, sqrt(pi)), 2n * slope);
  }
  return y;
}

const asin = (x: bigint): bigint => atan(div(x, sqrt(one - mul(x, x))));
const flat = (m: bigint): Exact => ({ m, e: 0 });

/** By name; the second argument is a value that is nearly right. */
export const exactFunctions: Readonly<Record<string, (x: bigint, near: number) => Exact>> = {
  exp,
  expm1: (x) => flat(plain(exp(x)) - one),
  log: (x) => flat(logOf(x)),
  log1p: (x) => flat(logOf(one + x)),
  sin: (x) => flat(circle(x)[0]),
  cos: (x) => flat(circle(x)[1]),
  tan: (x) => flat(div(...circle(x))),
  asin: (x) => flat(asin(x)),
  acos: (x) => flat(pi / 2n - asin(x)),
  atan: (x) => flat(atan(x)),
  sinh: (x) => flat((plain(exp(x)) - plain(exp(-x))) / 2n),
  cosh: (x) => flat((plain(exp(x)) + plain(exp(-x))) / 2n),
  tanh: (x) => flat(div(plain(exp(x)) - plain(exp(-x)), plain(exp(x)) + plain(exp(-x)))),
  asinh: (x) => flat(x < 0n ? -logOf(-x + sqrt(mul(x, x) + one)) : logOf(x + sqrt(mul(x, x) + one))),
  acosh: (x) => flat(logOf(x + sqrt(mul(x, x) - one))),
  atanh: (x) => flat(logOf(div(one + x, one - x)) / 2n),
  cbrt: (x) => flat(cbrt(x)),
  sqrt: (x) => flat(sqrt(x)),
  erf: (x) => flat(erf(x)),
  erfInv: (x, near) => flat(erfInv(x, near)),
};

/** How far `got` is from the exact value, in units of the last of `digits` binary places of that. */
export function errorInUlps(got: number, exact: Exact, digits: number): number {
  const size = exact.m < 0n ? -exact.m : exact.m;
  if (size === 0n) return got === 0 ? 0 : Infinity;
  const length = size.toString(2).length;
  const top = length - 1 - bits + exact.e;
  if (!Number.isFinite(got)) return Infinity;
  // Both over 2^top, as numbers near 1.
  const scaled = fixed(got / 2 ** top);
  const shift = BigInt(length - 1 - bits);
  const wanted = shift >= 0n ? exact.m >> shift : exact.m << -shift;
  const off = scaled - wanted;
  return (Number(off < 0n ? -off : off) / 2 ** bits) * 2 ** (digits - 1);
}
