import { useSyncExternalStore, type ReactElement } from "react";
import { Icon } from "../icon.tsx";
import { chooseTheme, shownTheme, subscribeToTheme } from "./theme-choice.ts";

/** Light or dark, remembered; until chosen, the system decides. */
export function ThemeToggle(): ReactElement {
  const theme = useSyncExternalStore(subscribeToTheme, shownTheme);
  const other = theme === "light" ? "dark" : "light";
  return (
    <button
      type="button"
      className="tool theme-toggle"
      aria-label={`Use ${other} colours`}
      title={`Use ${other} colours`}
      onClick={() => {
        chooseTheme(other);
      }}
    >
      <Icon name={other} />
    </button>
  );
}
