import { errorFunctions } from "./error-functions.ts";
import { trigonometricFunctions } from "./trigonometric-functions.ts";

/**
 * Elementary functions in float32, within a few units in the last place: WGSL's own promise far less (sin and cos an
 * absolute 2^-11, exp 3 + 2|x| ulp, pow nothing for x < 0). Templates as in helper-functions.ts. Polynomials named
 * "Cephes" are the minimax fits of S. L. Moshier, "Methods and Programs for Mathematical Functions" (1989), single
 * precision. No step relies on a fused multiply-add.
 */
const exponentials: Readonly<Record<string, string>> = {
  // x 2^n for any n that can matter, in two factors so that neither overflows before the product does. Exponents are
  // put in place by a multiplication: software adapters shift one lane at a time.
  scale_f: `fn @scale_f(x: {F}, n: {F}) -> {F} {
  let half = floor(n * {F}(0.5f));
  let rest = n - half;
  let low = bitcast<{F}>({I}(half + {F}(127f)) * {I}(0x800000));
  return x * low * bitcast<{F}>({I}(rest + {F}(127f)) * {I}(0x800000));
}`,
  quiet_nan: `fn @quiet_nan(x: {F}) -> {F} {
  return bitcast<{F}>(bitcast<{U}>(x) | {U}(0x7fc00000u));
}`,
  // exp(r) = 1 + r + r^2 P(r) on |r| <= ln(2)/2 (Cephes). This is e^r - 1.
  exp_reduced: `fn @exp_reduced(r: {F}) -> {F} {
  var p = {F}(1.9875691500e-4f);
  p = p * r + {F}(1.3981999507e-3f);
  p = p * r + {F}(8.3334519073e-3f);
  p = p * r + {F}(4.1665795894e-2f);
  p = p * r + {F}(1.6666665459e-1f);
  p = p * r + {F}(5.0000001201e-1f);
  return p * (r * r) + r;
}`,
  // x = n ln2 + r, ln2 in two parts of which the first times n is exact.
  exp_f: `fn @exp_f(x: {F}) -> {F} {
  let c = min(max(x, {F}(-105f)), {F}(89f));
  let n = round(c * {F}(1.44269504f));
  let r = (c - n * {F}(0.693359375f)) + n * {F}(2.12194440e-4f);
  return select(@scale_f(@exp_reduced(r) + {F}(1f), n), x, @is_nan(x));
}`,
  // 2^n (e^r - 1) + (2^n - 1)
  expm1_f: `fn @expm1_f(x: {F}) -> {F} {
  let c = min(max(x, {F}(-18f)), {F}(89f));
  let n = round(c * {F}(1.44269504f));
  let r = (c - n * {F}(0.693359375f)) + n * {F}(2.12194440e-4f);
  let unit = {F}(1f) - bitcast<{F}>({I}(max({F}(127f) - n, {F}(0f))) * {I}(0x800000));
  let scaled = @scale_f(@exp_reduced(r) + unit, n);
  return select(select(scaled, @exp_reduced(x), abs(x) < {F}(0.3f)), x, @is_nan(x) | (x == {F}(0f)));
}`,
};

const logarithms: Readonly<Record<string, string>> = {
  // e ln2 + log(1 + f) + c for 1 + f in [sqrt(1/2), sqrt(2)) and small c: log(1 + f) = 2 atanh(s), s = f / (2 + f). The
  // leading term is exact and the next in two parts, so that little but the last addition rounds: iterated logarithms,
  // and the tails of erf_inv, magnify what is lost here.
  log_sum: `fn @log_sum(f: {F}, e: {F}, c: {F}) -> {F} {
  let g = {F}(2f) + f;
  let s = f / g;
  let s_high = @high_part(s);
  let g_high = @high_part(g);
  let g_low = f - (g_high - {F}(2f));
  let s_low = ((f - s_high * g_high) - s_high * g_low) / g;
  let z = s * s;
  var p = {F}(0.18181818f);
  p = p * z + {F}(0.22222222f);
  p = p * z + {F}(0.28571429f);
  p = p * z + {F}(0.4f);
  p = p * z + {F}(0.66666667f);
  let lead = e * {F}(0.693359375f);
  let double = {F}(2f) * s_high;
  let t = lead + double;
  let lost = double - (t - lead);
  return t + (lost + ((c - e * {F}(2.12194440e-4f)) + ({F}(2f) * s_low + p * z * s)));
}`,
  // What log is where it is no number: -infinity at 0, NaN below, and infinity itself.
  log_special: `fn @log_special(x: {F}) -> {F} {
  let infinite = bitcast<{F}>(select({U}(0x7f800000u), {U}(0xff800000u), x <= {F}(0f)) | (bitcast<{U}>(x) & {U}(0u)));
  return select(infinite, @quiet_nan(x), @is_nan(x) | (x < {F}(0f)));
}`,
  // x = m 2^e with m in [sqrt(1/2), sqrt(2)).
  log_f: `fn @log_f(x: {F}) -> {F} {
  let tiny = x < {F}(1.17549435e-38f);
  let bits = bitcast<{I}>(select(x, x * {F}(8388608f), tiny)) - {I}(0x3f3504f3);
  let e = {F}(bits & {I}(-8388608)) * {F}(1.1920929e-7f) - select({F}(0f), {F}(23f), tiny);
  let f = bitcast<{F}>((bits & {I}(0x7fffff)) + {I}(0x3f3504f3)) - {F}(1f);
  let ordinary = (x > {F}(0f)) & @is_finite(x);
  return select(@log_special(x), @log_sum(f, e, {F}(0f)), ordinary);
}`,
  // log u + (x - (u - 1)) / u with u near 1 + x: the second term is what u lacks. Clearing u's last bit changes nothing
  // in that, and keeps compilers from folding (1 + x) - 1 to x. Where u need not be scaled, x itself is f.
  log1p_f: `fn @log1p_f(x: {F}) -> {F} {
  let u = bitcast<{F}>(bitcast<{U}>({F}(1f) + x) & {U}(0xfffffffeu));
  let bits = bitcast<{I}>(u) - {I}(0x3f3504f3);
  let e = {F}(bits & {I}(-8388608)) * {F}(1.1920929e-7f);
  let scaled = bitcast<{F}>((bits & {I}(0x7fffff)) + {I}(0x3f3504f3)) - {F}(1f);
  let near = e == {F}(0f);
  let result = @log_sum(select(scaled, x, near), e, select((x - (u - {F}(1f))) / u, {F}(0f), near));
  let exact = (u > {F}(0f)) & @is_finite(u);
  return select(@log_special(u), select(result, x, abs(x) < {F}(1e-7f)), exact);
}`,
};

const hyperbolics: Readonly<Record<string, string>> = {
  // Below 1 an odd polynomial (Cephes), above by the exponential, near overflow by its square root.
  sinh_f: `fn @sinh_f(x: {F}) -> {F} {
  let a = abs(x);
  let z = x * x;
  let small = ((({F}(2.03721912945e-4f) * z + {F}(8.33028376239e-3f)) * z + {F}(1.66667160211e-1f)) * z) * x + x;
  let root = @exp_f({F}(0.5f) * a);
  let half = ({F}(0.5f) * root) * root;
  let e = @exp_f(min(a, {F}(80f)));
  let large = select({F}(0.5f) * e - {F}(0.5f) / e, half, a > {F}(80f));
  return select(select(-large, large, x > {F}(0f)), small, (a < {F}(1f)) | @is_nan(x));
}`,
  cosh_f: `fn @cosh_f(x: {F}) -> {F} {
  let a = abs(x);
  let root = @exp_f({F}(0.5f) * a);
  let half = ({F}(0.5f) * root) * root;
  let e = @exp_f(min(a, {F}(80f)));
  return select(select({F}(0.5f) * e + {F}(0.5f) / e, half, a > {F}(80f)), x, @is_nan(x));
}`,
  tanh_f: `fn @tanh_f(x: {F}) -> {F} {
  let a = abs(x);
  let z = x * x;
  var p = {F}(-5.70498872745e-3f);
  p = p * z + {F}(2.06390887954e-2f);
  p = p * z - {F}(5.37397155531e-2f);
  p = p * z + {F}(1.33314422036e-1f);
  p = p * z - {F}(3.33332819422e-1f);
  let small = p * z * x + x;
  let large = {F}(1f) - {F}(2f) / (@exp_f({F}(2f) * min(a, {F}(20f))) + {F}(1f));
  let result = select(select(-large, large, x > {F}(0f)), small, (a < {F}(0.625f)) | @is_nan(x));
  return select(result, x, x == {F}(0f));
}`,
  // log1p(a + a^2 / (1 + sqrt(a^2 + 1))), for large a log(2a)
  asinh_f: `fn @asinh_f(x: {F}) -> {F} {
  let a = abs(x);
  let square = a * a;
  let isLarge = a > {F}(1e4f);
  let inner = @log1p_f(select(a + square / ({F}(1f) + sqrt(square + {F}(1f))), a - {F}(1f), isLarge));
  let result = inner + select({F}(0f), {F}(0.69314718f), isLarge);
  return select(select(-result, result, x > {F}(0f)), x, @is_nan(x) | (x == {F}(0f)));
}`,
  // log1p(t + sqrt(2t + t^2)) with t = x - 1
  acosh_f: `fn @acosh_f(x: {F}) -> {F} {
  let isLarge = x > {F}(1e4f);
  let t = max(x - {F}(1f), {F}(0f));
  let inner = @log1p_f(select(t + sqrt({F}(2f) * t + t * t), t, isLarge));
  let result = inner + select({F}(0f), {F}(0.69314718f), isLarge);
  return select(result, @quiet_nan(x), !(x >= {F}(1f)) | @is_nan(x));
}`,
  // log1p(2a / (1 - a)) / 2
  atanh_f: `fn @atanh_f(x: {F}) -> {F} {
  let a = abs(x);
  let result = {F}(0.5f) * @log1p_f(({F}(2f) * min(a, {F}(0.99999994f))) / ({F}(1f) - min(a, {F}(0.99999994f))));
  let signed = select(-result, result, x > {F}(0f));
  let ends = select(@quiet_nan(x), x * bitcast<{F}>(bitcast<{U}>(a) | {U}(0x7f800000u)), a == {F}(1f));
  return select(select(ends, signed, a < {F}(1f)), x, x == {F}(0f));
}`,
};

const powers: Readonly<Record<string, string>> = {
  // A first guess from the exponent, then Newton's steps in the form that ends within one rounding.
  cbrt_f: `fn @cbrt_f(x: {F}) -> {F} {
  let a = abs(x);
  var t = bitcast<{F}>({U}({F}(bitcast<{U}>(a)) * {F}(0.33333334f)) + {U}(709921077u));
  for (var i = 0; i < 4; i++) {
    t = t + (a / (t * t) - t) * {F}(0.33333334f);
  }
  return select(select(-t, t, x > {F}(0f)), x, (a == {F}(0f)) | !@is_finite(x));
}`,
  // The part of x that fits in 12 bits, so that products of two such parts are exact (Dekker 1971).
  high_part: `fn @high_part(x: {F}) -> {F} {
  return bitcast<{F}>(bitcast<{U}>(x) & {U}(0xfffff000u));
}`,
  // |x|^y for finite |x| > 0: log2 |x| = e + (2 / ln 2) atanh((m - 1) / (m + 1)), held in two parts, times y in two
  // parts; then 2 to that power. A single float for the logarithm would lose up to 7 bits.
  pow_positive: `fn @pow_positive(x: {F}, y_in: {F}) -> {F} {
  let y = min(max(y_in, {F}(-1e10f)), {F}(1e10f));
  let tiny = x < {F}(1.17549435e-38f);
  let bits = bitcast<{I}>(select(x, x * {F}(8388608f), tiny)) - {I}(0x3f3504f3);
  let e = {F}(bits & {I}(-8388608)) * {F}(1.1920929e-7f) - select({F}(0f), {F}(23f), tiny);
  let m = bitcast<{F}>((bits & {I}(0x7fffff)) + {I}(0x3f3504f3));
  let f = m - {F}(1f);
  let g = m + {F}(1f);
  let s = f / g;
  let s_high = @high_part(s);
  let g_high = @high_part(g);
  let g_low = m - (g_high - {F}(1f));
  let s_low = ((f - s_high * g_high) - s_high * g_low) / g;
  let z = s * s;
  var q = {F}(0.0909090909f);
  q = q * z + {F}(0.1111111111f);
  q = q * z + {F}(0.1428571429f);
  q = q * z + {F}(0.2f);
  q = q * z + {F}(0.3333333333f);
  let a_low = s_low + s * z * q;
  let p = s_high * {F}(2.884765625f);
  let p_low = s_high * {F}(6.244567921385169e-4f) + a_low * {F}(2.885390043258667f);
  let t = e + p;
  let lost = (p - (t - e)) + p_low;
  let l_high = @high_part(t + lost);
  let l_low = lost - (l_high - t);
  let y_high = @high_part(y);
  let w_high = y_high * l_high;
  let w_low = (y - y_high) * l_high + y * l_low;
  let w = min(max(w_high + w_low, {F}(-200f)), {F}(200f));
  let n = round(w);
  let r = select((w_high - n) + w_low, {F}(0f), abs(w) >= {F}(200f)) * {F}(0.69314718f);
  return @scale_f(@exp_reduced(r) + {F}(1f), n);
}`,
  // The rest of C's pow: signs, zeros, infinities, NaN.
  pow_f: `fn @pow_f(x: {F}, y: {F}) -> {F} {
  let a = abs(x);
  let edge = (a == {F}(0f)) | !@is_finite(a);
  var result = @pow_positive(select(a, {F}(1f), edge), y);
  // 0 and infinity trade places when y < 0.
  let large = (a > {F}(1f)) == (y > {F}(0f));
  let infinity = bitcast<{F}>({U}(0x7f800000u) | (bitcast<{U}>(x) & {U}(0u)));
  result = select(result, select({F}(0f), infinity, large), edge);
  let whole = floor(y) == y;
  let odd = whole & (abs(y) < {F}(16777216f)) & (({I}(y) & {I}(1)) == {I}(1));
  let negative = bitcast<{I}>(x) < {I}(0);
  result = select(result, -result, negative & odd);
  let undefined = (negative & !whole & !edge) | @is_nan(x) | @is_nan(y);
  result = select(result, @quiet_nan(y), undefined);
  return select(result, {F}(1f), (y == {F}(0f)) | ((x == {F}(1f)) & !@is_nan(x)));
}`,
  // The exact remainder by long division of the significands, one bit a step, as many steps as the exponents differ.
  rem_one: `fn rem_one(x: f32, y: f32) -> f32 {
  let divisor = bitcast<u32>(y) & 0x7fffffffu;
  let dividend = bitcast<u32>(x) & 0x7fffffffu;
  if (dividend >= 0x7f800000u || divisor > 0x7f800000u || divisor == 0u) {
    return bitcast<f32>(bitcast<u32>(x) | 0x7fc00000u);
  }
  if (dividend < divisor) { return x; }
  let shift = divisor >> 23u;
  let d = (divisor & 0x7fffffu) | 0x800000u;
  var rest = (dividend & 0x7fffffu) | 0x800000u;
  rest = select(rest, rest - d, rest >= d);
  for (var steps = (dividend >> 23u) - shift; steps > 0u && rest != 0u; steps -= 1u) {
    rest = rest << 1u;
    rest = select(rest, rest - d, rest >= d);
  }
  let sign = bitcast<u32>(x) & 0x80000000u;
  if (rest == 0u) { return bitcast<f32>(sign); }
  let up = countLeadingZeros(rest) - 8u;
  if (shift <= up) {
    let scaled = f32(rest) * bitcast<f32>(shift << 23u) * 1.1920929e-7f;
    return bitcast<f32>(bitcast<u32>(scaled) | sign);
  }
  return bitcast<f32>(sign | ((shift - up) << 23u) | ((rest << up) & 0x7fffffu));
}`,
  rem_f: "fn rem_f(x: f32, y: f32) -> f32 { return @@rem_one(x, y); }",
  rem_f_v: `fn rem_f_v(x: vec4<f32>, y: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(@@rem_one(x.x, y.x), @@rem_one(x.y, y.y), @@rem_one(x.z, y.z), @@rem_one(x.w, y.w));
}`,
};

export const elementaryFunctions: Readonly<Record<string, string>> = {
  ...exponentials,
  ...logarithms,
  ...hyperbolics,
  ...powers,
  ...errorFunctions,
  ...trigonometricFunctions,
};
