import type { ReactElement } from "react";
import type { OutputItem } from "../../notebook/output.ts";
import { ErrorOutput } from "./error-output.tsx";
import { MagicOutput } from "./magic-output.tsx";
import { TextOutput } from "./text-output.tsx";
import { PlotOutput } from "./plot-output.tsx";

interface OutputListProps {
  readonly outputs: readonly OutputItem[];
  /** The error is what the lesson wants to show. */
  readonly errorExpected: boolean;
}

/** What a cell put out, in order. Text and figures: nothing a cell prints is ever read as HTML. */
export function OutputList({ outputs, errorExpected }: OutputListProps): ReactElement {
  return (
    <>
      {outputs.map((item, index) => (
        <Output key={index} item={item} errorExpected={errorExpected} />
      ))}
    </>
  );
}

function Output({ item, errorExpected }: { item: OutputItem; errorExpected: boolean }): ReactElement {
  switch (item.kind) {
    case "text":
      return <TextOutput item={item} />;
    case "value":
      return <pre className="output output-value">{item.text}</pre>;
    case "timing":
      return <MagicOutput measured={item} />;
    case "figure":
      return <PlotOutput figure={item.figure} />;
    case "truncated":
      return (
        <p className="output-remark">
          {item.droppedCharacters.toLocaleString("en")} more characters were printed and are not kept.
        </p>
      );
    case "error":
      return <ErrorOutput error={item.error} expected={errorExpected} />;
  }
}
