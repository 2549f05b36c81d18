import {
  i32,
  load,
  memoryFill,
  op,
  store,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from "./assembler.ts";
import {
  bitsOf,
  digitOffset,
  hasEqualKeys,
  isNan,
  isSpecial,
  isZero,
  keyOf,
  loadBits,
  loadKey,
  loadPosition,
  moveRecord,
  storeBits,
  storeRecord,
  type RecordKind,
} from "./sort-record.ts";

const add = (a: Expr, b: Expr): Expr => op("i32.add", a, b);
const times = (a: Expr, b: Expr): Expr => op("i32.mul", a, b);

/** Rows this short are sorted by insertion. */
const shortRow = 24;

/** Bits of a digit: a count of all digits has to be cleared and summed for each row. */
export const digitBits = { short: 8, long: 11 } as const;

export function digitsOf({ isWide, dtype }: RecordKind, bits: number): number {
  return Math.ceil((isWide ? 64 : dtype === "bool" ? 1 : 32) / bits);
}

/**
 * `readKeys(values, position, count, records) -> specials`: makes records of `count` values, the first of which is at
 * `position` of its row; says whether there are values that do not come back from their keys.
 */
export function defineReadKeys(module: ModuleBuilder, kind: RecordKind): FunctionRef {
  return module.function(["i32", "i32", "i32", "i32"], ["i32"], (f, values, position, count, records) => {
    const specials = f.local("i32");
    const bits = f.local(kind.isWide ? "i64" : "i32");
    const end = f.let(add(position, count));
    f.for(position, end, 1, () => {
      f.set(bits, loadBits(kind, values));
      if (hasEqualKeys(kind)) f.set(specials, op("i32.or", specials, isSpecial(kind, bits)));
      for (const stored of storeRecord(kind, records, keyOf(kind, bits), position)) f.do(stored);
      f.set(values, add(values, i32(kind.valueBytes)));
      f.set(records, add(records, i32(kind.bytes)));
    });
    return specials;
  });
}

/** `count(records, count, counts, shift, mask)`: adds the digits of records to `counts`. */
export function defineCount(module: ModuleBuilder, kind: RecordKind): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32"],
    [],
    (f, records, count, counts, shift, mask) => {
      const end = f.let(add(records, times(count, i32(kind.bytes))));
      const place = f.local("i32");
      f.while(
        () => op("i32.lt_u", records, end),
        () => {
          f.set(place, add(counts, digitOffset(kind, loadKey(kind, records), shift, mask)));
          f.do(store("i32.store", place, add(load("i32.load", place), i32(1))));
          f.set(records, add(records, i32(kind.bytes)));
        },
      );
      return [];
    },
  );
}

/** `countAll(records, count, counts)`: as `count` for all long digits, each with counts of its own. */
export function defineCountAll(module: ModuleBuilder, kind: RecordKind): FunctionRef {
  const radix = 2 ** digitBits.long;
  return module.function(["i32", "i32", "i32"], [], (f, records, count, counts) => {
    const end = f.let(add(records, times(count, i32(kind.bytes))));
    const key = f.local(kind.isWide ? "i64" : "i32");
    const place = f.local("i32");
    f.while(
      () => op("i32.lt_u", records, end),
      () => {
        f.set(key, loadKey(kind, records));
        for (let digit = 0; digit < digitsOf(kind, digitBits.long); digit++) {
          const offset = digitOffset(kind, key, i32(digit * digitBits.long), i32((radix - 1) << 2));
          const first = 4 * radix * digit;
          f.set(place, add(counts, offset));
          f.do(store("i32.store", place, add(load("i32.load", place, first), i32(1)), first));
        }
        f.set(records, add(records, i32(kind.bytes)));
      },
    );
    return [];
  });
}

/** `scatter(records, count, places, shift, mask)`: moves records to the addresses of their digits, which move on. */
export function defineScatter(module: ModuleBuilder, kind: RecordKind): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32"],
    [],
    (f, records, count, places, shift, mask) => {
      const end = f.let(add(records, times(count, i32(kind.bytes))));
      const [place, to] = [f.local("i32"), f.local("i32")];
      f.while(
        () => op("i32.lt_u", records, end),
        () => {
          f.set(place, add(places, digitOffset(kind, loadKey(kind, records), shift, mask)));
          f.set(to, load("i32.load", place));
          f.do(store("i32.store", place, add(to, i32(kind.bytes))));
          f.do(moveRecord(kind, to, records));
          f.set(records, add(records, i32(kind.bytes)));
        },
      );
      return [];
    },
  );
}

/**
 * `places(counts, digits, blocks, blockStride, to) -> isOneDigit`: turns the counts of `blocks` blocks of records into the
 * address of each block's first record of each digit, for records written to `to`; counts of a block are together.
 */
export function definePlaces(module: ModuleBuilder, kind: RecordKind): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32"],
    [],
    (f, counts, digits, blocks, blockStride, to) => {
      const [digit, block, at, found] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
      f.for(digit, digits, 1, () => {
        f.set(block, i32(0));
        f.set(at, add(counts, op("i32.shl", digit, i32(2))));
        f.for(block, blocks, 1, () => {
          f.set(found, load("i32.load", at));
          f.do(store("i32.store", at, to));
          f.set(to, add(to, times(found, i32(kind.bytes))));
          f.set(at, add(at, blockStride));
        });
      });
      return [];
    },
  );
}

/** `finish(records, count, to)`: values from keys, or positions, in their order. */
export function defineFinish(module: ModuleBuilder, kind: RecordKind): FunctionRef {
  return module.function(["i32", "i32", "i32"], [], (f, records, count, to) => {
    const end = f.let(add(records, times(count, i32(kind.bytes))));
    const key = f.local(kind.isWide ? "i64" : "i32");
    f.while(
      () => op("i32.lt_u", records, end),
      () => {
        if (kind.carries) f.do(store("i32.store", to, loadPosition(kind, records)));
        else {
          f.set(key, loadKey(kind, records));
          f.do(storeBits(kind, to, bitsOf(kind, key)));
        }
        f.set(to, add(to, i32(kind.carries ? 4 : kind.valueBytes)));
        f.set(records, add(records, i32(kind.bytes)));
      },
    );
    return [];
  });
}

/** `restore(values, count, sorted)`: zeros and NaN as they came, in the order they came in. */
export function defineRestore(module: ModuleBuilder, kind: RecordKind): FunctionRef {
  const { dtype, valueBytes } = kind;
  return module.function(["i32", "i32", "i32"], [], (f, values, count, sorted) => {
    const bits = f.local(kind.isWide ? "i64" : "i32");
    const size = f.let(times(count, i32(valueBytes)));
    const [zeros, nans, at] = [f.let(sorted), f.let(sorted), f.let(sorted)];
    const end = f.let(add(sorted, size));
    const hasZero = f.local("i32");
    const last = f.let(add(values, size));
    // The zeros are together, and so are the NaN, at the end.
    f.set(nans, end);
    f.while(
      () => op("i32.lt_u", at, end),
      () => {
        f.set(bits, loadBits(kind, at));
        f.if(op("i32.and", isZero(dtype, bits), op("i32.eqz", hasZero)), () => {
          f.set(zeros, at);
          f.set(hasZero, i32(1));
        });
        f.if(isNan(dtype, bits), () => f.set(nans, op("i32.sub", nans, i32(valueBytes))));
        f.set(at, add(at, i32(valueBytes)));
      },
    );
    f.while(
      () => op("i32.lt_u", values, last),
      () => {
        f.set(bits, loadBits(kind, values));
        for (const [matches, place] of [
          [isZero(dtype, bits), zeros],
          [isNan(dtype, bits), nans],
        ] as const) {
          f.if(matches, () => {
            f.do(storeBits(kind, place, bits));
            f.set(place, add(place, i32(valueBytes)));
          });
        }
        f.set(values, add(values, i32(valueBytes)));
      },
    );
    return [];
  });
}

/** `insertion(records, count)`: sorts in place; stable. */
function defineInsertion(module: ModuleBuilder, kind: RecordKind): FunctionRef {
  const type = kind.isWide ? "i64" : "i32";
  return module.function(["i32", "i32"], [], (f, records, count) => {
    const end = f.let(add(records, times(count, i32(kind.bytes))));
    const next = f.let(add(records, i32(kind.bytes)));
    const [at, before] = [f.local("i32"), f.local("i32")];
    const [key, position] = [f.local(type), f.local("i32")];
    f.while(
      () => op("i32.lt_u", next, end),
      () => {
        f.set(key, loadKey(kind, next));
        if (kind.carries) f.set(position, loadPosition(kind, next));
        f.set(at, next);
        f.block((found) => {
          f.loop((again) => {
            f.breakIf(found, op("i32.le_u", at, records));
            f.set(before, op("i32.sub", at, i32(kind.bytes)));
            f.breakIf(found, op(`${type}.le_u`, loadKey(kind, before), key));
            f.do(moveRecord(kind, at, before));
            f.set(at, before);
            f.break(again);
          });
        });
        for (const stored of storeRecord(kind, at, key, position)) f.do(stored);
        f.set(next, add(next, i32(kind.bytes)));
      },
    );
    return [];
  });
}

/** Functions that sort a row, by what they do. */
export interface RowFunctions {
  readonly readKeys: FunctionRef;
  readonly count: FunctionRef;
  readonly countAll: FunctionRef;
  readonly scatter: FunctionRef;
  readonly places: FunctionRef;
  readonly finish: FunctionRef;
  readonly restore: FunctionRef | undefined;
}

export function defineRowFunctions(module: ModuleBuilder, kind: RecordKind): RowFunctions {
  return {
    readKeys: defineReadKeys(module, kind),
    count: defineCount(module, kind),
    countAll: defineCountAll(module, kind),
    scatter: defineScatter(module, kind),
    places: definePlaces(module, kind),
    finish: defineFinish(module, kind),
    restore: hasEqualKeys(kind) && !kind.carries ? defineRestore(module, kind) : undefined,
  };
}

/**
 * `sortRow(values, count, to, work)`: sorts one row on its own, digit by digit from the least significant one (H. H. Seward,
 * 1954); digits that all keys share cost no pass. `work` has room for the records twice and for the counts of a digit.
 */
export function defineSortRow(module: ModuleBuilder, kind: RecordKind, own: RowFunctions): FunctionRef {
  const insertion = defineInsertion(module, kind);
  const radix = 2 ** digitBits.short;
  const mask = i32((radix - 1) << 2);
  return module.function(["i32", "i32", "i32", "i32"], [], (f, values, count, to, work) => {
    const bytes = f.let(times(count, i32(kind.bytes)));
    const counts = f.let(work);
    const from = f.let(add(work, i32(4 * radix)));
    const other = f.let(add(from, op("i32.and", add(bytes, i32(15)), i32(-16))));
    const specials = f.let(f.call(own.readKeys, values, i32(0), count, from));
    f.if(
      op("i32.le_s", count, i32(shortRow)),
      () => void f.callMulti(insertion, from, count),
      () => {
        for (let digit = 0; digit < digitsOf(kind, digitBits.short); digit++) {
          const shift = i32(digit * digitBits.short);
          f.do(memoryFill(counts, i32(0), i32(4 * radix)));
          f.callMulti(own.count, from, count, counts, shift, mask);
          const shared = f.let(
            load("i32.load", add(counts, digitOffset(kind, loadKey(kind, from), shift, mask))),
          );
          f.if(op("i32.ne", shared, count), () => {
            f.callMulti(own.places, counts, i32(radix), i32(1), i32(0), other);
            f.callMulti(own.scatter, from, count, counts, shift, mask);
            exchange(f, from, other);
          });
        }
      },
    );
    f.callMulti(own.finish, from, count, to);
    if (own.restore !== undefined) {
      f.if(specials, () => void f.callMulti(own.restore!, values, count, to));
    }
    return [];
  });
}

function exchange(f: FunctionBuilder, a: Local, b: Local): void {
  const held = f.let(a);
  f.set(a, b);
  f.set(b, held);
}

/** Bytes of `work` that `sortRow` takes. */
export function rowWorkBytes({ bytes }: RecordKind, length: number): number {
  return 4 * 2 ** digitBits.short + 2 * Math.ceil((length * bytes) / 16) * 16;
}
