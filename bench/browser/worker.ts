import { Side, type Request } from "../side.ts";

const side = new Side();

addEventListener("message", (event: MessageEvent<Request>) => {
  side.answer(event.data).then(
    (reply) => postMessage({ reply }),
    (error: unknown) => postMessage({ error: error instanceof Error ? error.message : String(error) }),
  );
});
