import { RuntimeClient } from "../runtime/client.ts";
import { deviceChoice } from "./device-choice.ts";
import { Notebook } from "./notebook.ts";
import { parseLesson } from "./parse-lesson.ts";

export interface NotebookPage {
  /** The lesson file's text. */
  readonly lesson: string;
  /** The query part of the page's address. */
  readonly search: string;
  /** The worker as one classic script. */
  readonly workerSource: () => Promise<string>;
}

/** Parses the lesson and starts the engine; runs nothing.
 * @throws LessonSyntaxError when the lesson cannot be read */
export function openNotebook({ lesson, search, workerSource }: NotebookPage): Notebook {
  const notebook = new Notebook(parseLesson(lesson), new RuntimeClient(workerSource));
  notebook.start(deviceChoice(search));
  return notebook;
}
