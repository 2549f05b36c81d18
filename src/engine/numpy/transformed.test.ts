import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import { jax } from "../index.ts";
import type { ArrayImpl } from "../dispatch/array.ts";
import { fromNumbers } from "./host-array.ts";
import * as jnp from "./index.ts";
import { transformedCases, type CaseOperand, type TransformedCase } from "./transformed-cases.ts";

beforeAll(() => {
  jax.config.update("jax_enable_x64", true);
});
afterAll(() => {
  jax.config.update("jax_enable_x64", false);
});

let state = 7;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

function elementsOf({ shape, low = -2, high = 2, isIndex }: CaseOperand, count = 1): number[] {
  return Array.from({ length: count * sizeOf(shape) }, () =>
    isIndex === true ? Math.floor(low + random() * (high - low + 1)) : low + random() * (high - low),
  );
}

function upload(elements: readonly number[], shape: readonly number[], operand: CaseOperand): ArrayBase {
  return fromNumbers(elements, shape, operand.isIndex === true ? "int32" : "float64");
}

function flat(x: unknown): number[] {
  return Array.from((x as ArrayImpl).dataSync(), Number);
}

function listOf(result: unknown): unknown[] {
  return Array.isArray(result) ? (result as unknown[]) : [result];
}

const batch = 3;

/** Which operands have a batch axis: each alone, and all. */
function choicesOf(each: TransformedCase): boolean[][] {
  const all = each.operands.map(() => true);
  if (all.length === 1) return [all];
  return [all, ...each.operands.map((_, k) => each.operands.map((__, other) => other === k))];
}

function checkBatches(each: TransformedCase, axis: 0 | -1): void {
  for (const batched of choicesOf(each)) {
    const examples = each.operands.map((operand) =>
      Array.from({ length: batch }, () => upload(elementsOf(operand), operand.shape, operand)),
    );
    const args = examples.map((list, k) => (batched[k] ? jnp.stack(list, axis) : list[0]!));
    const in_axes = batched.map((flag) => (flag ? axis : null));
    const together = listOf(jax.vmap(each.f, { in_axes })(...(args as never[])));
    for (let k = 0; k < batch; k++) {
      const own = examples.map((list, position) => (batched[position] ? list[k]! : list[0]!));
      listOf(each.f(...own)).forEach((wanted, result) => {
        const whole = flat(together[result]);
        const size = whole.length / batch;
        const expected = flat(wanted);
        expect(size).toBe(expected.length);
        expected.forEach((value, n) => {
          const actual = whole[k * size + n]!;
          if (Object.is(actual, value)) return;
          expect(Math.abs(actual - value)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)));
        });
      });
    }
  }
}

/** The gradient of a weighted sum of the results against its difference along one direction. */
function checkGradient(each: TransformedCase): void {
  const elements = each.operands.map((operand) => elementsOf(operand));
  const along = each.operands.map((operand) =>
    elementsOf({ shape: operand.shape }).map((value) => (operand.isIndex === true ? 0 : value)),
  );
  const loss = (...args: ArrayBase[]): ArrayBase =>
    listOf(each.f(...args))
      .map((result) => result as ArrayBase)
      .map((result) => {
        const weights = Array.from({ length: result.size }, (_, k) => Math.cos(k + 1));
        return jnp.sum(jnp.multiply(result, fromNumbers(weights, result.shape, "float64")));
      })
      .reduce((sum, term) => jnp.add(sum, term));
  const at = (step: number): ArrayBase[] =>
    each.operands.map((operand, k) =>
      upload(
        elements[k]!.map((value, n) => value + step * along[k]![n]!),
        operand.shape,
        operand,
      ),
    );
  const argnums = each.operands.flatMap((operand, k) => (operand.isIndex === true ? [] : [k]));
  const gradients = jax.grad(loss, argnums)(...(at(0) as never[])) as ArrayBase[];
  let slope = 0;
  argnums.forEach((k, position) => {
    flat(gradients[position]).forEach((value, n) => (slope += value * along[k]![n]!));
  });
  const step = 1e-6;
  const [ahead, behind] = [loss(...at(step)), loss(...at(-step))].map((value) => flat(value)[0]!);
  const difference = (ahead! - behind!) / (2 * step);
  expect(Math.abs(slope - difference)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(difference)));
}

describe.each(transformedCases.map((each) => [each.name, each] as const))("%s", (_, each) => {
  test("vmap agrees with a loop", () => {
    checkBatches(each, 0);
    checkBatches(each, -1);
  });

  if (each.isSmooth) {
    test("grad agrees with differences", () => {
      checkGradient(each);
    });
  }
});
