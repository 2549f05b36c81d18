/** The parts of the peers' interfaces that the benchmark calls; their packages are installed only for a run. */

declare module "@jax-js/jax" {
  /** Operations consume their operands; `ref` keeps one for another use. */
  export class Array {
    readonly ref: this;
    readonly ndim: number;
    add(other: Array | number): Array;
    sub(other: Array | number): Array;
    mul(other: Array | number): Array;
    div(other: Array | number): Array;
    neg(): Array;
    reshape(shape: readonly number[]): Array;
    data(): Promise<ArrayLike<number>>;
    js(): unknown;
    item(): number;
    dispose(): void;
    slice(...index: readonly unknown[]): Array;
    [Symbol.iterator](): Iterator<Array>;
  }
  type Axis = number | null;
  export function init(...devices: readonly string[]): Promise<readonly string[]>;
  export function defaultDevice(device: string): string;
  export function getWebGPUDevice(): GPUDevice;
  export function blockUntilReady<T>(tree: T): Promise<T>;
  export function jit<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R;
  export function vmap<A extends readonly unknown[], R>(
    f: (...args: A) => R,
    inAxes: readonly (number | null)[],
  ): (...args: A) => R;
  export function valueAndGrad<T>(f: (x: T) => Array): (x: T) => [Array, T];
  export const numpy: {
    array(data: Float32Array, options?: { shape?: readonly number[] }): Array;
    ones(shape: readonly number[]): Array;
    full(shape: readonly number[], value: number): Array;
    linspace(start: number, stop: number, n: number): Array;
    meshgrid(axes: readonly Array[]): readonly Array[];
    sin(x: Array): Array;
    cos(x: Array): Array;
    exp(x: Array): Array;
    log(x: Array): Array;
    square(x: Array): Array;
    power(x: Array, exponent: number): Array;
    maximum(x: Array, y: Array | number): Array;
    sum(x: Array, axis?: Axis, options?: { keepdims?: boolean }): Array;
    mean(x: Array, axis?: Axis): Array;
    max(x: Array, axis?: Axis, options?: { keepdims?: boolean }): Array;
    cumsum(x: Array): Array;
    sort(x: Array): Array;
    matmul(a: Array, b: Array): Array;
    linalg: {
      inv(a: Array): Array;
      cholesky(a: Array): Array;
      eigh(a: Array): [Array, Array];
    };
  };
  export const random: {
    key(seed: number): Array;
    split(key: Array): Array;
    normal(key: Array, shape: readonly number[]): Array;
    uniform(key: Array, shape: readonly number[]): Array;
  };
}

declare module "@tensorflow/tfjs-core" {
  export interface Tensor {
    readonly rank: number;
    data(): Promise<ArrayLike<number>>;
    dataSync(): ArrayLike<number>;
    dispose(): void;
  }
  export function setBackend(name: string): Promise<boolean>;
  export function ready(): Promise<void>;
  export function backend(): unknown;
  export function env(): { set(flag: string, value: boolean | number): void };
  export function tidy<T>(f: () => T): T;
  export function dispose(tensors: readonly Tensor[]): void;
  export function tensor(data: Float32Array, shape?: readonly number[]): Tensor;
  export function ones(shape: readonly number[]): Tensor;
  export function fill(shape: readonly number[], value: number): Tensor;
  export function linspace(start: number, stop: number, n: number): Tensor;
  export function meshgrid(x: Tensor, y: Tensor): [Tensor, Tensor];
  export function reshape(x: Tensor, shape: readonly number[]): Tensor;
  export function slice(
    x: Tensor,
    begin: readonly number[] | number,
    size: readonly number[] | number,
  ): Tensor;
  export function add(a: Tensor | number, b: Tensor | number): Tensor;
  export function sub(a: Tensor | number, b: Tensor | number): Tensor;
  export function mul(a: Tensor | number, b: Tensor | number): Tensor;
  export function div(a: Tensor | number, b: Tensor | number): Tensor;
  export function neg(x: Tensor): Tensor;
  export function pow(x: Tensor, exponent: number): Tensor;
  export function square(x: Tensor): Tensor;
  export function sin(x: Tensor): Tensor;
  export function cos(x: Tensor): Tensor;
  export function exp(x: Tensor): Tensor;
  export function log(x: Tensor): Tensor;
  export function relu(x: Tensor): Tensor;
  export function sum(x: Tensor, axis?: number, keepDims?: boolean): Tensor;
  export function mean(x: Tensor): Tensor;
  export function max(x: Tensor, axis?: number, keepDims?: boolean): Tensor;
  export function cumsum(x: Tensor): Tensor;
  export function topk(x: Tensor, k: number, sorted: boolean): { values: Tensor; indices: Tensor };
  export function reverse(x: Tensor): Tensor;
  export function matMul(a: Tensor, b: Tensor): Tensor;
  export function randomNormal(shape: readonly number[]): Tensor;
  export function randomUniform(shape: readonly number[]): Tensor;
  export function valueAndGrad(f: (x: Tensor) => Tensor): (x: Tensor) => { value: Tensor; grad: Tensor };
  export function valueAndGrads(
    f: (...xs: Tensor[]) => Tensor,
  ): (xs: readonly Tensor[]) => { value: Tensor; grads: readonly Tensor[] };
}

/** Imported for what it does: without it nothing can be differentiated. */
declare module "@tensorflow/tfjs-core/dist/register_all_gradients";

declare module "@tensorflow/tfjs-backend-webgpu" {
  export class WebGPUBackend {
    readonly device: GPUDevice;
    ensureCommandEncoderReady(): void;
    endComputePassEncoder(): void;
    submitQueue(): void;
  }
}

declare module "@tensorflow/tfjs-backend-wasm" {
  export function setWasmPaths(prefix: string): void;
  export function setThreadsCount(count: number): void;
  export function getThreadsCount(): number;
}
