import type { ReactElement } from "react";
import type { OutputItem } from "../../notebook/output.ts";

interface TextOutputProps {
  readonly item: Extract<OutputItem, { kind: "text" }>;
}

/** Longer lines than this do not fit the column; up to the second number they do in small print. */
const COLUMN = 74;
const SMALL_PRINT = 92;

/** What a cell printed, line for line. */
export function TextOutput({ item }: TextOutputProps): ReactElement {
  // One trailing line break ends the last line; it does not start another.
  const text = item.text.replace(/\n$/, "");
  const longest = Math.max(...text.split("\n").map((line) => line.length));
  return (
    <pre
      className={`output output-${item.stream}`}
      data-small={(longest > COLUMN && longest <= SMALL_PRINT) || undefined}
    >
      {text}
    </pre>
  );
}
