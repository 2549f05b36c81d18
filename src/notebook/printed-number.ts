/** A number as it stands in a printed text. */
export interface PrintedNumber {
  readonly text: string;
  /** Where it starts in the text it was read from. */
  readonly start: number;
  readonly value: number;
  /** What one more in its last printed digit is worth. */
  readonly lastUnit: number;
}

/** Words come first, so that the 64 of `float64` is no number. */
const TOKEN = /[A-Za-z_]\w*|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\S/gi;
const NUMBER = /^[-+]?(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i;

export interface Token {
  readonly text: string;
  readonly start: number;
}

/** Numbers, words and single signs of `text`, white space left out. */
export function readTokens(text: string): readonly Token[] {
  return [...text.matchAll(TOKEN)].map((match) => ({ text: match[0], start: match.index }));
}

/** `token` as a number, or `undefined`. */
export function readNumber({ text, start }: Token): PrintedNumber | undefined {
  const match = NUMBER.exec(text);
  if (match === null || !/\d/.test(text)) return undefined;
  const fraction = match[2] ?? "";
  return { text, start, value: Number(text), lastUnit: 10 ** (Number(match[3] ?? 0) - fraction.length) };
}

/** The numbers of `text` in order. */
export function readNumbers(text: string): readonly PrintedNumber[] {
  return readTokens(text).flatMap((token) => readNumber(token) ?? []);
}

/** The digits of a printed number from its first that is not zero, and where each of them stands in it. */
export interface Significand {
  readonly negative: boolean;
  /** The power of ten of the first digit. */
  readonly exponent: number;
  readonly digits: string;
  readonly positions: readonly number[];
  /** Where the exponent begins, or the text ends. */
  readonly end: number;
}

export function significand(text: string): Significand {
  const mantissa = text.replace(/e.*$/i, "");
  const positions = [...mantissa.matchAll(/\d/g)].map((match) => match.index);
  const all = positions.map((position) => mantissa.charAt(position)).join("");
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const point = mantissa.indexOf(".");
  const whole = point === -1 ? all.length : positions.filter((position) => position < point).length;
  const scale = Number(/e(.*)$/i.exec(text)?.[1] ?? 0);
  return {
    negative: text.startsWith("-"),
    exponent: scale + whole - leading - 1,
    digits: all.slice(leading),
    positions: positions.slice(leading),
    end: mantissa.length,
  };
}
