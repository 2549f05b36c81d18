/** Installs the packages that package-lock.json asks for, when they are not all there. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage */

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage>}
 */
function readLock(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

/**
 * Whether every package of the lock is installed in its version. Optional ones are for other systems. npm
 * writes its own list of what it installed last, so a run that was cut short leaves none.
 * @param {string} root
 */
function isInstalled(root) {
  const listPath = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(listPath)) return false;
  const installed = readLock(listPath);
  return Object.entries(readLock(join(root, "package-lock.json"))).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    return found === undefined ? wanted.optional === true : found.version === wanted.version;
  });
}

/**
 * @param {string} root
 * @throws {Error} when npm fails.
 */
export function ensurePackages(root) {
  if (isInstalled(root)) return;
  console.log("Installing packages (npm ci) ...");
  const { status } = spawnSync(
    "npm",
    ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: "inherit",
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) throw new Error("`npm ci` failed; the packages are not installed.");
}
