import type { ArrayBase } from "../core/array-base.ts";
import { callArguments } from "../core/call-arguments.ts";
import { config } from "../core/config.ts";
import { isUnsigned } from "../core/dtype.ts";
import { NotImplementedError, ValueError } from "../core/errors.ts";
import { toShape } from "../numpy/creation.ts";
import { toDType } from "../numpy/dtype-like.ts";
import { checkKey, type DTypeArgument, type SampleOptions, type ShapeArgument } from "./checks.ts";
import { randomWords } from "./random-words.ts";

const missing = new Set<unknown>(["uint8", "uint16", "uint64"]);

/**
 * Uniform bits as unsigned integers. The only unsigned dtype of the engine is uint32: asking for another one, or for
 * the default one in 64-bit mode (uint64), throws NotImplementedError; a dtype that is not unsigned, ValueError.
 */
export function bits(key: ArrayBase, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  checkKey("bits", key);
  const options = callArguments<SampleOptions>("bits", ["shape", "dtype"], [shape, dtype]);
  const wanted = options.dtype ?? (config.jax_enable_x64 ? "uint64" : "uint32");
  if (missing.has(wanted)) {
    throw new NotImplementedError(
      `jax.random.bits has no dtype ${wanted as string} here; ask for uint32: bits(key, shape, "uint32")`,
    );
  }
  const target = toDType(wanted);
  if (!isUnsigned(target)) {
    throw new ValueError(`dtype argument to \`bits\` must be an unsigned int dtype, got ${target}`);
  }
  return randomWords(key, toShape(options.shape ?? []));
}
