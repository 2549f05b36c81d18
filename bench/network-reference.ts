import { layers, type NetworkData } from "./inputs.ts";

export interface NetworkResult {
  readonly loss: ArrayLike<number>;
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
}

/** One step of gradient descent on the cross-entropy of relu layers, in double precision. */
export function networkStep({ x, labels, w1, b1, w2, b2 }: NetworkData): NetworkResult {
  const { inputs, hidden, classes, rate } = layers;
  const batch = x.length / inputs;
  const next = [w1, b1, w2, b2].map((weights) => Float64Array.from(weights)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let loss = 0;
  for (let row = 0; row < batch; row++) {
    const example = x.subarray(row * inputs, (row + 1) * inputs);
    const active = affine(example, w1, b1, hidden).map((value) => Math.max(value, 0));
    const logits = affine(active, w2, b2, classes);
    const most = Math.max(...logits);
    const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0)) + most;
    const error = logits.map((value, k) => (Math.exp(value - total) - labels[row * classes + k]!) / batch);
    logits.forEach((value, k) => (loss += (labels[row * classes + k]! * (total - value)) / batch));
    const back = active.map((value, j) => {
      if (value <= 0) return 0;
      return error.reduce((sum, each, k) => sum + each * w2[j * classes + k]!, 0);
    });
    descend(next[0], next[1], example, back, rate);
    descend(next[2], next[3], active, error, rate);
  }
  const [nextW1, nextB1, nextW2, nextB2] = next;
  return { loss: [loss], w1: nextW1, b1: nextB1, w2: nextW2, b2: nextB2 };
}

function affine(
  input: ArrayLike<number>,
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
  outputs: number,
): Float64Array {
  const result = Float64Array.from(bias);
  for (let i = 0; i < input.length; i++) {
    const value = input[i]!;
    for (let j = 0; j < outputs; j++) result[j] = result[j]! + value * weights[i * outputs + j]!;
  }
  return result;
}

/** Takes the gradient of one layer, an outer product, away from its weights. */
function descend(
  weights: Float64Array,
  bias: Float64Array,
  input: ArrayLike<number>,
  error: ArrayLike<number>,
  rate: number,
): void {
  const outputs = error.length;
  for (let i = 0; i < input.length; i++) {
    const factor = rate * input[i]!;
    if (factor === 0) continue;
    for (let j = 0; j < outputs; j++)
      weights[i * outputs + j] = weights[i * outputs + j]! - factor * error[j]!;
  }
  for (let j = 0; j < outputs; j++) bias[j] = bias[j]! - rate * error[j]!;
}
