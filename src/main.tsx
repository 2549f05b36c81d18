import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import workerUrl from "virtual:worker-bundle";
import lesson from "../lessons/introduction-to-jax.md?raw";
import { openNotebook } from "./notebook/open-notebook.ts";
import { App } from "./ui/app.tsx";
import "./ui/theme/fonts.ts";
import "./ui/theme/theme.css";

async function workerSource(): Promise<string> {
  const response = await fetch(workerUrl);
  if (!response.ok)
    throw new Error(`The engine could not be fetched: ${response.status} ${response.statusText}`);
  return response.text();
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
const notebook = openNotebook({ lesson, search: location.search, workerSource });
document.title = `${notebook.store.getState().document.lesson.title} – Fusebook`;
createRoot(root).render(
  <StrictMode>
    <App notebook={notebook} />
  </StrictMode>,
);
