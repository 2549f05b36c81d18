import { useMemo, useState, type ReactElement } from "react";
import type { Figure } from "../../notebook/output.ts";
import { endsOf, plotTables, spreadOver, type PlotTable, type TableValue } from "./plot-table.ts";
import { shortNumber } from "./plot-text.ts";

const listRows = 10;
const gridSide = 7;

/** The numbers of a plot as tables, made when they are asked for. */
export function PlotData({ figure }: { figure: Figure }): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <details className="plot-details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Data</summary>
      {open && <Tables figure={figure} />}
    </details>
  );
}

function Tables({ figure }: { figure: Figure }): ReactElement {
  const tables = useMemo(() => plotTables(figure), [figure]);
  return (
    <div className="plot-tables" tabIndex={0} role="group" aria-label="Data of the plot">
      {tables.map((table, index) => (
        <DataTable key={index} table={table} />
      ))}
      {tables.length === 0 && <p>There are no data.</p>}
    </div>
  );
}

function DataTable({ table }: { table: PlotTable }): ReactElement {
  const { caption, header, rows, isGrid } = table;
  const shownRows = isGrid ? spreadOver(rows.length, gridSide) : endsOf(rows.length, listRows);
  const columns = isGrid
    ? [0, ...spreadOver(header.length - 1, gridSide).map((k) => k + 1)]
    : header.map((_, k) => k);
  const parts = [
    [shownRows.length, rows.length, "rows"] as const,
    [columns.length - 1, header.length - 1, "columns"] as const,
  ];
  const thinned = isGrid && parts.some(([shown, all]) => shown < all);
  const size = thinned
    ? parts.map(([shown, all, what]) => `${String(shown)} of ${String(all)} ${what}`).join(" and ")
    : "";
  return (
    <table className="plot-table">
      {(caption !== "" || size !== "") && (
        <caption>{[caption, size].filter((text) => text !== "").join(", ")}</caption>
      )}
      <thead>
        <tr>
          {columns.map((k) => (
            <th key={k} scope="col">
              {headerText(header[k] ?? "", isGrid && k > 0)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shownRows.map((row) =>
          row === null ? (
            <tr key="gap" className="plot-table-gap">
              <td colSpan={columns.length}>{(rows.length - listRows).toLocaleString("en")} rows between</td>
            </tr>
          ) : (
            <tr key={row}>
              {columns.map((column) => {
                const text = valueText(rows[row]?.[column] ?? null);
                return column === 0 ? (
                  <th key={column} scope="row">
                    {text}
                  </th>
                ) : (
                  <td key={column}>{text}</td>
                );
              })}
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

function headerText(text: string, isNumber: boolean): string {
  return isNumber && text.trim() !== "" && !Number.isNaN(Number(text)) ? shortNumber(Number(text)) : text;
}

function valueText(value: TableValue): string {
  if (value === null) return "–";
  return typeof value === "number" ? shortNumber(value) : value;
}
