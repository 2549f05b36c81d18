/** Where the choice is kept. */
const STORAGE_KEY = "compare-with-lecture";
/** Where the margin has room for two texts; cell.css folds it below this width. */
const WIDE = "(min-width: 84.01rem)";

const listeners = new Set<() => void>();
let chosen = remembered();

function remembered(): boolean | undefined {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === null ? undefined : stored === "on";
  } catch {
    return undefined;
  }
}

/** Whether cells show what the lecture printed: the reader's choice, else wherever there is a margin. */
export function comparisonShown(): boolean {
  return chosen ?? window.matchMedia(WIDE).matches;
}

export function chooseComparison(shown: boolean): void {
  chosen = shown;
  try {
    localStorage.setItem(STORAGE_KEY, shown ? "on" : "off");
  } catch {
    // Storage can be switched off; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

export function subscribeToComparison(listener: () => void): () => void {
  listeners.add(listener);
  const wide = window.matchMedia(WIDE);
  wide.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    wide.removeEventListener("change", listener);
  };
}
