/**
 * `npm test`: installs what is missing, runs every gate and every test, and ends with one line,
 * `N passed, N failed`. Each gate and the build count as one test.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureChrome } from "./chrome.mjs";
import { GATES, report, runGates, runScript } from "./gates.mjs";
import { ensurePackages } from "./install.mjs";

const root = join(import.meta.dirname, "..");
const reports = join(root, "node_modules", ".cache", "test-reports");
let passed = 0;
let failed = 0;

/**
 * @param {string} name
 * @param {{ passed: number, failed: number }} counts
 * @param {number} startedAt
 */
function count(name, counts, startedAt) {
  passed += counts.passed;
  failed += counts.failed;
  report(`${name}: ${counts.passed} passed, ${counts.failed} failed`, counts.failed === 0, startedAt);
}

/**
 * What a run of vitest amounts to. A test that was skipped was not passed, and a file that could not be
 * loaded, or a run that ended badly although no test failed, is one failure.
 * @param {string} path
 * @param {boolean} ok
 */
function readReport(path, ok) {
  if (!existsSync(path)) return { passed: 0, failed: 1 };
  /** @type {{ numTotalTests: number, numPassedTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} */
  const { numTotalTests, numPassedTests, testResults } = JSON.parse(readFileSync(path, "utf8"));
  const unloaded = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((result) => result.status === "failed"),
  );
  const failures = numTotalTests - numPassedTests + unloaded.length;
  return { passed: numPassedTests, failed: failures === 0 && !ok ? 1 : failures };
}

/**
 * @param {string} name
 * @param {string} script
 */
async function runTests(name, script) {
  console.log(`\n${name}`);
  const startedAt = performance.now();
  const path = join(reports, `${script}.json`);
  rmSync(path, { force: true });
  const args = ["--reporter=default", "--reporter=json", `--outputFile.json=${path}`];
  const { ok } = await runScript(script, { args, capture: false });
  count(name, readReport(path, ok), startedAt);
}

async function runBuild() {
  const startedAt = performance.now();
  const { ok, output } = await runScript("build");
  if (!ok) console.log(output.trimEnd());
  count("build", ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }, startedAt);
  return ok;
}

async function runAll() {
  process.chdir(root);
  ensurePackages(root);
  const chrome = ensureChrome();
  // Everything below drives the same browser.
  process.env.FUSEBOOK_CHROME = chrome;
  console.log(`Chromium: ${chrome}`);
  mkdirSync(reports, { recursive: true });

  const startedAt = performance.now();
  count("gates", await runGates(GATES), startedAt);
  await runTests("unit tests", "unit");
  console.log("");
  if (await runBuild()) await runTests("end-to-end tests", "e2e");
  else count("end-to-end tests, which need the build", { passed: 0, failed: 1 }, performance.now());
  report("all", failed === 0, startedAt);
}

try {
  await runAll();
} catch (error) {
  failed += 1;
  console.error(error instanceof Error ? error.message : error);
}
if (failed > 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed`);
