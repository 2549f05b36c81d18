import { elementaryFunctions } from "./elementary-functions.ts";

/**
 * Functions a shader may call, as templates: {F} {I} {U} {B} stand for the float, int, uint and bool types of one or
 * four lanes, and a call `@name(` to another helper follows the same width. All are written without branches on the
 * data unless a comment says why, so that one text serves both widths.
 */
const basics: Readonly<Record<string, string>> = {
  is_nan: `fn @is_nan(x: {F}) -> {B} {
  return (bitcast<{U}>(x) & {U}(0x7fffffffu)) > {U}(0x7f800000u);
}`,
  is_finite: `fn @is_finite(x: {F}) -> {B} {
  return (bitcast<{U}>(x) & {U}(0x7f800000u)) != {U}(0x7f800000u);
}`,
  sign_f: `fn @sign_f(x: {F}) -> {F} {
  return select(sign(x), x, @is_nan(x));
}`,
  max_f: `fn @max_f(a: {F}, b: {F}) -> {F} {
  return select(select(max(a, b), b, @is_nan(b)), a, @is_nan(a));
}`,
  min_f: `fn @min_f(a: {F}, b: {F}) -> {F} {
  return select(select(min(a, b), b, @is_nan(b)), a, @is_nan(a));
}`,
  // Orders floats as int32: NaN above all, -0 and 0 alike.
  rank_f: `fn @rank_f(x: {F}) -> {I} {
  let bits = bitcast<{I}>(x);
  let ordered = bits ^ select({I}(0), {I}(0x7fffffff), bits < {I}(0));
  return select(select(ordered, {I}(0), x == {F}(0f)), {I}(2147483647), @is_nan(x));
}`,
  join_sums: `fn join_sums(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let t = a.x + b.x;
  let u = t - a.x;
  return vec2<f32>(t, ((a.x - (t - u)) + (b.x - u)) + (a.y + b.y));
}`,
  // After an overflow the compensation is NaN and means nothing.
  finish_sum: `fn finish_sum(s: vec2<f32>) -> f32 {
  return select(s.x, s.x + s.y, @is_finite(s.x));
}`,
  join_positions: `fn join_positions(a: vec2<i32>, b: vec2<i32>) -> vec2<i32> {
  return select(a, b, (b.x > a.x) || (b.x == a.x && b.y < a.y));
}`,
  float_to_int: `fn @float_to_int(x: {F}) -> {I} {
  let t = {I}(clamp(x, {F}(-2147483648f), {F}(2147483520f)));
  return select(select(t, {I}(2147483647), x >= {F}(2147483648f)), {I}(0), @is_nan(x));
}`,
  float_to_uint: `fn @float_to_uint(x: {F}) -> {U} {
  let t = {U}(clamp(x, {F}(0f), {F}(4294967040f)));
  return select(select(t, {U}(4294967295u), x >= {F}(4294967296f)), {U}(0u), @is_nan(x));
}`,
  // Square and multiply. Negative exponents give 0 but for bases 1 and -1.
  pow_i: `fn @pow_i(base: {I}, exponent: {I}) -> {I} {
  var result = {I}(1);
  var square = base;
  var rest = bitcast<{U}>(exponent);
  for (var i = 0; i < 32; i++) {
    result = select(result, result * square, (rest & {U}(1u)) == {U}(1u));
    square = square * square;
    rest = rest >> {U}(1u);
  }
  let odd = (bitcast<{U}>(exponent) & {U}(1u)) == {U}(1u);
  let one = select({I}(0), {I}(1), base == {I}(1));
  let reciprocal = select(one, select({I}(1), {I}(-1), odd), base == {I}(-1));
  return select(result, reciprocal, exponent < {I}(0));
}`,
  pow_u: `fn @pow_u(base: {U}, exponent: {U}) -> {U} {
  var result = {U}(1u);
  var square = base;
  var rest = exponent;
  for (var i = 0; i < 32; i++) {
    result = select(result, result * square, (rest & {U}(1u)) == {U}(1u));
    square = square * square;
    rest = rest >> {U}(1u);
  }
  return result;
}`,
};

/** 20 rounds of Threefry-2x32 (Salmon, Moraes, Dror, Shaw, 2011) under the key schedule k. */
function threefry(): string {
  const rotations = [
    [13, 15, 26, 6],
    [17, 29, 16, 24],
  ];
  const lines: string[] = [];
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2]!) {
      // A product in place of a shift to the left: software adapters shift lane by lane.
      lines.push(`a += b; b = ((b * {U}(${2 ** bits}u)) | (b >> {U}(${32 - bits}u))) ^ a;`);
    }
    lines.push(`a += k${(group + 1) % 3}; b += k${(group + 2) % 3} + {U}(${group + 1}u);`);
  }
  return `struct @Block { first: {U}, second: {U} }
fn @threefry(k0: {U}, k1: {U}, k2: {U}, x0: {U}, x1: {U}) -> @Block {
  var a = x0 + k0;
  var b = x1 + k1;
  ${lines.join("\n  ")}
  return @Block(a, b);
}`;
}

const templates: Readonly<Record<string, string>> = {
  ...basics,
  ...elementaryFunctions,
  threefry: threefry(),
};

/** The text of the helpers named (a trailing "_v" asks for four lanes) and of all they call, callees first. */
export function helperText(names: Iterable<string>): string {
  const done = new Set<string>();
  const texts: string[] = [];
  const add = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const text = expand(name);
    for (const called of text.calls) add(called);
    texts.push(text.code);
  };
  for (const name of names) add(name);
  return texts.join("\n");
}

function expand(name: string): { readonly code: string; readonly calls: readonly string[] } {
  const wide = name.endsWith("_v");
  // Some helpers have a text of their own for four lanes.
  const template = templates[name] ?? templates[wide ? name.slice(0, -2) : name];
  if (template === undefined) throw new Error(`no helper function ${name}`);
  const calls: string[] = [];
  // "@@name" is a call to the one-lane version from either width.
  const code = template
    .replaceAll(/\{([FIUB])\}/g, (_, letter: string) => {
      const scalar = { F: "f32", I: "i32", U: "u32", B: "bool" }[letter]!;
      return wide ? `vec4<${scalar}>` : scalar;
    })
    .replaceAll(/(@@?)(\w+)/g, (_, at: string, called: string) => {
      const full = wide && at === "@" ? `${called}_v` : called;
      if (full !== name && called !== "Block") calls.push(full);
      return full;
    });
  return { code, calls };
}
