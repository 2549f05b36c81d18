import type { ArrayBase } from "../core/array-base.ts";
import { ClosedJaxpr, Jaxpr, type Atom } from "../core/jaxpr.ts";
import { JaxprCache } from "../core/jaxpr-cache.ts";
import type { Value } from "../core/tracer.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { asarray } from "./conversion.ts";

/** Bodies whose carry that never changes has become constants. */
interface ForwardedLoop {
  /** Which carry is constant. */
  readonly moved: readonly boolean[];
  /** (constants, moved carry, other carry, ...) to the other carry and the rest. */
  readonly body: ClosedJaxpr;
  /** The condition of a while loop, which takes the other carry only. */
  readonly cond: ClosedJaxpr | undefined;
}

const cache = new JaxprCache<ForwardedLoop>();

/**
 * Carry that the body hands through is read only. As a constant it is neither stacked for the way back of a derivative
 * nor selected when examples of a batch turn differently often. What a condition reads stays.
 */
export function forwardCarry(
  body: ClosedJaxpr,
  numConsts: number,
  numCarry: number,
  condition?: { readonly jaxpr: ClosedJaxpr; readonly numConsts: number },
): ForwardedLoop {
  const jaxprs = condition === undefined ? [body] : [body, condition.jaxpr];
  const key = `${String(numConsts)} ${String(numCarry)} ${String(condition?.numConsts ?? 0)}`;
  return cache.get(jaxprs, key, () => {
    const { invars, eqns, outvars } = body.jaxpr;
    const test = condition?.jaxpr.jaxpr;
    const read = new Set<Atom>(
      test === undefined ? [] : [...test.outvars, ...test.eqns.flatMap((eqn) => eqn.invars)],
    );
    const condCarry = test?.invars.slice(condition!.numConsts);
    const moved = Array.from(
      { length: numCarry },
      (_, k) => outvars[k] === invars[numConsts + k] && (condCarry === undefined || !read.has(condCarry[k]!)),
    );
    if (!moved.includes(true)) return { moved, body, cond: condition?.jaxpr };
    const isMoved = (_: unknown, k: number): boolean => moved[k] === true;
    const isOther = (_: unknown, k: number): boolean => moved[k] !== true;
    const carry = invars.slice(numConsts, numConsts + numCarry);
    const rearranged = [
      ...invars.slice(0, numConsts),
      ...carry.filter(isMoved),
      ...carry.filter(isOther),
      ...invars.slice(numConsts + numCarry),
    ];
    return {
      moved,
      body: new ClosedJaxpr(new Jaxpr([], rearranged, eqns, outvars.filter(isOther)), []),
      cond:
        test === undefined
          ? undefined
          : new ClosedJaxpr(
              new Jaxpr(
                [],
                [...test.invars.slice(0, condition!.numConsts), ...condCarry!.filter(isOther)],
                test.eqns,
                test.outvars,
              ),
              [],
            ),
    };
  });
}

/** The last carry, of what a loop was given and what it computed. An array that went in comes out as a new handle. */
export function mergeCarry(
  moved: readonly boolean[],
  fixed: readonly Value[],
  computed: readonly ArrayBase[],
): ArrayBase[] {
  let nextFixed = 0;
  let nextComputed = 0;
  return moved.map((flag) => {
    if (!flag) return computed[nextComputed++]!;
    const value = asarray(fixed[nextFixed++]!);
    return value instanceof ArrayImpl ? value.alias() : value;
  });
}
