import type { OutputItem } from "./output.ts";
import {
  readNumber,
  readTokens,
  significand,
  type PrintedNumber,
  type Significand,
  type Token,
} from "./printed-number.ts";

/** A stretch of a printed text that is as in the other text, or is not. */
export interface Passage {
  readonly text: string;
  readonly differs: boolean;
}

/** How what a cell printed compares with what the lecture printed. */
export interface Agreement {
  readonly kind:
    | "same"
    /** Every number is the same; the element type is not. */
    | "same-numbers"
    /** The numbers agree to `digits` significant digits. */
    | "digits"
    | "different";
  readonly digits: number;
  /** The element types printed here, each once. */
  readonly dtypes: readonly string[];
  readonly here: readonly Passage[];
  readonly lecture: readonly Passage[];
}

/** Numbers that agree in fewer digits are other numbers. */
const FEWEST_DIGITS = 3;
const DTYPE = /^(?:bool|u?int\d+|float\d+)$/;

/** What a cell printed, as one text; what its timing magics say is left out. */
export function printedText(outputs: readonly OutputItem[]): string {
  return outputs
    .flatMap((item) => {
      if (item.kind === "value") return [item.text];
      if (item.kind === "text") return [item.text.replace(/\n$/, "")];
      return item.kind === "error" ? [`${item.error.name}: ${item.error.message}`] : [];
    })
    .join("\n");
}

/**
 * Compares a cell's printed outputs with the lecture's, word by word and digit by digit; white space aside, as the
 * lecture's page collapsed it. `undefined` while the cell has printed nothing.
 */
export function compareWithLecture(outputs: readonly OutputItem[], lecture: string): Agreement | undefined {
  const here = printedText(outputs);
  if (here.trim() === "") return undefined;
  const pairs = pairTokens(readTokens(here), readTokens(lecture));
  return {
    ...summarize(pairs),
    here: passages(
      here,
      pairs.map((pair) => pair.here),
    ),
    lecture: passages(
      lecture,
      pairs.map((pair) => pair.lecture),
    ),
  };
}

/** A token and which of its characters differ: from the first of `differs` up to the second. */
interface Side {
  readonly token: Token;
  readonly differs: readonly [number, number];
}

interface Pair {
  /** Absent where one text is longer than the other. */
  readonly here?: Side;
  readonly lecture?: Side;
  /** How many significant digits two numbers share; Infinity for equal texts and values, 0 for other words. */
  readonly digits: number;
}

function pairTokens(ours: readonly Token[], theirs: readonly Token[]): readonly Pair[] {
  return Array.from({ length: Math.max(ours.length, theirs.length) }, (_, index) => {
    const here = ours[index];
    const lecture = theirs[index];
    if (here !== undefined && lecture !== undefined) return pairUp(here, lecture);
    return {
      ...(here === undefined ? {} : { here: whole(here) }),
      ...(lecture === undefined ? {} : { lecture: whole(lecture) }),
      digits: 0,
    };
  });
}

function whole(token: Token): Side {
  return { token, differs: [0, token.text.length] };
}

function pairUp(here: Token, lecture: Token): Pair {
  const ours = readNumber(here);
  const theirs = readNumber(lecture);
  if (here.text === lecture.text || (ours !== undefined && ours.value === theirs?.value)) {
    const nothing = [0, 0] as const;
    return {
      here: { token: here, differs: nothing },
      lecture: { token: lecture, differs: nothing },
      digits: Infinity,
    };
  }
  if (ours === undefined || theirs === undefined) {
    return { here: whole(here), lecture: whole(lecture), digits: 0 };
  }
  const [oursDiffer, theirsDiffer] = differingDigits(here.text, lecture.text);
  return {
    here: { token: here, differs: oursDiffer },
    lecture: { token: lecture, differs: theirsDiffer },
    digits: sharedDigits(ours, theirs),
  };
}

type Range = readonly [number, number];

/** The digits of two printed numbers from the first that differs; all of both when even the sizes do. */
function differingDigits(here: string, lecture: string): readonly [Range, Range] {
  const ours = significand(here);
  const theirs = significand(lecture);
  if (ours.negative !== theirs.negative || ours.exponent !== theirs.exponent) {
    return [
      [0, here.length],
      [0, lecture.length],
    ];
  }
  let index = 0;
  while (index < ours.digits.length && ours.digits.charAt(index) === theirs.digits.charAt(index)) index += 1;
  const rest = ({ positions, end }: Significand): Range => [positions[index] ?? end, end];
  return [rest(ours), rest(theirs)];
}

/** The significant digits two numbers share: they differ by less than one unit of the last. */
function sharedDigits(ours: PrintedNumber, theirs: PrintedNumber): number {
  const unitOfFirstDigit = 10 ** Math.floor(Math.log10(Math.abs(theirs.value)));
  const digits = 1 + Math.floor(-Math.log10(Math.abs(ours.value - theirs.value) / unitOfFirstDigit));
  return Number.isFinite(digits) ? Math.max(0, digits) : 0;
}

function summarize(pairs: readonly Pair[]): Pick<Agreement, "kind" | "digits" | "dtypes"> {
  const printed = pairs.map(({ here }) => here?.token.text ?? "");
  const dtypes = [...new Set(printed.filter((text) => DTYPE.test(text)))];
  const unequal = pairs.filter((pair) => pair.digits < Infinity);
  const digits = Math.min(
    Infinity,
    ...unequal.filter((pair) => !isDtypePair(pair)).map((pair) => pair.digits),
  );
  if (unequal.length === 0) return { kind: "same", digits, dtypes };
  if (digits === Infinity) return { kind: "same-numbers", digits, dtypes };
  return { kind: digits >= FEWEST_DIGITS ? "digits" : "different", digits, dtypes };
}

function isDtypePair({ here, lecture }: Pair): boolean {
  return DTYPE.test(here?.token.text ?? "") && DTYPE.test(lecture?.token.text ?? "");
}

/** Cuts `text` where agreement ends or begins again. */
function passages(text: string, sides: readonly (Side | undefined)[]): readonly Passage[] {
  const cut: { text: string; differs: boolean }[] = [];
  let position = 0;
  const add = (end: number, differs: boolean): void => {
    const piece = text.slice(position, end);
    const last = cut.at(-1);
    if (piece !== "" && last?.differs === differs) last.text += piece;
    else if (piece !== "") cut.push({ text: piece, differs });
    position = Math.max(position, end);
  };
  for (const side of sides) {
    if (side === undefined) continue;
    const [from, to] = side.differs;
    add(side.token.start + from, false);
    add(side.token.start + to, true);
  }
  add(text.length, false);
  return cut;
}
