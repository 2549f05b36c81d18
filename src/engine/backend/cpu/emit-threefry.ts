import type { Statements } from "./emit-scalar.ts";

/** Bits the second word is turned by in each round, four rounds to a group. */
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/**
 * One Threefry-2x32 block (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011) as
 * statements: additions, exclusive ors, and rotations that V8 knows as one instruction. The first word is a local, the
 * second the local of that name and a "b".
 */
export function emitThreefry(args: readonly string[], out: Statements): string {
  const [k0, k1, k2, x0, x1] = args as [string, string, string, string, string];
  const keys = [k0, k1, k2];
  const a = out.fresh();
  const b = `${a}b`;
  const lines = [`let ${a} = (${x0} + ${k0}) | 0, ${b} = (${x1} + ${k1}) | 0;`];
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2]!) {
      lines.push(`${a} = (${a} + ${b}) | 0;`);
      lines.push(`${b} = ((${b} << ${bits}) | (${b} >>> ${32 - bits})) ^ ${a};`);
    }
    lines.push(`${a} = (${a} + ${keys[(group + 1) % 3]!}) | 0;`);
    lines.push(`${b} = (${b} + ((${keys[(group + 2) % 3]!} + ${group + 1}) | 0)) | 0;`);
  }
  out.line(lines.join("\n"));
  return a;
}
