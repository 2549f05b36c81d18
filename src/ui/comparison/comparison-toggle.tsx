import { useSyncExternalStore, type ReactElement } from "react";
import { Icon } from "../icon.tsx";
import { chooseComparison, comparisonShown, subscribeToComparison } from "./comparison-choice.ts";

/** Shows or folds, in all cells at once, what the lecture printed. */
export function ComparisonToggle(): ReactElement {
  const shown = useSyncExternalStore(subscribeToComparison, comparisonShown);
  return (
    <button
      type="button"
      className="button compare-button"
      aria-pressed={shown}
      title={
        shown ? "Fold away what the lecture printed" : "Show what the lecture printed beside your results"
      }
      onClick={() => {
        chooseComparison(!shown);
      }}
    >
      <Icon name="compare" />
      <span className="compare-word">Compare</span>
    </button>
  );
}
