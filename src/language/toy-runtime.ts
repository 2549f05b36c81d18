import { transformCell, type TransformedCell } from "./transform-cell.ts";

/** A tiny immutable vector, enough to see what the rewritten code does with an array. For tests. */
export class Vector {
  readonly values: readonly number[];
  released = false;

  constructor(values: readonly number[]) {
    this.values = values;
    live.add(this);
  }

  sum(): Vector {
    return new Vector([this.values.reduce((a, b) => a + b, 0)]);
  }

  reshape(): this {
    return this;
  }

  get size(): number {
    return this.values.length;
  }

  *[Symbol.iterator](): Iterator<Vector> {
    for (const value of this.values) yield new Vector([value]);
  }
}

const live = new Set<Vector>();

/** Arrays handed to `print` for good. */
const gifts = new Set<unknown>();

/** What the toy's `print` does: it frees what it was given. */
function print(value: unknown): void {
  if (gifts.delete(value)) release(value);
}

/** Marks a number written with a decimal point. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }
}

function release(value: unknown): void {
  if (!(value instanceof Vector)) return;
  if (value.released) throw new Error("released twice");
  value.released = true;
  live.delete(value);
}

function valuesOf(value: unknown): readonly number[] {
  if (!(value instanceof Vector)) return [Number(value)];
  if (value.released) throw new Error("used after release");
  return value.values;
}

function elementwise(a: unknown, b: unknown, f: (x: number, y: number) => number): Vector {
  const [x, y] = [valuesOf(a), valuesOf(b)];
  const length = Math.max(x.length, y.length);
  return new Vector(Array.from({ length }, (_, i) => f(x[i % x.length]!, y[i % y.length]!)));
}

type Plain = (a: never, b: never) => unknown;

const operators: Record<string, Plain> = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  mod: (a: number, b: number) => a % b,
  pow: (a: number, b: number) => a ** b,
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  and: (a: number, b: number) => a & b,
  or: (a: number, b: number) => a | b,
  xor: (a: number, b: number) => a ^ b,
  lshift: (a: number, b: number) => a << b,
  rshift: (a: number, b: number) => a >> b,
};

const freed = (value: unknown): unknown => (value instanceof Float ? value.value : value);

/** The binary operators, each made from the table above, and their forms that assign. */
function makeBinary(elements: WeakSet<object>) {
  const binary = Object.fromEntries(
    Object.entries(operators).map(([name, plain]) => [
      name,
      (a: unknown, b: unknown, mask = 0) => {
        if (!(a instanceof Vector) && !(b instanceof Vector))
          return plain(freed(a) as never, freed(b) as never);
        const result = elementwise(a, b, (x, y) => Number(plain(x as never, y as never)));
        if (mask & 1 || (mask & 4 && elements.has(a as object))) release(a);
        if (mask & 2 || (mask & 8 && elements.has(b as object))) release(b);
        return result;
      },
    ]),
  );
  // `a += b` is a + b, for vectors never change.
  const compound = Object.fromEntries(
    Object.entries(binary).map(([name, operation]) => [`${name}To`, operation]),
  );
  return { ...binary, ...compound };
}

/** Reading and writing by index. */
function makeAccess(elements: WeakSet<object>) {
  const get = (object: unknown, key: unknown): unknown => {
    if (object instanceof Grid && key instanceof ToyTuple)
      return object.cells.get(key.items.map(Number).join());
    if (key instanceof ToyTuple) throw new TypeError("not tuple");
    if (!(object instanceof Vector)) return (object as Record<string, unknown>)[key as string];
    return new Vector([valuesOf(object).at(Number(key)) ?? NaN]);
  };
  const set = (object: unknown, key: unknown, value: unknown, mask = 0): unknown => {
    if (object instanceof Vector) throw new TypeError("immutable");
    if (object instanceof Grid && key instanceof ToyTuple) {
      object.cells.set(key.items.map(Number).join(), valuesOf(value)[0] ?? NaN);
      if (mask & 1 || (mask & 4 && elements.delete(value as object))) release(value);
      return value;
    }
    if (key instanceof ToyTuple) throw new TypeError("not tuple");
    return ((object as Record<string, unknown>)[key as string] = value);
  };
  return { get, set };
}

function truth(value: unknown): boolean {
  if (!(value instanceof Vector)) return Boolean(freed(value));
  if (valuesOf(value).length !== 1) throw new Error("ambiguous");
  return value.values[0] !== 0;
}

/** What the generated code is handed. */
function makeHelpers() {
  const elements = new WeakSet<object>();
  const binary: Record<string, (a: unknown, b: unknown) => unknown> = makeBinary(elements);
  const { get, set } = makeAccess(elements);
  return {
    ...binary,
    ...makeUnary(),
    ...makeOwnership(elements),
    tuple: (...items: unknown[]) => new ToyTuple(items),
    get,
    set,
    truth,
    item: (object: unknown, key: unknown) => {
      const value = get(object, key);
      if (object instanceof Vector) elements.add(value as object);
      return value;
    },
    optionalGet: (object: unknown, key: unknown) =>
      object === null || object === undefined ? undefined : get(object, key),
    call: (object: object, key: unknown, ...args: unknown[]) =>
      Reflect.apply<object, unknown[], unknown>(
        get(object, key) as (...args: unknown[]) => unknown,
        object,
        args,
      ),
    remove: (object: Record<string, unknown>, key: string) => Reflect.deleteProperty(object, key),
    ref: (object: unknown, key: unknown) => ({
      set value(value: unknown) {
        set(object, key, value);
      },
    }),
    update: (object: unknown, key: unknown, name: string, value: unknown) =>
      set(object, key, binary[name]?.(get(object, key), value)),
    step: (object: unknown, key: unknown, by: number, postfix: boolean) => {
      const old = get(object, key) as number;
      set(object, key, old + by);
      return postfix ? old : old + by;
    },
    module: (name: string) => {
      if (!name.startsWith("jax")) throw new Error(`no module ${name}`);
      return toyModule;
    },
    member: (module: Record<string, unknown>, name: string) => module[name],
    importModule: () => Promise.resolve(toyModule),
  };
}

function makeUnary() {
  return {
    not: (value: unknown) => !truth(value),
    cond: (value: unknown) => (value instanceof Vector ? truth(value) && value : freed(value)),
    neg: (value: unknown, mask = 0) => {
      if (!(value instanceof Vector)) return -(freed(value) as number);
      const result = elementwise(value, 0, (x) => -x);
      if (mask & 1) release(value);
      return result;
    },
    pos: (value: unknown) => (value instanceof Vector ? value : Number(freed(value))),
    invert: (value: number) => ~value,
    inc: (value: number) => value + 1,
    dec: (value: number) => value - 1,
    post: (old: unknown) => old,
  };
}

function makeOwnership(elements: WeakSet<object>) {
  const pending: unknown[] = [];
  const candidates: unknown[] = [];
  return {
    tmpItem: (object: unknown, value: unknown) => {
      pending.push(object instanceof Vector ? value : undefined);
      return value;
    },
    held: (object: unknown, value: unknown) => {
      candidates.push(object instanceof Vector ? value : undefined);
      return value;
    },
    settle: (f: unknown, result: unknown, count: number, stored = false) => {
      const values = candidates.splice(candidates.length - count);
      if (!compiled.has(f)) return result;
      for (const value of values) if (value !== result) release(value);
      if (stored) elements.add(result as object);
      return result;
    },
    float: (value: number) => new Float(value),
    tmp: (value: unknown) => {
      pending.push(value);
      return value;
    },
    end: (result: unknown, count: number) => {
      for (const value of pending.splice(-count)) if (value !== result) release(value);
      return result;
    },
    drop: release,
    gift: (value: unknown) => {
      gifts.add(value);
      return value;
    },
    frame: () => new ToyFrame(),
  };
}

/** What `x[i, j]` hands over as its index. */
export class ToyTuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A tiny mutable array of two axes. */
export class Grid {
  readonly cells = new Map<string, number>();
}

/** Functions that keep none of their arguments. */
const compiled = new WeakSet<object>() as { has(value: unknown): boolean; add(value: object): unknown };

class ToyFrame {
  readonly #held = new Set<unknown>();

  own(value: unknown): unknown {
    this.#held.add(value);
    return value;
  }

  put(old: unknown, value: unknown): unknown {
    this.drop(old, value);
    return this.own(value);
  }

  drop(old: unknown, value: unknown): unknown {
    if (old !== value && this.#held.delete(old)) release(old);
    return value;
  }

  end(): void {
    for (const value of this.#held) release(value);
  }
}

const toyModule = {
  vector: (values: readonly unknown[]) => new Vector(values.map(Number)),
  ones: (n: number) => new Vector(new Array<number>(n).fill(1)),
  sin: (x: Vector) => elementwise(x, 0, (v) => Math.sin(v)),
  square: (x: Vector) => elementwise(x, 0, (v) => v * v),
  keep: (x: unknown) => x,
  grid: () => new Grid(),
  jit: (f: object) => {
    compiled.add(f);
    return f;
  },
  linalg: { sum: (x: Vector) => x.sum() },
};

/** Runs cells one after another on one live scope. */
export class ToyNotebook {
  readonly scope: Record<string, unknown>;
  readonly helpers = makeHelpers();
  readonly events: string[] = [];
  due = false;

  constructor(names: Record<string, unknown> = {}) {
    const missing = new Proxy(Object.create(null) as object, {
      has: (_, name) => name in globalThis,
      get: (_, name) => {
        if (typeof name === "string" && !(name in globalThis))
          throw new ReferenceError(`${name} is not defined`);
        return (globalThis as unknown as Record<string | symbol, unknown>)[name];
      },
    });
    const builtins = Object.assign(Object.create(missing) as object, { print });
    this.scope = Object.assign(Object.create(builtins) as Record<string, unknown>, names);
    live.clear();
    gifts.clear();
  }

  /** Vectors that nothing has released. */
  get live(): number {
    return live.size;
  }

  transform(source: string): TransformedCell {
    const knownNames = new Set(Object.keys(this.scope));
    const engineNamespaces = new Set([...knownNames].filter((name) => this.scope[name] === toyModule));
    return transformCell(source, { knownNames, engineNamespaces });
  }

  async run(source: string, url = "cell-1.ts?run=1"): Promise<unknown> {
    const { code } = this.transform(source);
    const cell = (0, eval)(`${code}\n//# sourceURL=${url}`) as (...args: unknown[]) => Promise<unknown>;
    return cell(this.helpers, this.scope, {
      due: () => this.due,
      pause: () => {
        this.events.push("pause");
        return Promise.resolve();
      },
      resumed: (value: unknown) => value,
      time: (f: () => unknown) => {
        this.events.push("time");
        return f();
      },
      timeit: async (f: () => unknown) => {
        this.events.push("timeit");
        await f();
      },
    });
  }
}
