import type { ShapedArray } from "./aval.ts";

/** Zeros of an aval that nobody has computed: a tangent or cotangent of what does not depend on the input. */
export class Zero {
  readonly aval: ShapedArray;

  constructor(aval: ShapedArray) {
    this.aval = aval;
  }
}

/** In a backward pass: stands for an operand the program is linear in, of which only the aval is known. */
export class UndefinedPrimal {
  readonly aval: ShapedArray;

  constructor(aval: ShapedArray) {
    this.aval = aval;
  }
}
