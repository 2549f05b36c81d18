import { memo, useMemo, type KeyboardEvent, type ReactElement } from "react";
import { highlight } from "./highlight.ts";
import { indent, outdent, type TextEdit } from "./indent.ts";
import { editorId } from "./reveal-line.ts";

interface CodeEditorProps {
  readonly cellId: string;
  readonly label: string;
  readonly source: string;
  /** A line to mark, from 1: where the last run failed. */
  readonly markedLine: number | undefined;
  readonly onChange: (source: string) => void;
  readonly onRun: (advance: boolean) => void;
  /** Esc: the keyboard goes on to the cell's buttons. */
  readonly onLeave: () => void;
}

/** Replaces text the way typing does, so that undo still works. */
function applyEdit(area: HTMLTextAreaElement, edit: TextEdit): void {
  area.setSelectionRange(edit.from, edit.to);
  // The only way to change a text area that keeps the browser's own undo; there is no successor.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (edit.text !== "") document.execCommand("insertText", false, edit.text);
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  else if (edit.from !== edit.to) document.execCommand("delete");
  area.setSelectionRange(edit.selectionStart, edit.selectionEnd);
}

/**
 * A plain text area that looks like highlighted code: the coloured text lies under it, in the same face and at
 * the same place, and both grow with the content.
 */
export const CodeEditor = memo(function CodeEditor(props: CodeEditorProps): ReactElement {
  const { cellId, label, source, markedLine, onChange, onRun, onLeave } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const area = event.currentTarget;
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onRun(event.shiftKey);
    } else if (event.key === "Tab" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      const edit = event.shiftKey ? outdent : indent;
      applyEdit(area, edit(area.value, area.selectionStart, area.selectionEnd));
    } else if (event.key === "Escape") {
      event.preventDefault();
      onLeave();
    }
  };
  return (
    <div className="editor">
      <div className="editor-sheet">
        <HighlightedCode source={source} markedLine={markedLine} />
        <textarea
          id={editorId(cellId)}
          className="editor-input"
          aria-label={label}
          aria-describedby="editor-keys"
          value={source}
          rows={1}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          wrap="off"
          onChange={(event) => {
            onChange(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
    </div>
  );
});

interface HighlightedCodeProps {
  readonly source: string;
  readonly markedLine: number | undefined;
}

function HighlightedCode({ source, markedLine }: HighlightedCodeProps): ReactElement {
  const tokens = useMemo(() => highlight(source), [source]);
  return (
    <pre className="editor-colours" aria-hidden="true">
      {markedLine !== undefined && (
        <span className="editor-mark" style={{ insetBlockStart: `calc(${markedLine - 1} * 1lh)` }} />
      )}
      {tokens.map((token, index) =>
        token.kind === "plain" ? (
          token.text
        ) : (
          <span key={index} className={`token-${token.kind}`}>
            {token.text}
          </span>
        ),
      )}
      {"\n"}
    </pre>
  );
}
