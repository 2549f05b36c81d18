/** The static gates, each an npm script, and how a list of them is run. */
import { spawn } from "node:child_process";

/** @typedef {{ name: string, script: string }} Gate */

/** Longest first, so that two at a time end together. */
/** @type {readonly Gate[]} */
export const GATES = [
  { name: "lint", script: "lint" },
  { name: "types", script: "typecheck" },
  { name: "import direction and cycles", script: "boundaries" },
  { name: "format", script: "format:check" },
  { name: "dead code", script: "dead-code" },
];

/**
 * Starts an npm script and waits for its end.
 * @param {string} script
 * @param {{ args?: readonly string[], capture?: boolean }} [options] capture: keep the output instead of showing it
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function runScript(script, { args = [], capture = true } = {}) {
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", script, ...(args.length > 0 ? ["--", ...args] : [])], {
      stdio: capture ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    let output = "";
    const keep = (/** @type {Buffer} */ text) => (output += text.toString());
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

/**
 * @param {string} name
 * @param {boolean} ok
 * @param {number} startedAt as `performance.now()` gave it
 */
export function report(name, ok, startedAt) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${ok ? "passed" : "FAILED"}  ${name} (${seconds} s)`);
}

/**
 * Runs the gates two at a time and prints what the failing ones said.
 * @param {readonly Gate[]} gates
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runGates(gates) {
  const waiting = [...gates];
  let failed = 0;
  const worker = async () => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      const startedAt = performance.now();
      const { ok, output } = await runScript(gate.script);
      report(gate.name, ok, startedAt);
      if (ok) continue;
      failed += 1;
      console.log(output.trimEnd());
    }
  };
  await Promise.all([worker(), worker()]);
  return { passed: gates.length - failed, failed };
}
