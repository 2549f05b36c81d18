/** Error classes that JAX and NumPy users know by name; TypeError and RangeError are JavaScript's own. */

export class ValueError extends Error {
  override readonly name = "ValueError";
}

export class IndexError extends Error {
  override readonly name = "IndexError";
}

export class AttributeError extends Error {
  override readonly name = "AttributeError";
}

export class NotImplementedError extends Error {
  override readonly name = "NotImplementedError";
}

/** A tracer was used where a concrete value is needed. */
export class ConcretizationTypeError extends TypeError {
  override readonly name: string = "ConcretizationTypeError";
}

/** A tracer was used as a condition. */
export class TracerBoolConversionError extends ConcretizationTypeError {
  override readonly name = "TracerBoolConversionError";
}

/** A tracer was asked for its elements. */
export class TracerArrayConversionError extends TypeError {
  override readonly name = "TracerArrayConversionError";
}

/** A tracer outlived the transformation that made it. */
export class UnexpectedTracerError extends Error {
  override readonly name = "UnexpectedTracerError";
}
