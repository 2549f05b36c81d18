/**
 * erfInv in double by a table: with u = 1 - x*x, erfInv(x)/x is a smooth function of log u, so that on each sixteenth
 * of a binade of u nine terms of its Taylor series are enough. A row of the table has 1/c for the middle c of its
 * interval, the value there in two parts, and the coefficients of the series in r = u/c - 1. Leading values are made in
 * fixed-point integers, so that the sum is right but for its last additions.
 */
export const erfInvTable = {
  /** Numbers in a row. */
  stride: 12,
  /** Bits of the upper word of u below those that choose the row. */
  shift: 16,
  /** The row index of u = 2^-54, the first row. */
  first: (1023 - 54) << 4,
  rows: undefined as Float64Array | undefined,
};

/** The table, made when it is first needed. */
export function erfInvRows(): Float64Array {
  return (erfInvTable.rows ??= makeRows());
}

const degree = 9;
const perBinade = 16;
const rowCount = 54 * perBinade;

const fractionBits = 192n;
const one = 1n << fractionBits;
/** 2 / sqrt(pi). */
const twoOverRootPi = 2.0 / Math.sqrt(Math.PI);

function makeRows(): Float64Array {
  const { stride } = erfInvTable;
  const rows = new Float64Array(rowCount * stride);
  const maclaurin = maclaurinSeries(90);
  const twoOverRootPiFixed = (one * one * 2n) / squareRoot(piFixed() * one);
  let last: { c: number; series: readonly number[] } | undefined;
  for (let k = rowCount - 1; k >= 0; k--) {
    const binade = Math.floor(k / perBinade) - 54;
    const c = 2 ** binade * (1 + ((k % perBinade) + 0.5) / perBinade);
    const x = squareRoot((one - fixed(c)) * one);
    const near = last === undefined ? 1 / twoOverRootPi : valueAt(last.series, c / last.c - 1);
    const y = solve(x, near * toNumber(x), twoOverRootPiFixed);
    const g = (y * one) / x;
    const high = toNumber(g);
    const series = c >= 0.5 ? shifted(maclaurin, 1 - c, c) : fromEquation(high, c);
    last = { c, series };
    rows.set([1 / c, high, toNumber(g - fixed(high)), ...series.slice(1)], k * stride);
  }
  return rows;
}

function valueAt(series: readonly number[], r: number): number {
  return series.reduceRight((sum, coefficient) => sum * r + coefficient, 0);
}

/** erf(y) = x by Newton's method in fixed point. */
function solve(x: bigint, guess: number, twoOverRootPiFixed: bigint): bigint {
  let y = fixed(guess);
  for (let step = 0; step < 20; step++) {
    const off = erfFixed(y, twoOverRootPiFixed) - x;
    const at = toNumber(y);
    const move = (toNumber(off) / twoOverRootPi) * Math.exp(at * at);
    y -= fixedSmall(move);
    // The error after a step is about its square.
    if (Math.abs(move) < 1e-10 * at) return y;
  }
  throw new Error("internal error: erfInv's table does not converge");
}

/** The alternating series, in enough bits that its cancellation does no harm up to 6. */
function erfFixed(y: bigint, twoOverRootPiFixed: bigint): bigint {
  const square = (y * y) >> fractionBits;
  let power = y;
  let sum = y;
  for (let k = 1n; power !== 0n; k++) {
    power = -((power * square) >> fractionBits) / k;
    sum += power / (2n * k + 1n);
  }
  return (sum * twoOverRootPiFixed) >> fractionBits;
}

/** erfInv(x)/x as a series in v = x*x. */
function maclaurinSeries(terms: number): number[] {
  const c = [1];
  for (let k = 1; k < terms; k++) {
    let sum = 0;
    for (let m = 0; m < k; m++) sum += (c[m]! * c[k - 1 - m]!) / ((m + 1) * (2 * m + 1));
    c.push(sum);
  }
  return c.map((value, k) => (value / (2 * k + 1)) * (Math.PI / 4) ** k * (Math.sqrt(Math.PI) / 2));
}

/** A series in v as one in r at the middle, v = middle - scale * r. */
function shifted(series: readonly number[], middle: number, scale: number): number[] {
  const result: number[] = [];
  for (let j = 0; j <= degree; j++) {
    let sum = 0;
    for (let k = series.length - 1; k >= j; k--) sum = sum * middle + series[k]! * binomial(k, j);
    result.push(sum * (-scale) ** j);
  }
  return result;
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return value;
}

/**
 * The coefficients of g = erfInv(x)/x in r from g(0): the derivative of erfInv says that
 * g + 2v dg/dv = sqrt(pi)/2 exp(v g^2), and v = 1 - c (1 + r).
 */
function fromEquation(start: number, c: number): number[] {
  const v = [1 - c, -c];
  const g = [start];
  const e: number[] = [];
  for (let k = 0; k < degree; k++) {
    e.push(k === 0 ? Math.exp(v[0]! * start * start) : nextOfExponential(e, product(v, product(g, g)), k));
    g.push(((c / (2 * v[0]!)) * ((1 + 2 * k) * g[k]! - e[k]! / twoOverRootPi)) / (k + 1));
  }
  return g;
}

/** Coefficient k of exp(q) from those before it. */
function nextOfExponential(e: readonly number[], q: readonly number[], k: number): number {
  let sum = 0;
  for (let j = 1; j <= k; j++) sum += j * (q[j] ?? 0) * e[k - j]!;
  return sum / k;
}

function product(a: readonly number[], b: readonly number[]): number[] {
  const result = new Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      result[i + j]! += x * y;
    });
  });
  return result;
}

/** A number of at least 2^-60 in size, exactly. */
function fixed(value: number): bigint {
  return BigInt(value * 2 ** 112) << (fractionBits - 112n);
}

/** A small number to some 50 bits. */
function fixedSmall(value: number): bigint {
  return BigInt(Math.round(value * 2 ** 180)) << (fractionBits - 180n);
}

function toNumber(value: bigint): number {
  return Number(value) * 2 ** -Number(fractionBits);
}

/** The square root of a number with twice the fraction bits. */
function squareRoot(value: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(toNumber(value >> fractionBits)) * 2 ** 60)) << (fractionBits - 60n);
  for (let step = 0; step < 4; step++) root = (root + value / root) >> 1n;
  return root;
}

/** pi = 16 atan(1/5) - 4 atan(1/239) (Machin, 1706). */
function piFixed(): bigint {
  return 16n * inverseTangent(5n) - 4n * inverseTangent(239n);
}

function inverseTangent(inverse: bigint): bigint {
  let power = one / inverse;
  let sum = power;
  for (let k = 3n; power !== 0n; k += 2n) {
    power = -power / (inverse * inverse);
    sum += power / k;
  }
  return sum;
}
