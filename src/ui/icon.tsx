import type { ReactElement } from "react";

const PATHS = {
  run: "M4.5 2.8v10.4l8.5-5.2z",
  "run-above": "M3 2.2h10v1.6H3zM5 6v8l6.6-4z",
  reset: "M3.4 3v3.6H7M3.7 6.5a4.8 4.8 0 1 1-.4 3",
  contents: "M2.5 4h11M2.5 8h11M2.5 12h7",
  compare: "M2.5 3.5h4.5v9h-4.5zM9 3.5h4.5v9h-4.5zM4 6.5h1.5M4 9h1.5M10.5 6.5h1.5",
  close: "M4 4l8 8M12 4l-8 8",
  light:
    "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M12.8 3.2l-1.1 1.1M4.3 11.7l-1.1 1.1",
  dark: "M13.2 9.8A5.8 5.8 0 0 1 6.2 2.8a5.8 5.8 0 1 0 7 7z",
} as const;

const FILLED: ReadonlySet<string> = new Set(["run", "run-above"]);

/** A small drawing for a button; the button's name says what it does. */
export function Icon({ name }: { name: keyof typeof PATHS }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" data-filled={FILLED.has(name) || undefined}>
      <path d={PATHS[name]} />
    </svg>
  );
}
