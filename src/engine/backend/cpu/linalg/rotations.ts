/**
 * Applies plane rotations to rows of `values` (`length` numbers each): rotation t, for t = 0 to count - 1, takes rows
 * f = start + t * stride and g = f + stride to c f - s g and s f + c g. Four at a time, since most of the work is to load
 * and store the rows that neighbouring rotations share.
 */
export function applyRotations(
  values: Float64Array,
  start: number,
  stride: number,
  length: number,
  cosines: Float64Array,
  sines: Float64Array,
  count: number,
): void {
  let t = 0;
  for (; t + 4 <= count; t += 4) rotateFour(values, start + t * stride, stride, length, cosines, sines, t);
  for (; t < count; t++) rotateTwo(values, start + t * stride, stride, length, cosines[t]!, sines[t]!);
}

function rotateTwo(
  values: Float64Array,
  start: number,
  stride: number,
  length: number,
  c: number,
  s: number,
): void {
  for (let f = start; f < start + length; f++) {
    const left = values[f]!;
    const right = values[f + stride]!;
    values[f] = c * left - s * right;
    values[f + stride] = s * left + c * right;
  }
}

function rotateFour(
  values: Float64Array,
  start: number,
  stride: number,
  length: number,
  cosines: Float64Array,
  sines: Float64Array,
  t: number,
): void {
  const [c0, c1, c2, c3] = [cosines[t]!, cosines[t + 1]!, cosines[t + 2]!, cosines[t + 3]!];
  const [s0, s1, s2, s3] = [sines[t]!, sines[t + 1]!, sines[t + 2]!, sines[t + 3]!];
  const [second, third, fourth] = [2 * stride, 3 * stride, 4 * stride];
  for (let f = start; f < start + length; f++) {
    const a = values[f]!;
    const b = values[f + stride]!;
    values[f] = c0 * a - s0 * b;
    const moved1 = s0 * a + c0 * b;
    const c = values[f + second]!;
    values[f + stride] = c1 * moved1 - s1 * c;
    const moved2 = s1 * moved1 + c1 * c;
    const d = values[f + third]!;
    values[f + second] = c2 * moved2 - s2 * d;
    const moved3 = s2 * moved2 + c2 * d;
    const e = values[f + fourth]!;
    values[f + third] = c3 * moved3 - s3 * e;
    values[f + fourth] = s3 * moved3 + c3 * e;
  }
}
