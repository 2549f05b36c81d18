/**
 * Finds the Chromium the tests drive, and the software Vulkan driver that ships beside it, so that WebGPU
 * can be tested on a machine without a graphics card. Plain Node: runs before anything is installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];
const DRIVER = "vk_swiftshader_icd.json";

/**
 * The path of an existing Chrome or Chromium, or undefined.
 * @throws {Error} when FUSEBOOK_CHROME is set and names no file.
 * @returns {string | undefined}
 */
export function findChrome() {
  const named = process.env.FUSEBOOK_CHROME;
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`FUSEBOOK_CHROME is ${named}, but no such file exists.`);
    return named;
  }
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  const candidates = folders
    .filter((folder) => folder !== "")
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...candidates, ...PLACES].find((path) => existsSync(path));
}

/** Whether Chromium can be installed with Debian's package manager: on Debian or a child of it, as root. */
function canInstall() {
  if (process.getuid?.() !== 0 || !existsSync("/etc/os-release")) return false;
  return /^ID(?:_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
}

/**
 * Finds Chromium, installing it where that is possible.
 * @throws {Error} with what to do, when there is none and it cannot be installed.
 * @returns {string}
 */
export function ensureChrome() {
  const present = findChrome();
  if (present !== undefined) return present;
  if (canInstall()) {
    console.log("No Chromium found: installing Debian's package.");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const command of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
      const { status } = spawnSync("apt-get", ["-qq", ...command], { stdio: "inherit", env });
      if (status !== 0) throw new Error(`apt-get ${command.join(" ")} failed. ${ADVICE}`);
    }
    const installed = findChrome();
    if (installed !== undefined) return installed;
  }
  throw new Error(`No Chrome or Chromium was found. ${ADVICE}`);
}

const ADVICE = "Install one, or set the environment variable FUSEBOOK_CHROME to the path of an existing one.";

/**
 * The environment in which a Vulkan loader finds the software driver that ships with `chrome`.
 * Empty when there is none beside it: then the machine's own driver is used.
 * @param {string | undefined} chrome
 * @returns {Record<string, string>}
 */
export function softwareVulkan(chrome) {
  const beside = chrome === undefined ? [] : [dirname(realpathSync(chrome))];
  const folders = [...beside, "/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"];
  const folder = folders.find((path) => existsSync(join(path, DRIVER)));
  if (folder === undefined) return {};
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter((path) => path !== undefined && path !== "");
  return { VK_DRIVER_FILES: join(folder, DRIVER), LD_LIBRARY_PATH: libraries.join(delimiter) };
}
