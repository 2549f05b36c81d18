/** What an expert would write for each workload by hand: plain loops, and WGSL with a two-stage reduction. */

const fOfOne = (v: number): number =>
  3 * v + Math.sin(v) + Math.cos(v * v) - Math.cos(2 * v) - v * v * 0.4 * v * Math.sqrt(v);

/** f over a Float32Array in double arithmetic, one loop. */
export function sumOfF(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += fOfOne(x[i]!);
  return sum;
}

export function sumOf(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  return sum;
}

export function grid(x: Float32Array, z: Float32Array): void {
  const n = x.length;
  for (let i = 0; i < n; i++) {
    const u = x[i]! * x[i]!;
    for (let j = 0; j < n; j++) {
      const r = u + x[j]! * x[j]!;
      z[i * n + j] = Math.cos(r) / (1 + r);
    }
  }
}

/** Row-times-column with the inner loops swapped, so that memory is read in order. */
export function matmul(a: Float32Array, b: Float32Array, c: Float32Array, n: number): void {
  c.fill(0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const left = a[i * n + k]!;
      for (let j = 0; j < n; j++) c[i * n + j] = c[i * n + j]! + left * b[k * n + j]!;
    }
  }
}

const fInWgsl = `fn f(v: vec4f) -> vec4f {
  return 3.0 * v + sin(v) + cos(v * v) - cos(2.0 * v) - v * v * 0.4 * v * sqrt(v);
}`;

function reduction(body: string): string {
  return `
    @group(0) @binding(0) var<storage, read> x: array<vec4f>;
    @group(0) @binding(1) var<storage, read_write> partial: array<f32>;
    var<workgroup> shared_sum: array<f32, 256>;
    ${fInWgsl}
    @compute @workgroup_size(256)
    fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32,
            @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
      let n = arrayLength(&x);
      var sum = vec4f(0.0);
      for (var i = id.x; i < n; i += groups.x * 256u) { let v = x[i]; sum += ${body}; }
      shared_sum[local] = dot(sum, vec4f(1.0));
      workgroupBarrier();
      for (var half = 128u; half > 0u; half /= 2u) {
        if (local < half) { shared_sum[local] += shared_sum[local + half]; }
        workgroupBarrier();
      }
      if (local == 0u) { partial[group.x] = shared_sum[0]; }
    }`;
}

/** A hand-written WGSL reduction of vec4 loads over few long-lived workgroups; the partials are added on the host. */
export class HandWrittenReduction {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #bindGroup: GPUBindGroup;
  readonly #partial: GPUBuffer;
  readonly #input: GPUBuffer;
  readonly #staging: GPUBuffer;
  readonly #groups = 64;

  constructor(device: GPUDevice, data: Float32Array<ArrayBuffer>, kind: "f" | "sum") {
    this.#device = device;
    const module = device.createShaderModule({ code: reduction(kind === "f" ? "f(v)" : "v") });
    this.#pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    this.#input = device.createBuffer({ size: data.byteLength, usage });
    device.queue.writeBuffer(this.#input, 0, data);
    this.#partial = device.createBuffer({ size: this.#groups * 4, usage });
    this.#staging = device.createBuffer({
      size: this.#groups * 4,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    this.#bindGroup = device.createBindGroup({
      layout: this.#pipeline.getBindGroupLayout(0),
      entries: [this.#input, this.#partial].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  }

  async run(): Promise<number> {
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#bindGroup);
    pass.dispatchWorkgroups(this.#groups);
    pass.end();
    encoder.copyBufferToBuffer(this.#partial, 0, this.#staging, 0, this.#groups * 4);
    this.#device.queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(GPUMapMode.READ);
    const sum = sumOf(new Float32Array(this.#staging.getMappedRange()));
    this.#staging.unmap();
    return sum;
  }

  destroy(): void {
    for (const buffer of [this.#input, this.#partial, this.#staging]) buffer.destroy();
  }
}
