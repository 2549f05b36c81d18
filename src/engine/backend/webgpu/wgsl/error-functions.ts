/** erf, its inverse and the fused multiply-add that needs, as templates (see helper-functions.ts). */
export const errorFunctions: Readonly<Record<string, string>> = {
  // Up to 1 an odd polynomial; beyond, 1 - exp(-a^2) / a * P(1 / a^2) (Cephes).
  erf_f: `fn @erf_f(x: {F}) -> {F} {
  let a = min(abs(x), {F}(4f));
  let z = x * x;
  var p = {F}(7.853861353153693e-5f);
  p = p * z - {F}(8.010193625184903e-4f);
  p = p * z + {F}(5.188327685732524e-3f);
  p = p * z - {F}(2.685381193529856e-2f);
  p = p * z + {F}(1.128358514861418e-1f);
  p = p * z - {F}(3.761262582423300e-1f);
  p = p * z + {F}(1.128379165726710f);
  let q = {F}(1f) / max(a, {F}(1f));
  let y = q * q;
  var u = {F}(2.326819970068386e-2f);
  u = u * y - {F}(1.387039388740657e-1f);
  u = u * y + {F}(3.687424674597105e-1f);
  u = u * y - {F}(5.824733027278666e-1f);
  u = u * y + {F}(6.210004621745983e-1f);
  u = u * y - {F}(4.944515323274145e-1f);
  u = u * y + {F}(3.404879937665872e-1f);
  u = u * y - {F}(2.741127028184656e-1f);
  u = u * y + {F}(5.638259427386472e-1f);
  var v = {F}(-1.047766399936249e1f);
  v = v * y + {F}(1.297719955372516e1f);
  v = v * y - {F}(7.495518717768503f);
  v = v * y + {F}(2.921019019210786f);
  v = v * y - {F}(1.015265279202700f);
  v = v * y + {F}(4.218463358204948e-1f);
  v = v * y - {F}(2.820767439740514e-1f);
  v = v * y + {F}(5.641895067754075e-1f);
  let tail = {F}(1f) - @exp_f(-(a * a)) * q * select(v, u, a < {F}(2f));
  return select(select(-tail, tail, x > {F}(0f)), p * x, (abs(x) <= {F}(1f)) | @is_nan(x));
}`,
  // p w + c rounded once: the product in two parts (Dekker 1971), the sum with its error (Knuth).
  fused: `fn @fused(p: {F}, w: {F}, c: {F}) -> {F} {
  let p_high = @high_part(p);
  let p_low = p - p_high;
  let w_high = @high_part(w);
  let w_low = w - w_high;
  let product = p * w;
  let lost = ((p_high * w_high - product) + p_high * w_low + p_low * w_high) + p_low * w_low;
  let t = c + product;
  let u = t - c;
  return t + (((c - (t - u)) + (product - u)) + lost);
}`,
  // -log(1 + t) for -1 < t <= 0 as log1p_f computes it.
  minus_log1p: `fn @minus_log1p(t: {F}) -> {F} {
  let u = bitcast<{F}>(bitcast<{U}>({F}(1f) + t) & {U}(0xfffffffeu));
  let bits = bitcast<{I}>(u) - {I}(0x3f3504f3);
  let e = {F}(bits & {I}(-8388608)) * {F}(1.1920929e-7f);
  let near = e == {F}(0f);
  let f = select(bitcast<{F}>((bits & {I}(0x7fffff)) + {I}(0x3f3504f3)) - {F}(1f), t, near);
  let c = select((t - (u - {F}(1f))) / u, {F}(0f), near);
  return -@log_sum(f, e, c);
}`,
  // M. Giles, "Approximating the erfinv function" (GPU Computing Gems, 2011), single precision. The last steps are
  // fused, as the generators of normal numbers whose digits are printed do them.
  erf_inv_f: `fn @erf_inv_f(x: {F}) -> {F} {
  let w = @minus_log1p(-(x * x));
  let near = w < {F}(5f);
  let v = select(sqrt(w) - {F}(3f), w - {F}(2.5f), near);
  // Near and far from the ends: both, since a choice between coefficients costs as much.
  var q = {F}(-0.000200214257f);
  q = q * v + {F}(0.000100950558f);
  q = q * v + {F}(0.00134934322f);
  q = q * v - {F}(0.00367342844f);
  q = q * v + {F}(0.00573950773f);
  q = q * v - {F}(0.0076224613f);
  q = q * v + {F}(0.00943887047f);
  var p = {F}(2.81022636e-08f);
  p = p * v + {F}(3.43273939e-07f);
  p = p * v - {F}(3.5233877e-06f);
  p = p * v - {F}(4.39150654e-06f);
  p = p * v + {F}(0.00021858087f);
  p = p * v - {F}(0.00125372503f);
  p = p * v - {F}(0.00417768164f);
  p = select(q, p, near);
  // Two steps p v + c, each rounded once (as in "fused", but |c| > |p v|).
  let v_high = @high_part(v);
  let v_low = v - v_high;
  let p_high = @high_part(p);
  let p_low = p - p_high;
  let c = select({F}(1.00167406f), {F}(0.246640727f), near);
  let s = p * v;
  let s_lost = ((p_high * v_high - s) + p_high * v_low + p_low * v_high) + p_low * v_low;
  let t = c + s;
  p = t + ((s - (t - c)) + s_lost);
  let r_high = @high_part(p);
  let r_low = p - r_high;
  let d = select({F}(2.83297682f), {F}(1.50140941f), near);
  let h = p * v;
  let h_lost = ((r_high * v_high - h) + r_high * v_low + r_low * v_high) + r_low * v_low;
  let k = d + h;
  p = k + ((h - (k - d)) + h_lost);
  let a = abs(x);
  let ends = x * bitcast<{F}>(bitcast<{U}>(a) | {U}(0x7f800000u));
  return select(select(@quiet_nan(x), ends, a == {F}(1f)), p * x, a < {F}(1f));
}`,
};
