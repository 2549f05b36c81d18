import type { ArrayBase } from "../core/array-base.ts";
import * as lax from "./lax.ts";

/** Reproducible numbers below a bound. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Step = (values: readonly ArrayBase[]) => ArrayBase;

/** Exact arithmetic, so that no order of evaluation shows: small integers in int32. */
function randomStep(random: (below: number) => number, shapes: readonly (readonly number[])[]): Step {
  const pick = random(shapes.length);
  const shape = shapes[pick]!;
  const ndim = shape.length;
  const axis = ndim === 0 ? 0 : random(ndim);
  const sameShape = shapes.map((other, k) => (other.join() === shape.join() ? k : -1)).filter((k) => k >= 0);
  const other = sameShape[random(sameShape.length)]!;
  const small = (x: ArrayBase): ArrayBase => lax.rem(x, 17);
  const choices: (() => Step)[] = [
    () => (v) => lax.add(v[pick]!, v[other]!),
    () => (v) => small(lax.mul(v[pick]!, v[other]!)),
    () => (v) => lax.sub(v[pick]!, 3),
    () => (v) => lax.max(v[pick]!, v[other]!),
    () => (v) => lax.select(lax.gt(v[pick]!, v[other]!), v[pick]!, lax.neg(v[other]!)),
    () => (v) => lax.reshape(v[pick]!, [v[pick]!.size]),
    () => (v) =>
      lax.broadcast_in_dim(
        v[pick]!,
        [2, ...shape],
        shape.map((_, k) => k + 1),
      ),
  ];
  if (ndim > 0) {
    const permutation = shape.map((_, k) => (k + axis) % ndim);
    choices.push(
      () => (v) => lax.transpose(v[pick]!, permutation),
      () => (v) => lax.rev(v[pick]!, [axis]),
      () => (v) => small(lax.reduce_sum(v[pick]!, [axis])),
      () => (v) =>
        lax.reduce_max(
          v[pick]!,
          shape.map((_, k) => k),
        ),
      () => (v) => small(lax.cumsum(v[pick]!, axis)),
      () => (v) => lax.concatenate([v[pick]!, v[other]!], axis),
      () => (v) => lax.slice_in_dim(v[pick]!, 0, Math.max(1, shape[axis]! - 1), 1, axis),
      () => (v) =>
        lax.pad(
          v[pick]!,
          5,
          shape.map(() => [1, 0, 0] as const),
        ),
      () => (v) => lax.argmax(v[pick]!, axis),
      () => (v) => lax.sort([v[pick]!], axis)[0]!,
    );
  }
  if (ndim === 2) {
    choices.push(
      () => (v) =>
        small(
          lax.dot_general(v[pick]!, v[other]!, [
            [[1], [1]],
            [[], []],
          ]),
        ),
    );
  }
  return choices[random(choices.length)]!();
}

/** The program of a seed, over two int32 matrices of one shape; returns several of its values. For tests. */
export function randomProgram(seed: number): (x: ArrayBase, y: ArrayBase) => ArrayBase[] {
  return (x, y) => {
    // The same seed makes the same program from tracers and from arrays.
    const random = generator(seed);
    const values: ArrayBase[] = [x, y];
    const steps = 3 + random(12);
    for (let step = 0; step < steps; step++) {
      const made = randomStep(
        random,
        values.map((value) => value.shape),
      )(values);
      if (made.size <= 600) values.push(made);
    }
    return values.filter((_, k) => k === values.length - 1 || random(3) === 0);
  };
}

/** The two inputs of a seed's program. */
export function randomInputs(seed: number): [ArrayBase, ArrayBase] {
  const random = generator(seed * 7919);
  const shape = [1 + random(4), 1 + random(5)];
  const x = lax.rem(lax.reshape(lax.iota("int32", shape[0]! * shape[1]!), shape), 7);
  return [x, lax.sub(lax.rem(lax.mul(x, 5), 11), 4)];
}
