/** The part of Plotly that is used. Its own modules carry no types. */
declare module "plotly.js/lib/core" {
  type Fields = Readonly<Record<string, unknown>>;
  interface Plotly {
    register(traces: readonly unknown[]): void;
    react(stage: HTMLElement, data: readonly Fields[], layout: Fields, config: Fields): Promise<unknown>;
    relayout(stage: HTMLElement, changes: Fields): Promise<unknown>;
    purge(stage: HTMLElement): void;
    /** A data: URL of the picture. */
    toImage(stage: HTMLElement, options: Fields): Promise<string>;
    readonly Plots: { resize(stage: HTMLElement): Promise<unknown> };
  }
  const plotly: Plotly;
  export default plotly;
  export type { Plotly };
}

declare module "plotly.js/lib/*" {
  const trace: unknown;
  export default trace;
}
