import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { Notebook } from "../notebook/notebook.ts";
import type { NotebookState } from "../notebook/store.ts";

export const NotebookContext = createContext<Notebook | null>(null);

/** The notebook on this page. */
export function useNotebook(): Notebook {
  const notebook = useContext(NotebookContext);
  if (notebook === null) throw new Error("useNotebook needs a NotebookContext above it");
  return notebook;
}

/** A part of the notebook's state; the component renders again when that part changes. */
export function useNotebookState<Part>(select: (state: NotebookState) => Part): Part {
  return useStore(useNotebook().store, select);
}
