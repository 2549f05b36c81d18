/** Trigonometric functions as templates (see helper-functions.ts); fits by Cephes, single precision. */
const circular: Readonly<Record<string, string>> = {
  // x 2/pi modulo 4 for any |x| >= 2^16 (Payne and Hanek 1983): the significand times the 96 bits of 2/pi that
  // matter at this exponent. Gives (remainder, quadrant).
  large_angle: `fn high_product(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  return a1 * b1 + (middle >> 16u) + ((a0 * b1 + (middle & 0xffffu)) >> 16u);
}
fn large_angle(x: f32) -> vec2<f32> {
  var digits = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let significand = (bits & 0x7fffffu) | 0x800000u;
  let start = min(max(bits >> 23u, 120u) - 120u, 134u);
  let word = start >> 5u;
  let shift = start & 31u;
  let back = (32u - shift) & 31u;
  let mask = select(0xffffffffu, 0u, shift == 0u);
  let p0 = (digits[word] << shift) | ((digits[word + 1u] >> back) & mask);
  let p1 = (digits[word + 1u] << shift) | ((digits[word + 2u] >> back) & mask);
  let p2 = (digits[word + 2u] << shift) | ((digits[word + 3u] >> back) & mask);
  let low = high_product(significand, p2);
  let middle = significand * p1 + low;
  let carry = select(0u, 1u, middle < low);
  let high = significand * p0 + high_product(significand, p1) + carry;
  // The top two bits count quadrants, the rest is a fraction; the nearest multiple leaves at most one half.
  let fraction = (high << 2u) | (middle >> 30u);
  let below = middle << 2u;
  let up = fraction >> 31u;
  let f = select(fraction, ~fraction, up == 1u);
  let g = select(below, ~below, up == 1u);
  let turn = (f32(f) + f32(g) * 2.3283064e-10f) * 2.3283064e-10f * 1.5707964f;
  let signed = select(turn, -turn, (up == 1u) != (bitcast<i32>(x) < 0));
  let quadrant = i32((high >> 30u) + up);
  return vec2<f32>(signed, f32(select(quadrant, -quadrant, bitcast<i32>(x) < 0) & 3));
}`,
  // x = n pi/2 + r up to |x| = 1e5, in four parts of pi/2 whose first three times n are exact (Cody and Waite 1980).
  near_angle: `fn @near_angle(x: {F}, n: {F}) -> {F} {
  let r = (x - n * {F}(1.5703125f)) - n * {F}(4.825592041015625e-4f);
  return (r - n * {F}(1.2665987014770508e-6f)) - n * {F}(9.920936e-10f);
}`,
  angle: `fn angle(x: f32, quadrant: ptr<function, i32>) -> f32 {
  if (abs(x) > 1e5f) {
    let large = @@large_angle(x);
    *quadrant = i32(large.y);
    return large.x;
  }
  let n = round(x * 0.63661975f);
  *quadrant = i32(n);
  return @near_angle(x, n);
}`,
  angle_v: `fn angle_v(x: vec4<f32>, quadrant: ptr<function, vec4<i32>>) -> vec4<f32> {
  let n = round(x * 0.63661975f);
  var q = vec4<i32>(n);
  var r = @near_angle(x, n);
  let far = abs(x) > vec4<f32>(1e5f);
  for (var more = select(0u, 4u, any(far)); more > 0u; more -= 1u) {
    let at = vec4<bool>(more == 1u, more == 2u, more == 3u, more == 4u) & far;
    let one = select(select(x.w, x.z, more == 3u), select(x.y, x.x, more == 1u), more <= 2u);
    let large = @@large_angle(one);
    r = select(r, vec4<f32>(large.x), at);
    q = select(q, vec4<i32>(i32(large.y)), at);
  }
  *quadrant = q;
  return r;
}`,
  sin_reduced: `fn @sin_reduced(r: {F}, z: {F}) -> {F} {
  return ((({F}(-1.9515295891e-4f) * z + {F}(8.3321608736e-3f)) * z - {F}(1.6666654611e-1f)) * z) * r + r;
}`,
  cos_reduced: `fn @cos_reduced(z: {F}) -> {F} {
  let p = ({F}(2.443315711809948e-5f) * z - {F}(1.388731625493765e-3f)) * z + {F}(4.166664568298827e-2f);
  return (p * (z * z) - {F}(0.5f) * z) + {F}(1f);
}`,
  // sin(r + q pi/2)
  turned_sin: `fn @turned_sin(r: {F}, q: {I}) -> {F} {
  let z = r * r;
  let value = select(@sin_reduced(r, z), @cos_reduced(z), (q & {I}(1)) == {I}(1));
  return bitcast<{F}>(bitcast<{I}>(value) ^ ((q & {I}(2)) * {I}(0x40000000)));
}`,
  turned_tan: `fn @turned_tan(r: {F}, q: {I}) -> {F} {
  let z = r * r;
  let s = @sin_reduced(r, z);
  let c = @cos_reduced(z);
  return select(s / c, -(c / s), (q & {I}(1)) == {I}(1));
}`,
  // The "near" functions are right up to a bound and for NaN (nearBounds); the others everywhere, infinities giving NaN.
  // They are for adapters that run both sides of a branch, and leave the large angles to be done apart.
  //
  // sin on [-pi/2, pi/2]: a minimax fit of our own (0.1 ulp).
  half_turn: `fn @half_turn(s: {F}) -> {F} {
  let z = s * s;
  var p = {F}(2.605631e-6f);
  p = p * z - {F}(1.9809538e-4f);
  p = p * z + {F}(8.333066e-3f);
  p = p * z - {F}(1.666666e-1f);
  return p * z * s + s;
}`,
  // x - n pi for multiples n of 1/2 up to 64, in three parts of pi whose first two times n are exact.
  near_half_turn: `fn @near_half_turn(x: {F}, n: {F}) -> {F} {
  return ((x - n * {F}(3.14154052734375f)) - n * {F}(5.212612450122833e-5f)) - n * {F}(1.2154201e-10f);
}`,
  // The sign (-1)^n of an integer n below 2^22, as the bit to be flipped: adding 1.5 2^23 puts n's last bit in place.
  turn_sign: `fn @turn_sign(n: {F}) -> {I} {
  return bitcast<{I}>(n + {F}(12582912f)) * {I}(-2147483647 - 1);
}`,
  // x = n pi + r. The sign of r is the result's, also where that is 0: so n must not be -0, which rounding would give.
  sin_near: `fn @sin_near(x: {F}) -> {F} {
  let n = floor(x * {F}(0.31830987f) + {F}(0.5f));
  let s = bitcast<{I}>(@near_half_turn(x, n)) ^ @turn_sign(n);
  return bitcast<{F}>(bitcast<{I}>(@half_turn(bitcast<{F}>(s))) | (s & {I}(-2147483647 - 1)));
}`,
  // x = (n - 1/2) pi + r, so cos x = sin(r + n pi)
  cos_near: `fn @cos_near(x: {F}) -> {F} {
  let n = round(x * {F}(0.31830987f) + {F}(0.5f));
  let r = @near_half_turn(x, n - {F}(0.5f));
  return @half_turn(bitcast<{F}>(bitcast<{I}>(r) ^ @turn_sign(n)));
}`,
  tan_near: `fn @tan_near(x: {F}) -> {F} {
  let n = round(x * {F}(0.63661975f));
  return select(@turned_tan(@near_angle(x, n), {I}(n)), x, x == {F}(0f));
}`,
  sin_f: `fn @sin_f(x: {F}) -> {F} {
  var q: {I};
  let r = @angle(x, &q);
  return select(select(@quiet_nan(x), @turned_sin(r, q), @is_finite(x)), x, x == {F}(0f));
}`,
  cos_f: `fn @cos_f(x: {F}) -> {F} {
  var q: {I};
  let r = @angle(x, &q);
  return select(@quiet_nan(x), @turned_sin(r, q + {I}(1)), @is_finite(x));
}`,
  tan_f: `fn @tan_f(x: {F}) -> {F} {
  var q: {I};
  let r = @angle(x, &q);
  return select(select(@quiet_nan(x), @turned_tan(r, q), @is_finite(x)), x, x == {F}(0f));
}`,
};

const inverse: Readonly<Record<string, string>> = {
  // asin on [0, 1/2], given z = x^2
  asin_reduced: `fn @asin_reduced(x: {F}, z: {F}) -> {F} {
  var p = {F}(4.2163199048e-2f);
  p = p * z + {F}(2.4181311049e-2f);
  p = p * z + {F}(4.5470025998e-2f);
  p = p * z + {F}(7.4953002686e-2f);
  p = p * z + {F}(1.6666752422e-1f);
  return p * z * x + x;
}`,
  // Above 1/2: asin a = pi/2 - 2 asin sqrt((1 - a) / 2)
  asin_f: `fn @asin_f(x: {F}) -> {F} {
  let a = abs(x);
  let big = a > {F}(0.5f);
  let z = select(a * a, max({F}(0.5f) * ({F}(1f) - a), {F}(0f)), big);
  let root = select(a, sqrt(z), big);
  let p = @asin_reduced(root, z);
  let result = select(p, ({F}(1.5707964f) - {F}(2f) * p) - {F}(4.371139e-8f), big);
  let signed = bitcast<{F}>(bitcast<{U}>(result) | (bitcast<{U}>(x) & {U}(0x80000000u)));
  return select(@quiet_nan(x), signed, a <= {F}(1f));
}`,
  acos_f: `fn @acos_f(x: {F}) -> {F} {
  let a = abs(x);
  let big = a > {F}(0.5f);
  let z = select(a * a, max({F}(0.5f) * ({F}(1f) - a), {F}(0f)), big);
  let root = select(x, sqrt(z), big);
  let p = @asin_reduced(root, z);
  let outer = select({F}(2f) * p, {F}(3.1415927f) - {F}(2f) * p, x < {F}(0f));
  return select(@quiet_nan(x), select({F}(1.5707964f) - p, outer, big), a <= {F}(1f));
}`,
  // atan on |t| <= tan(pi/8)
  atan_reduced: `fn @atan_reduced(t: {F}) -> {F} {
  let z = t * t;
  var p = {F}(8.05374449538e-2f);
  p = p * z - {F}(1.38776856032e-1f);
  p = p * z + {F}(1.99777106478e-1f);
  p = p * z - {F}(3.33329491539e-1f);
  return p * z * t + t;
}`,
  atan_f: `fn @atan_f(x: {F}) -> {F} {
  let a = abs(x);
  let far = a > {F}(2.4142136f);
  let middle = (a > {F}(0.41421357f)) & !far;
  let t = select(select(a, (a - {F}(1f)) / (a + {F}(1f)), middle), {F}(-1f) / a, far);
  let base = select(select({F}(0f), {F}(0.7853982f), middle), {F}(1.5707964f), far);
  // What the rounded pi/2 and pi/4 are too large by.
  let result = base + (@atan_reduced(t) - base * {F}(2.7827534e-8f));
  return select(bitcast<{F}>(bitcast<{U}>(result) | (bitcast<{U}>(x) & {U}(0x80000000u))), x, @is_nan(x));
}`,
  // The angle in the first octant from the smaller over the larger, then unfolded.
  atan2_f: `fn @atan2_f(y: {F}, x: {F}) -> {F} {
  let a = abs(y);
  let b = abs(x);
  let steep = a > b;
  let top = min(a, b);
  let bottom = max(a, b);
  let quotient = select(top / bottom, {F}(0f), bottom == {F}(0f));
  let ratio = select(quotient, {F}(1f), !@is_finite(top));
  let octant = @atan_f(ratio);
  let quadrant = select(octant, {F}(1.5707964f) - octant, steep);
  let half = select(quadrant, {F}(3.1415927f) - quadrant, bitcast<{I}>(x) < {I}(0));
  let result = bitcast<{F}>(bitcast<{U}>(half) | (bitcast<{U}>(y) & {U}(0x80000000u)));
  return select(select(result, y, @is_nan(y)), x, @is_nan(x));
}`,
};

/** Up to which |x| the "near" functions are right. */
export const nearBounds = { sin: 200, cos: 200, tan: 1e5 } as const;

export const trigonometricFunctions: Readonly<Record<string, string>> = { ...circular, ...inverse };
