import { useState, type ReactElement } from "react";
import { findCell } from "../../notebook/document.ts";
import { formatDuration, formatWallTime } from "../../notebook/duration.ts";
import {
  countKernels,
  describeKernels,
  TIMING_PART_NAMES,
  timingParts,
} from "../../notebook/timing-parts.ts";
import {
  describeRatio,
  type LectureTimes,
  type TimedRun,
  type TimingHistory,
} from "../../notebook/timing-history.ts";
import { useNotebookState } from "../notebook-context.tsx";

interface TimingPictureProps {
  readonly history: TimingHistory;
  readonly lecture: LectureTimes;
}

type CallName = "first" | "cached";

/** The first call and the cached one as two bars on one scale, with the lecture's own times as ticks. */
export function TimingPicture({ history, lecture }: TimingPictureProps): ReactElement {
  const [active, setActive] = useState<CallName | null>(null);
  const { first, cached } = history;
  const longest = Math.max(
    first.timing.wallMs,
    cached?.timing.wallMs ?? 0,
    lecture.firstMs ?? 0,
    lecture.cachedMs ?? 0,
  );
  const scaleMs = Math.max(longest, 0.1) * 1.02;
  const hasTick = lecture.firstMs !== undefined || lecture.cachedMs !== undefined;
  const shown = active === null ? null : history[active];
  const row = (name: CallName, run: TimedRun | null, tickMs: number | undefined): ReactElement => (
    <TimingBar
      name={name}
      run={run}
      tickMs={tickMs}
      scaleMs={scaleMs}
      onActive={(isActive) => {
        setActive(isActive ? name : null);
      }}
    />
  );
  return (
    <figure className="timing">
      {row("first", first, lecture.firstMs)}
      {row("cached", cached, lecture.cachedMs)}
      <figcaption className="timing-caption">
        {shown === null ? (
          <>
            <TimingWords history={history} />
            <TimingKey history={history} hasTick={hasTick} />
          </>
        ) : (
          <TimingDetail history={history} run={shown} />
        )}
      </figcaption>
    </figure>
  );
}

interface TimingBarProps {
  readonly name: CallName;
  readonly run: TimedRun | null;
  readonly tickMs: number | undefined;
  readonly scaleMs: number;
  readonly onActive: (active: boolean) => void;
}

function TimingBar({ name, run, tickMs, scaleMs, onActive }: TimingBarProps): ReactElement {
  const percent = (ms: number): string => `${(100 * ms) / scaleMs}%`;
  const label = `${name} call`;
  const spoken = run === null ? `${label}: not made yet` : `${label}: ${describeRun(run)}`;
  const enter = (): void => {
    onActive(true);
  };
  const leave = (): void => {
    onActive(false);
  };
  return (
    <div
      className="timing-row"
      role="img"
      aria-label={
        tickMs === undefined ? spoken : `${spoken}; the lecture's T4 took ${formatWallTime(tickMs)}`
      }
      tabIndex={run === null ? -1 : 0}
      onMouseEnter={enter}
      onMouseLeave={leave}
      onFocus={enter}
      onBlur={leave}
    >
      <span className="timing-label">{label}</span>
      <span className="timing-track">
        {run !== null && (
          <span className="timing-bar" style={{ inlineSize: percent(run.timing.wallMs) }}>
            {timingParts(run.timing).map(
              (part) =>
                part.ms > 0 && (
                  <span
                    key={part.name}
                    className="timing-part"
                    data-part={part.name}
                    style={{ flexGrow: part.ms }}
                  />
                ),
            )}
          </span>
        )}
        {tickMs !== undefined && (
          <span className="timing-tick" style={{ insetInlineStart: percent(tickMs) }} />
        )}
      </span>
      <span className="timing-value">{run === null ? "run again" : formatDuration(run.timing.wallMs)}</span>
    </div>
  );
}

function TimingWords({ history }: { history: TimingHistory }): ReactElement {
  const ratio = describeRatio(history);
  return (
    <p className="timing-words">
      {ratio !== undefined && <strong className="timing-ratio">{ratio}</strong>}
      <span className="timing-kernels">
        {describeKernels(history.first.timing)}
        {history.cached !== null && ` at first, ${countKernels(history.cached.timing.kernelsCompiled)} after`}
      </span>
    </p>
  );
}

/** What stands in place of the words while a bar is pointed at or has the keyboard. */
function TimingDetail({ history, run }: { history: TimingHistory; run: TimedRun }): ReactElement {
  const number = useNotebookState((state) => findCell(state.document, run.cellId).number);
  const { cachedRuns, bestCachedMs } = history;
  const isBestWorthSaying = run !== history.first && cachedRuns > 1 && bestCachedMs !== null;
  return (
    <p className="timing-detail">
      Cell {number}: {describeRun(run)}
      {isBestWorthSaying && `; best of ${cachedRuns} cached calls: ${formatDuration(bestCachedMs)}`}
    </p>
  );
}

/** Below this share of the scale a part is too thin to see, and its colour needs no explaining. */
const VISIBLE_SHARE = 0.003;

/** Which colour stands for what. */
function TimingKey({ history, hasTick }: { history: TimingHistory; hasTick: boolean }): ReactElement {
  const calls = [history.first, ...(history.cached === null ? [] : [history.cached])];
  const longestMs = Math.max(...calls.map((call) => call.timing.wallMs));
  const visible = new Set(
    calls
      .flatMap((call) => timingParts(call.timing))
      .filter((part) => part.ms > VISIBLE_SHARE * longestMs)
      .map((part) => part.name),
  );
  return (
    <p className="timing-key" aria-hidden="true">
      {TIMING_PART_NAMES.filter((name) => visible.has(name)).map((name) => (
        <span key={name} className="timing-key-entry">
          <span className="timing-swatch" data-part={name} />
          {name}
        </span>
      ))}
      {hasTick && (
        <span className="timing-key-entry">
          <span className="timing-swatch-tick" />
          the lecture’s T4
        </span>
      )}
    </p>
  );
}

function describeRun({ timing }: TimedRun): string {
  const parts = timingParts(timing)
    .filter((part) => part.ms > 0)
    .map((part) => `${part.name} ${formatDuration(part.ms)}`);
  const kernels = `${countKernels(timing.kernelsCompiled)} compiled, ${timing.kernelsRun} run`;
  return `${formatDuration(timing.wallMs)} = ${parts.join(" + ")}; ${kernels}`;
}
