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

/** 20 rounds of Threefry-2x32 (Salmon, Moraes, Dror, Shaw, 2011), as statements on a and b under the key schedule k. */
function threefryRounds(type: string, rotated: (bits: number) => string): string {
  const rotations = [
    [13, 15, 26, 6],
    [17, 29, 16, 24],
  ];
  const lines: string[] = [];
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2]!) lines.push(`a += b; b = (${rotated(bits)}) ^ a;`);
    lines.push(`a += k${(group + 1) % 3}; b += k${(group + 2) % 3} + ${type}(${group + 1}u);`);
  }
  return lines.join("\n  ");
}

const words = (names: string, type: string): string =>
  names
    .split(" ")
    .map((name) => `${name}: ${type}`)
    .join(", ");

/** Threefry with shifts, where shifting four lanes is one instruction. */
const threefry = `struct @Block { first: {U}, second: {U} }
fn @threefry(${words("k0 k1 k2 x0 x1", "{U}")}) -> @Block {
  var a = x0 + k0;
  var b = x1 + k1;
  ${threefryRounds("{U}", (bits) => `(b << {U}(${bits}u)) | (b >> {U}(${32 - bits}u))`)}
  return @Block(a, b);
}`;

/** Threefry without shifts, for adapters that shift one lane after the other. */
function threefryUnshifted(
  name: string,
  block: string,
  [u, f, i]: readonly [string, string, string],
): string {
  const rounds = threefryRounds(u, (bits) => {
    const left = (value: string, by: number): string => `(${value} * ${u}(${2 ** by}u))`;
    const right = (value: string, kept: number): string => shiftedRight(value, 32 - kept, [u, f, i]);
    // A part of the word at a time, as long as floats can hold.
    if (bits <= 22) return `${left("b", bits)} | ${right("b", bits)}`;
    return `${left("b", bits)} | ${left(right("b", 13), bits - 13)} | ${right(left("b", 13), bits - 13)}`;
  });
  return `fn ${name}(${words("k0 k1 k2 x0 x1", u)}) -> ${block} {
  var a = x0 + k0;
  var b = x1 + k1;
  ${rounds}
  return ${block}(a, b);
}`;
}

/**
 * `value >> by` for by >= 9, through floats: the bits kept, as a signed number, are exact in one; adding 1.5 2^23 puts
 * them back at the low end. `types` are the unsigned, float and signed types.
 */
export function shiftedRight(
  value: string,
  by: number,
  [u, f, i]: readonly [string, string, string],
): string {
  const kept = 32 - by;
  const top = `${u}(${(0xffffffff << by) >>> 0}u)`;
  const moved = `bitcast<${u}>(${f}(bitcast<${i}>(${value} & ${top})) * ${f}(${2 ** -by}f) + ${f}(12582912f))`;
  const low = kept === 23 ? `(${moved} ^ ${u}(0x400000u))` : moved;
  return `(${low} & ${u}(${2 ** kept - 1}u))`;
}

const threefryTemplates: Readonly<Record<string, string>> = {
  threefry,
  threefry_unshifted: `struct Block { first: u32, second: u32 }
${threefryUnshifted("threefry_unshifted", "Block", ["u32", "f32", "i32"])}`,
  // Two lanes at a time: four would not fit in the registers of a software adapter.
  threefry_unshifted_v: `struct Block_v { first: vec4<u32>, second: vec4<u32> }
struct BlockPair { first: vec2<u32>, second: vec2<u32> }
${threefryUnshifted("threefry_pair", "BlockPair", ["vec2<u32>", "vec2<f32>", "vec2<i32>"])}
fn threefry_unshifted_v(${words("k0 k1 k2 x0 x1", "vec4<u32>")}) -> Block_v {
  let low = threefry_pair(${["k0", "k1", "k2", "x0", "x1"].map((name) => `${name}.xy`).join(", ")});
  let high = threefry_pair(${["k0", "k1", "k2", "x0", "x1"].map((name) => `${name}.zw`).join(", ")});
  return Block_v(vec4<u32>(low.first, high.first), vec4<u32>(low.second, high.second));
}`,
};

const templates: Readonly<Record<string, string>> = {
  ...basics,
  ...elementaryFunctions,
  ...threefryTemplates,
};

/**
 * Long functions of floats that four lanes ask for two lanes at a time: what they hold at once would not fit in the
 * registers of a software adapter. Adapters with lanes of their own do not care.
 */
const halved: ReadonlySet<string> = new Set(["erf_inv_f", "erf_f", "pow_f", "log1p_f"]);

type Width = 1 | 2 | 4;
const suffixes: Readonly<Record<Width, string>> = { 1: "", 2: "_h", 4: "_v" };

/** The text of the helpers named (a trailing "_v" asks for four lanes, "_h" for two) and of all they call, callees first. */
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

interface Text {
  readonly code: string;
  readonly calls: readonly string[];
}

function expand(name: string): Text {
  const width: Width = name.endsWith("_v") ? 4 : name.endsWith("_h") ? 2 : 1;
  const base = width === 1 ? name : name.slice(0, -2);
  // Some helpers have a text of their own for four lanes.
  const template = templates[name] ?? templates[base];
  if (template === undefined) throw new Error(`no helper function ${name}`);
  if (width === 4 && halved.has(base)) return inHalves(base, template);
  const calls: string[] = [];
  // "@@name" is a call to the one-lane version from any width.
  const code = template
    .replaceAll(/\{([FIUB])\}/g, (_, letter: string) => {
      const scalar = { F: "f32", I: "i32", U: "u32", B: "bool" }[letter]!;
      return width === 1 ? scalar : `vec${width}<${scalar}>`;
    })
    .replaceAll(/(@@?)(\w+)/g, (_, at: string, called: string) => {
      const full = at === "@" ? `${called}${suffixes[width]}` : called;
      if (full !== name && called !== "Block") calls.push(full);
      return full;
    });
  return { code, calls };
}

/** Four lanes by two calls with two. */
function inHalves(base: string, template: string): Text {
  const signature = new RegExp(`fn @${base}\\(([^)]*)\\)`).exec(template);
  if (signature === null) throw new Error(`helper function ${base} has no signature`);
  const names = signature[1]!.split(",").map((parameter) => parameter.split(":")[0]!.trim());
  const half = (lanes: string): string => `${base}_h(${names.map((each) => `${each}.${lanes}`).join(", ")})`;
  const code = `fn ${base}_v(${words(names.join(" "), "vec4<f32>")}) -> vec4<f32> {
  return vec4<f32>(${half("xy")}, ${half("zw")});
}`;
  return { code, calls: [`${base}_h`] };
}
