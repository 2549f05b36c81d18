import type { ReactElement } from "react";
import { judgeAnswer, type AnswerKey, type Verdict } from "../../notebook/answer.ts";
import type { CellState } from "../../notebook/cell-state.ts";
import { InlineProse } from "../markdown/prose.tsx";

interface AnswerVerdictProps {
  readonly cell: CellState;
  readonly answer: AnswerKey;
}

/** Says whether what the reader's cell came to is right, and if not, what it may have gone wrong with. */
export function AnswerVerdict({ cell, answer }: AnswerVerdictProps): ReactElement | null {
  const verdict = cell.status === "done" ? judgeAnswer(cell.outputs, answer) : undefined;
  if (verdict === undefined) return null;
  return (
    <p className="verdict" data-verdict={verdict.kind}>
      <span className="verdict-sign">{SIGNS[verdict.kind]}</span>
      <span>
        <InlineProse markdown={verdict.remark} />
      </span>
    </p>
  );
}

const SIGNS: Readonly<Record<Verdict["kind"], string>> = { right: "✓", slip: "≈", "not-yet": "…" };
