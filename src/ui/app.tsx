import { useMemo, type ReactElement } from "react";
import type { Lesson, LessonBlock } from "../notebook/lesson.ts";
import type { Notebook } from "../notebook/notebook.ts";
import { Cell } from "./cell/cell.tsx";
import { ContentsDrawer, ContentsRail, type ContentsEntry } from "./contents.tsx";
import { InlineProse, Prose } from "./markdown/prose.tsx";
import { NotebookContext, useNotebookState } from "./notebook-context.tsx";
import { Notices } from "./notices.tsx";
import { Solution } from "./solution.tsx";
import { SUMMARY_HEADING, TimingSummary } from "./timing/timing-summary.tsx";
import { TopBar } from "./top-bar.tsx";

/** The whole page: one lesson that computes. */
export function App({ notebook }: { notebook: Notebook }): ReactElement {
  const { lesson } = notebook.store.getState().document;
  const entries = useMemo<readonly ContentsEntry[]>(
    () => [...lesson.headings, { ...SUMMARY_HEADING, level: 2 }],
    [lesson],
  );
  return (
    <NotebookContext value={notebook}>
      <a className="skip-link" href="#lesson-title">
        Skip to the lesson
      </a>
      <TopBar contentsButton={<ContentsDrawer entries={entries} />} />
      <Notices />
      <div className="page">
        <ContentsRail entries={entries} />
        <LessonPage lesson={lesson} />
      </div>
      <Announcer />
      <p id="editor-keys" hidden>
        Shift and Enter runs the cell and goes on to the next. Control and Enter runs it. Tab indents; Escape
        leaves the editor.
      </p>
    </NotebookContext>
  );
}

function LessonPage({ lesson }: { lesson: Lesson }): ReactElement {
  return (
    <main className="lesson">
      <div className="title-block">
        <h1 id="lesson-title" tabIndex={-1}>
          {lesson.number !== undefined && <span className="heading-number">{lesson.number}</span>}{" "}
          {lesson.title}
        </h1>
        <p className="title-summary">{lesson.summary}</p>
      </div>
      {lesson.blocks.map((block) => (
        <Block key={block.line} block={block} />
      ))}
      <TimingSummary />
      <footer className="credit">
        <InlineProse markdown={lesson.credit} />
      </footer>
    </main>
  );
}

function Block({ block }: { block: LessonBlock }): ReactElement {
  switch (block.kind) {
    case "cell":
      return <Cell lesson={block} />;
    case "solution":
      return <Solution solution={block} />;
    case "prose":
      return <Prose markdown={block.markdown} />;
  }
}

/** Says aloud that a run ended or failed. */
function Announcer(): ReactElement {
  const announcement = useNotebookState((state) => state.announcement);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {announcement}
    </div>
  );
}
