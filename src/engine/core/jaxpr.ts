import type { ShapedArray } from "./aval.ts";
import type { HostScalar } from "./dtype.ts";
import type { Params, Primitive } from "./primitive.ts";

/** A variable of a Jaxpr, assigned once. Identity is the name; printing invents letters. */
export class Var {
  readonly aval: ShapedArray;

  constructor(aval: ShapedArray) {
    this.aval = aval;
  }
}

/** A scalar known when the program was traced. */
export class Literal {
  readonly value: HostScalar;
  readonly aval: ShapedArray;

  constructor(value: HostScalar, aval: ShapedArray) {
    this.value = value;
    this.aval = aval;
  }
}

export type Atom = Var | Literal;

export interface JaxprEqn {
  readonly primitive: Primitive;
  readonly params: Params;
  readonly invars: readonly Atom[];
  readonly outvars: readonly Var[];
}

/** A typed, first-order program: `{ lambda constvars ; invars . let eqns in outvars }`. */
export class Jaxpr {
  readonly constvars: readonly Var[];
  readonly invars: readonly Var[];
  readonly eqns: readonly JaxprEqn[];
  readonly outvars: readonly Atom[];

  constructor(
    constvars: readonly Var[],
    invars: readonly Var[],
    eqns: readonly JaxprEqn[],
    outvars: readonly Atom[],
  ) {
    this.constvars = constvars;
    this.invars = invars;
    this.eqns = eqns;
    this.outvars = outvars;
  }
}

/** A Jaxpr with the values of its constvars. */
export class ClosedJaxpr {
  readonly jaxpr: Jaxpr;
  readonly consts: readonly unknown[];

  constructor(jaxpr: Jaxpr, consts: readonly unknown[]) {
    this.jaxpr = jaxpr;
    this.consts = consts;
  }

  get in_avals(): readonly ShapedArray[] {
    return this.jaxpr.invars.map((variable) => variable.aval);
  }

  get out_avals(): readonly ShapedArray[] {
    return this.jaxpr.outvars.map((atom) => atom.aval);
  }
}
