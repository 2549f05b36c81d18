import { AttributeError } from "./errors.ts";

/** Names of the options that can be set, with their defaults (JAX's). */
const options = {
  /** Whether float64 and int64 exist: with it off they are float32 and int32. */
  jax_enable_x64: false,
  /** How random bits are laid out: element by element (JAX from 0.5), or over the whole array at once (before). */
  jax_threefry_partitionable: true,
};

type Options = typeof options;

/** The engine's configuration; arrays made before a change stay as they are. */
export const config = {
  get jax_enable_x64(): boolean {
    return options.jax_enable_x64;
  },

  get jax_threefry_partitionable(): boolean {
    return options.jax_threefry_partitionable;
  },

  /** Everything that tracing depends on, as text. */
  get key(): string {
    return `${options.jax_enable_x64 ? "x64" : "x32"}${options.jax_threefry_partitionable ? "" : " original"}`;
  },

  /** A number that stands for `key`. */
  get code(): number {
    return (options.jax_enable_x64 ? 1 : 0) + (options.jax_threefry_partitionable ? 2 : 0);
  },

  /** Sets an option by JAX's name. Throws AttributeError for a name that is no option, TypeError for a wrong type. */
  update(name: string, value: boolean): void {
    if (!Object.hasOwn(options, name)) throw new AttributeError(`Unrecognized config option: ${name}`);
    const key = name as keyof Options;
    if (typeof value !== typeof options[key]) {
      throw new TypeError(`config option ${name} takes a ${typeof options[key]}, got ${typeof value}`);
    }
    options[key] = value;
  },
};
