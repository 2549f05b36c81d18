import type { ArrayBase } from "../core/array-base.ts";
import { formatShape, type Shape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import { ValueError } from "../core/errors.ts";
import { defaultInt } from "../core/promotion.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import * as lax from "../lax/index.ts";
import { cumsum } from "../numpy/cumulative.ts";
import { toShape } from "../numpy/creation.ts";
import { checkArraylike, convert, toInexactDType } from "../numpy/promote.ts";
import { take } from "../numpy/selection.ts";
import { searchsorted } from "../numpy/sorting.ts";
import { checkKey } from "./checks.ts";
import { gumbelOf } from "./continuous.ts";
import { axisOf, permutation } from "./permutation.ts";
import { randintOf } from "./randint.ts";
import { uniformBetween } from "./uniform.ts";

/** Keyword arguments of `choice`. */
export interface ChoiceOptions {
  readonly shape?: readonly number[];
  readonly replace?: boolean;
  readonly p?: Value | null;
  readonly axis?: number;
}

/**
 * Elements of `a` along `axis` (or of 0 to a - 1), drawn with or without replacement, evenly or with probabilities p.
 * Throws ValueError when there are not enough to draw from, or p does not fit.
 */
export function choice(
  key: ArrayBase,
  a: Value,
  shape?: readonly number[] | ChoiceOptions,
  replace?: boolean | ChoiceOptions,
  p?: Value | null | ChoiceOptions,
  axis?: number | ChoiceOptions,
): ArrayBase {
  checkKey("choice", key);
  const names = ["shape", "replace", "p", "axis"] as const;
  const options = callArguments<ChoiceOptions>("choice", names, [shape, replace, p, axis]);
  const wanted: unknown = options.shape ?? [];
  if (!Array.isArray(wanted)) {
    throw new TypeError(`shape argument of jax.random.choice must be a sequence, got ${String(wanted)}`);
  }
  checkArraylike("choice", [a]);
  return new Choice(key, a, toShape(wanted), options).draw();
}

/** One call of `choice`. */
class Choice {
  readonly #key: ArrayBase;
  readonly #a: Value;
  readonly #shape: Shape;
  readonly #replace: boolean;
  readonly #p: Value | null;
  readonly #axis: number;
  readonly #count: number;
  readonly #draws: number;

  constructor(key: ArrayBase, a: Value, shape: Shape, options: ChoiceOptions) {
    this.#key = key;
    this.#a = a;
    this.#shape = shape;
    this.#replace = options.replace ?? true;
    this.#p = options.p ?? null;
    const own = avalOf(a).shape;
    this.#axis = own.length === 0 ? 0 : axisOf(options.axis ?? 0, own.length);
    this.#count = own.length === 0 ? Number(a) : own[this.#axis]!;
    this.#draws = shape.reduce((product, extent) => product * extent, 1);
  }

  draw(): ArrayBase {
    const { shape, dtype } = avalOf(this.#a);
    if (this.#draws === 0) return lax.full(this.#shape, 0, dtype);
    this.#checkCounts();
    const drawn = this.#p === null ? this.#drawEvenly() : this.#pick(this.#drawWith(this.#p));
    if (shape.length === 0) return lax.reshape(drawn, this.#shape);
    return lax.reshape(drawn, [
      ...shape.slice(0, this.#axis),
      ...this.#shape,
      ...shape.slice(this.#axis + 1),
    ]);
  }

  #checkCounts(): void {
    if (this.#count <= 0) throw new ValueError("a must be greater than 0 unless no samples are taken");
    if (this.#replace || this.#draws <= this.#count) return;
    throw new ValueError(
      `Cannot take a larger sample (size ${String(this.#draws)}) than population (size ${String(this.#count)}) ` +
        `when 'replace=False'`,
    );
  }

  #drawEvenly(): ArrayBase {
    if (this.#replace) return this.#pick(randintOf(this.#key, this.#shape, 0, this.#count));
    const order = permutation(this.#key, this.#a, this.#axis);
    return lax.slice_in_dim(order, 0, this.#draws, 1, this.#axis);
  }

  /** Positions, by their probabilities. */
  #drawWith(p: Value): ArrayBase {
    checkArraylike("choice", [p]);
    const { shape, dtype } = avalOf(p);
    if (shape.length !== 1 || shape[0] !== this.#count) {
      throw new ValueError(
        `p must be None or a 1D vector with the same size as a.shape[axis]. p has shape ${formatShape(shape)} and ` +
          `a.shape[axis] is ${String(this.#count)}.`,
      );
    }
    const weights = lax.asarray(convert(p, toInexactDType(dtype)));
    if (!this.#replace) {
      const scores = lax.add(gumbelOf(this.#key, shape, weights.dtype), lax.log(weights));
      return lax.convert_element_type(lax.top_k(scores, this.#draws)[1], defaultInt());
    }
    const cumulative = cumsum(weights);
    const total = lax.squeeze(lax.slice_in_dim(cumulative, this.#count - 1, this.#count), [0]);
    const u = uniformBetween(this.#key, this.#shape, weights.dtype, 0, 1);
    const place = lax.mul(total, lax.add(lax.neg(u), 1));
    return lax.convert_element_type(searchsorted(cumulative, place), defaultInt());
  }

  #pick(positions: ArrayBase): ArrayBase {
    return avalOf(this.#a).ndim === 0 ? positions : take(this.#a, positions, this.#axis);
  }
}
