import { useId, useState, useSyncExternalStore, type ReactElement } from "react";
import type { Agreement, Passage } from "../../notebook/agreement.ts";
import { describeAgreement } from "../../notebook/describe-agreement.ts";
import { comparisonShown, subscribeToComparison } from "./comparison-choice.ts";

interface LectureComparisonProps {
  readonly lecture: string;
  /** Absent while the cell has printed nothing. */
  readonly agreement: Agreement | undefined;
  /** Why the texts need not agree. */
  readonly excepted: string | undefined;
}

/** What the lecture printed beside what was printed here: a sentence, and both texts to unfold. */
export function LectureComparison({ lecture, agreement, excepted }: LectureComparisonProps): ReactElement {
  const texts = useId();
  const [open, setOpen] = useOpen();
  const isExcepted = excepted !== undefined && agreement?.kind !== "same";
  const kind = isExcepted ? "excepted" : (agreement?.kind ?? "none");
  // Two unrelated texts say nothing digit by digit.
  const sideBySide = agreement !== undefined && !(isExcepted && agreement.kind === "different");
  return (
    <div className="comparison margin-entry" data-agreement={kind}>
      <button
        type="button"
        className="comparison-fold"
        aria-expanded={open}
        aria-controls={texts}
        onClick={() => {
          setOpen(!open);
        }}
      >
        In the lecture
      </button>
      {agreement !== undefined && !isExcepted && (
        <p className="comparison-verdict">
          <span aria-hidden="true">{SIGNS[agreement.kind]} </span>
          {describeAgreement(agreement)}
        </p>
      )}
      <div id={texts} className="comparison-texts" hidden={!open}>
        <Print
          label="In the lecture"
          passages={sideBySide ? agreement.lecture : [{ text: lecture, differs: false }]}
        />
        {sideBySide && (
          <div className="comparison-here">
            <p className="margin-label">Here</p>
            <Print label="Here" passages={agreement.here} />
          </div>
        )}
      </div>
      {excepted !== undefined && open && <p className="margin-note">{excepted}</p>}
    </div>
  );
}

const SIGNS: Readonly<Record<Agreement["kind"], string>> = {
  same: "=",
  "same-numbers": "=",
  digits: "≈",
  different: "≠",
};

/** The rows of a matrix are better scrolled than broken; a longer line than this is none. */
const LONG_LINE = 80;

/** A printed text. What differs is an element of its own, underlined and bold: marked by more than colour. */
function Print({ label, passages }: { label: string; passages: readonly Passage[] }): ReactElement {
  const lines = passages
    .map(({ text }) => text)
    .join("")
    .split("\n");
  return (
    <pre
      className="margin-print"
      role="group"
      aria-label={label}
      data-wraps={lines.length === 1 || lines.some((line) => line.length > LONG_LINE) || undefined}
    >
      {passages.map(({ text, differs }, index) =>
        differs ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
      )}
    </pre>
  );
}

/** Open as the whole page is, until this cell is opened or closed by itself. */
function useOpen(): [boolean, (open: boolean) => void] {
  const shown = useSyncExternalStore(subscribeToComparison, comparisonShown);
  const [own, setOwn] = useState<{ open: boolean; under: boolean } | null>(null);
  const open = own?.under === shown ? own.open : shown;
  return [
    open,
    (wanted) => {
      setOwn({ open: wanted, under: shown });
    },
  ];
}
