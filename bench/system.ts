import type { Prepare } from "./session.ts";
import type { WorkloadName } from "./workloads.ts";

/** A library, or hand-written code, on one device. */
export interface System {
  /** What the device calls itself. */
  readonly device: string;
  /** Whether its random draws are JAX's own. */
  readonly drawsAsJax: boolean;
  /** The workloads it can do. */
  readonly prepares: Partial<Record<WorkloadName, Prepare>>;
}
