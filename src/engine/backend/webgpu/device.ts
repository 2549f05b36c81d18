import type { CpuIsFaster } from "../backend.ts";

/** Numeric values of the WebGPU flags used here; a worker has the globals, Node has not. */
export const bufferUsage = {
  mapRead: 0x1,
  copySrc: 0x4,
  copyDst: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;
export const computeStage = 0x4;
export const mapModeRead = 0x1;

/** The limits worth raising: they decide which arrays and kernels fit. */
const raised = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxUniformBufferBindingSize",
] as const;

/** What depends on the kind of adapter, in one place. */
export interface Tuning {
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Most blocks of four elements one thread walks through in a map kernel. */
  readonly blocksPerThread: number;
  /** Workgroups that keep the whole device busy. */
  readonly targetGroups: number;
  /**
   * Whether a thread walks through neighbouring blocks (a software adapter runs one thread after the other, so that is
   * its sequential order) or the threads of a workgroup read neighbouring blocks together (what hardware coalesces).
   */
  readonly contiguousThreads: boolean;
  /**
   * Whether threads of a workgroup should work together through its memory. A software adapter pays for each barrier,
   * most of all when it compiles one inside a loop.
   */
  readonly sharesWorkgroupMemory: boolean;
  /** Whether a rare branch costs as much as a taken one (a software adapter runs both sides under a mask). */
  readonly runsBothBranches: boolean;
  /** Whether a shift of four lanes is four shifts (a software adapter has none of vectors). */
  readonly shiftsLaneByLane: boolean;
  /** Threads that share a radix sort: each has counters of its own. */
  readonly sortThreads: number;
  /** Rows up to this length are sorted by comparing all with all. */
  readonly countingSortLength: number;
  /** What stays on the CPU. */
  readonly cpuIsFaster: CpuIsFaster;
}

export const tunings: Readonly<Record<"hardware" | "software", Tuning>> = {
  hardware: {
    threads: 256,
    blocksPerThread: 4,
    targetGroups: 512,
    contiguousThreads: false,
    sharesWorkgroupMemory: true,
    runsBothBranches: false,
    shiftsLaneByLane: false,
    sortThreads: 2048,
    countingSortLength: 1024,
    cpuIsFaster: { elements: 2 ** 12, factorized: 2 ** 14 },
  },
  software: {
    threads: 64,
    blocksPerThread: 64,
    targetGroups: 32,
    contiguousThreads: true,
    sharesWorkgroupMemory: false,
    runsBothBranches: true,
    shiftsLaneByLane: true,
    sortThreads: 64,
    countingSortLength: 128,
    cpuIsFaster: { elements: 2 ** 14, factorized: 2 ** 20 },
  },
};

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly name: string;
  readonly tuning: Tuning;
}

/** Opens a device with the adapter's own limits, or says why there is none. */
export async function openDevice(gpu: GPU): Promise<OpenDevice | { readonly unavailable: string }> {
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    return { unavailable: `the browser's WebGPU failed: ${messageOf(error)}` };
  }
  if (adapter === null) return { unavailable: "the browser offers no WebGPU adapter" };
  const requiredLimits: Record<string, number> = {};
  for (const name of raised) requiredLimits[name] = adapter.limits[name];
  try {
    const device = await adapter.requestDevice({ requiredLimits });
    const info = adapter.info;
    const isSoftware = info.isFallbackAdapter || /swiftshader|llvmpipe|warp/i.test(describe(info));
    return { device, name: describe(info), tuning: tunings[isSoftware ? "software" : "hardware"] };
  } catch (error) {
    return { unavailable: `the WebGPU adapter gives no device: ${messageOf(error)}` };
  }
}

function describe(info: GPUAdapterInfo): string {
  if (info.description !== "") return info.description;
  const parts = [info.vendor, info.architecture, info.device].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(" ") : "WebGPU adapter";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
