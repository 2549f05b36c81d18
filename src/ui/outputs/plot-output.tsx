import {
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
} from "react";
import type { Figure } from "../../notebook/output.ts";
import { shownTheme, subscribeToTheme } from "../theme/theme-choice.ts";
import { PlotData } from "./plot-data.tsx";
import { PlotStage } from "./plot-stage.ts";
import { plotSummary } from "./plot-summary.ts";
import { plotTables, tablesAsCsv } from "./plot-table.ts";
import { gridOf, isSpatial } from "./plot-theme.ts";
import { saveFile } from "./save-file.ts";

/** How far an arrow key turns a view, in radians. */
const turnStep = 0.12;

/** A figure: drawn by Plotly, described in words, with its numbers in a table. */
export function PlotOutput({ figure }: { figure: Figure }): ReactElement {
  const stage = useRef<PlotStage>(undefined);
  const element = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<"no" | "yes" | "failed">("no");
  const theme = useSyncExternalStore(subscribeToTheme, shownTheme);

  useEffect(() => {
    if (element.current === null) return undefined;
    const opened = new PlotStage(element.current);
    stage.current = opened;
    return () => opened.dispose();
  }, []);
  useEffect(() => {
    let current = true;
    const settle = (state: "yes" | "failed") => () => {
      if (current) setDrawn(state);
    };
    // React draws the theme's attribute before effects run: the colours read here are the new ones.
    stage.current?.draw(figure).then(settle("yes"), settle("failed"));
    return () => {
      current = false;
    };
  }, [figure, theme]);

  const summary = plotSummary(figure);
  const spatial = isSpatial(figure);
  const { columns, rows } = gridOf(figure);
  const size = {
    "--plot-width": figure.width,
    "--plot-height": figure.height,
    "--plot-columns": columns,
    "--plot-rows": rows,
  } as CSSProperties;
  return (
    <figure
      className="plot"
      style={size}
      data-output="plot"
      data-plot-ready={drawn === "yes" ? "" : undefined}
      aria-label={summary}
    >
      <div className="plot-room">
        <div className="plot-frame">
          <div
            ref={element}
            className="plot-stage"
            role="img"
            aria-label={spatial ? `${summary} The arrow keys turn it.` : summary}
            aria-busy={drawn === "no"}
            tabIndex={spatial ? 0 : undefined}
            onKeyDown={spatial ? (event) => turnByKey(event, stage.current) : undefined}
          />
          {drawn === "no" && <p className="plot-waiting">Drawing…</p>}
          {drawn === "failed" && (
            <p className="plot-waiting">This figure could not be drawn. Its data are below.</p>
          )}
        </div>
      </div>
      {figure.notes.length > 0 && <figcaption className="plot-note">{figure.notes.join("; ")}</figcaption>}
      <div className="plot-foot">
        <details className="plot-details">
          <summary>Description</summary>
          <p className="plot-summary">{summary}</p>
        </details>
        <PlotData figure={figure} />
        <PlotTools figure={figure} stage={() => stage.current} />
      </div>
    </figure>
  );
}

function PlotTools({ figure, stage }: { figure: Figure; stage: () => PlotStage | undefined }): ReactElement {
  const saveData = (): void => saveFile("figure.csv", "text/csv", tablesAsCsv(plotTables(figure)));
  const savePicture = async (): Promise<void> => {
    const picture = await stage()?.picture();
    if (picture !== undefined) saveFile("figure.svg", "image/svg+xml", picture);
  };
  return (
    <div className="plot-tools" role="group" aria-label="Plot">
      <button
        type="button"
        className="plot-tool"
        title="Undo zooming and turning"
        onClick={() => void stage()?.reset()}
      >
        Reset view
      </button>
      <button
        type="button"
        className="plot-tool"
        title="Save the data as comma-separated values"
        onClick={saveData}
      >
        CSV
      </button>
      <button type="button" className="plot-tool" title="Save the picture" onClick={() => void savePicture()}>
        SVG
      </button>
    </div>
  );
}

const turns: Readonly<Record<string, readonly [round: number, up: number]>> = {
  ArrowLeft: [-turnStep, 0],
  ArrowRight: [turnStep, 0],
  ArrowUp: [0, turnStep],
  ArrowDown: [0, -turnStep],
};

function turnByKey(event: KeyboardEvent, stage: PlotStage | undefined): void {
  const turn = turns[event.key];
  if (turn === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  void stage?.turn(...turn);
}
