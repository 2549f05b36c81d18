/** What an expert would write for each workload by hand, in WGSL: the limit. */
import * as draws from "../kernels/draws.ts";
import * as elementwise from "../kernels/elementwise.ts";
import * as ordering from "../kernels/ordering.ts";
import * as products from "../kernels/products.ts";
import * as reductions from "../kernels/reductions.ts";
import type { Prepare, Session } from "../session.ts";
import type { System } from "../system.ts";

export async function openHandWritten(): Promise<System> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("no WebGPU adapter");
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  const on =
    (prepare: (device: GPUDevice, n: number) => Session): Prepare =>
    (n) =>
      prepare(device, n);
  const { vendor, architecture, description } = adapter.info;
  return {
    device: [vendor, architecture, description].filter((part) => part !== "").join(" "),
    drawsAsJax: true,
    prepares: {
      jit: on(reductions.sumOfF),
      "jit-odd": on(reductions.sumOfF),
      "grid-vmap": on(elementwise.gridByRows),
      "grid-mesh": on(elementwise.gridByMesh),
      "scalar-loop": on(elementwise.scalarLoop),
      "monte-carlo": on(draws.monteCarlo),
      grad: on(elementwise.valueAndGrad),
      mlp: on(products.networkStep),
      matmul: on(products.matmul),
      sum: on(reductions.sum),
      max: on(reductions.max),
      cumsum: on(ordering.cumsum),
      sort: on(ordering.sort),
      normal: on(draws.normal),
      uniform: on(draws.uniform),
      "eager-adds": on(elementwise.eagerAdds),
      "jit-adds": on(elementwise.fusedAdds),
      "jit-adds-20k": on(elementwise.fusedAdds),
    },
  };
}
