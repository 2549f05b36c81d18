import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";

/** Where and when a benchmark ran. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** The browser, or Node, with its version. */
  readonly host: string;
  /** What each system calls its device. */
  readonly devices: Record<string, string>;
}

export function describeMachine(host: string, devices: Record<string, string>): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    host,
    devices,
  };
}

/** The first of FUSEBOOK_PYTHON and `python3` that can import `module`. */
export function findPython(module: string): string | undefined {
  const named = process.env.FUSEBOOK_PYTHON ?? "";
  const candidates = named === "" ? ["python3"] : [named];
  return candidates.find((command) => {
    const { status } = spawnSync(command, ["-c", `import ${module}`], { stdio: "ignore" });
    return status === 0;
  });
}
