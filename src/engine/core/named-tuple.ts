/** What makes one kind of named tuple; the same object for all of its kind. */
export interface NamedTupleType {
  readonly typeName: string;
  readonly fields: readonly string[];
}

/**
 * Several results under names, as Python's namedtuple: `const [w, v] = r`, `r.eigenvalues` and `r[0]` all work, and
 * transformations give it back as what it is.
 */
export class NamedTuple implements Iterable<unknown> {
  readonly #type: NamedTupleType;
  readonly #values: readonly unknown[];

  constructor(type: NamedTupleType, values: readonly unknown[]) {
    this.#type = type;
    this.#values = values;
    type.fields.forEach((field, position) => {
      Object.defineProperty(this, field, { value: values[position], enumerable: true });
      Object.defineProperty(this, position, { value: values[position] });
    });
    Object.defineProperty(this, "length", { value: values.length });
    Object.freeze(this);
  }

  static typeOf(tuple: NamedTuple): NamedTupleType {
    return tuple.#type;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.#values[Symbol.iterator]();
  }
}

/** A named tuple whose fields are all of type T. */
export type NamedTupleOf<Field extends string, T> = NamedTuple &
  Iterable<T> & { readonly [K in Field]: T } & { readonly length: number };

/** Makes the constructor of one kind of named tuple: `namedTuple("Point", ["x", "y"])<number>(1, 2)`. */
export function namedTuple<const Field extends string>(
  typeName: string,
  fields: readonly Field[],
): <T>(...values: readonly T[]) => NamedTupleOf<Field, T> {
  const type: NamedTupleType = { typeName, fields };
  return <T>(...values: readonly T[]) => new NamedTuple(type, values) as NamedTupleOf<Field, T>;
}
