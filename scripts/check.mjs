/** `npm run check`: every static gate. */
import { GATES, runGates } from "./gates.mjs";

const { passed, failed } = await runGates(GATES);
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
