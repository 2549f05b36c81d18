import {
  describeDevice,
  isArray,
  memory,
  type DeviceDescription,
  type DeviceMemory,
  type EngineArray,
} from "./engine-door.ts";

/** The version that the card names. */
const version = "0.1.0";
/** Columns between the outer bars. */
const width = 87;
/** Columns of the left and the right half, under the adapter's name and its memory. */
const halves = [49, 37] as const;
/** How many arrays are listed before the rest is only counted. */
const maxListed = 20;

/** An array that a cell gave a name. */
interface NamedArray {
  readonly name: string;
  readonly array: EngineArray;
}

/**
 * The device as `nvidia-smi` shows a card: what it is called, what it can hold, what is in use, and which arrays of
 * the notebook take it up. `slots` are the names that cells have defined.
 */
export function deviceCard(slots: Readonly<Record<string, unknown>>, now: Date): string {
  return renderCard(describeDevice(), memory(), namedArrays(slots), now);
}

/** As `deviceCard`, of values given. */
export function renderCard(
  device: DeviceDescription,
  { liveBytes, peakBytes, pooledBytes }: DeviceMemory,
  arrays: readonly NamedArray[],
  now: Date,
): string {
  const isGpu = device.kind === "webgpu";
  const api = isGpu ? "API: WebGPU, WGSL" : "API: CPU, JavaScript";
  const largest = device.limits.find(({ name }) => name === "maxBufferSize")?.value;
  const use = `${mebibytes(liveBytes)} / ${largest === undefined ? "-" : mebibytes(largest)}`;
  const left = [
    `  0  ${fit(device.name, halves[0] - 7)}`,
    `     64-bit arrays: ${isGpu ? "on the CPU" : "here"}`,
    `     Reads: ${device.synchronousReads ? "synchronous" : "asynchronous (await x.data())"}`,
  ];
  const right = [use, `peak ${mebibytes(peakBytes)}`, `pooled ${mebibytes(pooledBytes)}`];
  const limits = device.limits.map(({ name, value }) => row([`     ${name}`], [limitText(name, value)]));
  return [
    dateText(now),
    rule("-", "+", "+"),
    line(`FUSEBOOK-SMI ${version}`.padEnd(30) + `Backend: ${device.kind}`.padEnd(28) + api),
    split("-", "|"),
    row([`${isGpu ? "GPU" : "CPU"}  Name`], ["In use / largest array"]),
    row(["     Limit"], ["Value"]),
    split("=", "|"),
    ...left.map((text, i) => row([text], [right[i] ?? ""])),
    ...limits,
    split("-", "+"),
    rule("-", "+", "+"),
    line("Live arrays:"),
    line(`${"  ID   Name".padEnd(30)}${"Array".padEnd(36)}${"Memory".padStart(19)}`),
    rule("=", "|", "|"),
    ...arrayLines(arrays),
    rule("-", "+", "+"),
  ].join("\n");
}

function arrayLines(arrays: readonly NamedArray[]): string[] {
  if (arrays.length === 0) return [line("No running processes found")];
  const shown = arrays.slice(0, maxListed).map(({ name, array }, position) => {
    const what = `${array.dtype}[${array.shape.join(",")}]${array.device === "cpu" ? " cpu" : ""}`;
    const label = `${String(position).padStart(4)}   ${fit(name, 22)}`;
    return line(label.padEnd(30) + fit(what, 35).padEnd(36) + byteText(array.nbytes).padStart(19));
  });
  const rest = arrays.length - shown.length;
  return rest > 0 ? [...shown, line(`     and ${String(rest)} more`)] : shown;
}

function namedArrays(slots: Readonly<Record<string, unknown>>): NamedArray[] {
  return Object.entries(slots).flatMap(([name, value]) =>
    isArray(value) && !value.is_deleted() ? [{ name, array: value }] : [],
  );
}

/** `Mon Oct 21 11:06:05 2024` */
function dateText(now: Date): string {
  const [day = "", month = "", date = ""] = now.toDateString().split(" ");
  const clock = now.toTimeString().slice(0, 8);
  return `${day} ${month} ${date.replace(/^0/, " ")} ${clock} ${String(now.getFullYear())}`;
}

function fit(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 3)}...`;
}

function rule(stroke: string, first: string, last: string): string {
  return first + stroke.repeat(width) + last;
}

function split(stroke: string, end: string): string {
  return `${end}${stroke.repeat(halves[0])}+${stroke.repeat(halves[1])}${end}`;
}

function line(text: string): string {
  return `| ${fit(text, width - 2).padEnd(width - 2)} |`;
}

function row([left = ""]: readonly string[], [right = ""]: readonly string[]): string {
  const [leftWidth, rightWidth] = halves;
  return `| ${left.padEnd(leftWidth - 2)} | ${right.padStart(rightWidth - 2)} |`;
}

function mebibytes(bytes: number): string {
  return `${String(Math.ceil(bytes / 2 ** 20))}MiB`;
}

function byteText(bytes: number): string {
  return bytes < 2 ** 20 ? `${String(bytes)}B` : mebibytes(bytes);
}

/** Sizes in MiB or KiB, everything else as it is. */
function limitText(name: string, value: number): string {
  if (!/Size$|Size[XYZ]?$|Bytes$/.test(name) || value < 2 ** 10) return String(value);
  return value < 2 ** 20 ? `${String(value / 2 ** 10)}KiB` : mebibytes(value);
}
