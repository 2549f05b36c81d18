import { viewHost, type DType, type HostArray, type HostScalar } from "../../core/dtype.ts";

/** Elements in NumPy's layout as the device holds them: a word each, bool widened. */
export function toDeviceWords(dtype: DType, data: HostArray): Uint32Array | HostArray {
  return dtype === "bool" ? Uint32Array.from(data as Uint8Array) : data;
}

/** The device's words in NumPy's layout. */
export function fromDeviceWords(dtype: DType, words: ArrayBuffer): HostArray {
  return dtype === "bool" ? Uint8Array.from(new Uint32Array(words)) : viewHost(dtype, words);
}

const scratch = new DataView(new ArrayBuffer(4));

/** One scalar parameter as a word. */
export function scalarWord(dtype: DType, value: HostScalar): number {
  switch (dtype) {
    case "bool":
      return value === true || value === 1 ? 1 : 0;
    case "float32":
      scratch.setFloat32(0, Number(value));
      return scratch.getUint32(0);
    case "int32":
    case "uint32":
      return Number(value) >>> 0;
    default:
      throw new Error(`${dtype} is not supported on WebGPU`);
  }
}
