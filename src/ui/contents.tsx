import { useEffect, useRef, useState, type ReactElement } from "react";
import { Icon } from "./icon.tsx";

export interface ContentsEntry {
  readonly id: string;
  readonly text: string;
  readonly level: 2 | 3;
}

interface ContentsProps {
  readonly entries: readonly ContentsEntry[];
}

/** The rail at the left of wide pages. */
export function ContentsRail({ entries }: ContentsProps): ReactElement {
  return (
    <nav className="rail" aria-label="Contents">
      <ContentsList entries={entries} />
    </nav>
  );
}

/** The button and drawer that stand in for the rail on narrower pages. */
export function ContentsDrawer({ entries }: ContentsProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = (): void => dialog.current?.close();
  return (
    <>
      <button
        type="button"
        className="tool contents-button"
        aria-label="Contents"
        aria-haspopup="dialog"
        onClick={() => dialog.current?.showModal()}
      >
        <Icon name="contents" />
      </button>
      <dialog
        ref={dialog}
        className="drawer"
        aria-label="Contents"
        onClick={(event) => {
          // A click on the backdrop lands on the dialog itself.
          if (event.target === event.currentTarget) close();
        }}
      >
        <div className="drawer-sheet">
          <button type="button" className="tool drawer-close" aria-label="Close contents" onClick={close}>
            <Icon name="close" />
          </button>
          <nav aria-label="Contents">
            <ContentsList entries={entries} onFollow={close} />
          </nav>
        </div>
      </dialog>
    </>
  );
}

function ContentsList({ entries, onFollow }: ContentsProps & { onFollow?: () => void }): ReactElement {
  const current = useCurrentHeading(entries);
  return (
    <>
      <p className="contents-title">Contents</p>
      <ol className="contents-list">
        {entries.map((entry) => (
          <li key={entry.id} data-level={entry.level}>
            <a
              href={`#${entry.id}`}
              aria-current={entry.id === current ? "location" : undefined}
              onClick={onFollow}
            >
              {entry.text}
            </a>
          </li>
        ))}
      </ol>
    </>
  );
}

/** The heading whose section is at the top of the window. */
function useCurrentHeading(entries: readonly ContentsEntry[]): string | undefined {
  const [current, setCurrent] = useState<string>();
  useEffect(() => {
    const update = (): void => {
      const passed = entries.filter((entry) => {
        const heading = document.getElementById(entry.id);
        return heading !== null && heading.getBoundingClientRect().top < window.innerHeight * 0.3;
      });
      setCurrent(passed.at(-1)?.id);
    };
    // Observers alone miss long sections; one measurement per frame while scrolling is cheap.
    let frame = 0;
    const schedule = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(update);
    };
    schedule();
    window.addEventListener("scroll", schedule, { passive: true });
    window.addEventListener("resize", schedule);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", schedule);
      window.removeEventListener("resize", schedule);
    };
  }, [entries]);
  return current;
}
