export type Theme = "light" | "dark";

/** Where the choice is kept; public/theme.js reads the same key before the first paint. */
const STORAGE_KEY = "theme";

const systemPrefersDark = (): MediaQueryList => window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

/** The theme the page shows now: the reader's choice, else the system's. */
export function shownTheme(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return systemPrefersDark().matches ? "dark" : "light";
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // Storage can be switched off; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

export function subscribeToTheme(listener: () => void): () => void {
  listeners.add(listener);
  const system = systemPrefersDark();
  system.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", listener);
  };
}
