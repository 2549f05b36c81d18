import { useId, type ReactElement } from "react";
import { formatByteSize } from "../notebook/byte-size.ts";
import type { DeviceInfo, MemoryInfo } from "../notebook/output.ts";
import { keepsWideNumbersElsewhere } from "../notebook/wide-numbers.ts";
import { useNotebookState } from "./notebook-context.tsx";

/** What the engine computes on and how much its arrays hold; opens to peak, pool and limits. */
export function DeviceBadge(): ReactElement {
  const details = useId();
  const device = useNotebookState((state) => state.device);
  const memory = useNotebookState((state) => state.memory);
  const info = device.phase === "ready" ? device.info : undefined;
  const wideElsewhere = useNotebookState((state) => keepsWideNumbersElsewhere(info, state.cells));
  return (
    <div className="device" data-device={info?.kind ?? device.phase}>
      <button type="button" className="device-button" popoverTarget={details} disabled={info === undefined}>
        <span className="device-dot" aria-hidden="true" />
        <span className="device-name">{deviceName(info, device.phase)}</span>
        {wideElsewhere && <span className="device-wide">float64 · CPU</span>}
        <span className="device-memory" data-memory="" data-live-bytes={memory?.liveBytes ?? 0}>
          {memory !== null && `${formatByteSize(memory.liveBytes)} in use`}
        </span>
      </button>
      <div id={details} popover="auto" className="device-details">
        {info !== undefined && <DeviceDetails info={info} memory={memory} />}
      </div>
    </div>
  );
}

function deviceName(info: DeviceInfo | undefined, phase: string): string {
  if (info === undefined) return phase === "failed" ? "No device" : "Starting";
  return info.kind === "webgpu" ? `WebGPU · ${info.name}` : info.name;
}

function DeviceDetails({ info, memory }: { info: DeviceInfo; memory: MemoryInfo | null }): ReactElement {
  const bytes = (value: number): string => `${formatByteSize(value)} (${value.toLocaleString("en")} bytes)`;
  return (
    <>
      <p className="device-title">{deviceName(info, "ready")}</p>
      {info.note !== undefined && <p>{info.note}</p>}
      {info.kind === "webgpu" && (
        <p className="device-remark">
          32-bit arrays live on this device, but for small ones: asking it takes longer than computing them on
          the processor. WebGPU has no 64-bit numbers, so float64 and int64 arrays live with the processor,
          too, and what is computed from them is computed there.
        </p>
      )}
      <dl>
        {memory !== null && (
          <>
            <dt>In use</dt>
            <dd>{bytes(memory.liveBytes)}</dd>
            <dt>At most so far</dt>
            <dd>{bytes(memory.peakBytes)}</dd>
            <dt>Kept for reuse</dt>
            <dd>{bytes(memory.pooledBytes)}</dd>
          </>
        )}
        {info.limits.map((limit) => (
          <LimitEntry key={limit.name} name={limit.name} value={limit.value} />
        ))}
      </dl>
    </>
  );
}

function LimitEntry({ name, value }: { name: string; value: number }): ReactElement {
  return (
    <>
      <dt>
        <code>{name}</code>
      </dt>
      <dd>{value.toLocaleString("en")}</dd>
    </>
  );
}
