export type Point = readonly [x: number, y: number];

/** In the order in which matplotlib prefers them. */
const corners = [
  "upper right",
  "upper left",
  "lower left",
  "lower right",
  "upper center",
  "lower center",
] as const;

/** Which place the fewest points lie under, for a legend that may stand anywhere. */
export function legendCorner(points: readonly Point[]): string {
  const [x, y] = [spanOf(points, 0), spanOf(points, 1)];
  const counts = corners.map(
    (corner) =>
      points.filter((point) => isUnder(corner, (point[0] - x.low) / x.size, (point[1] - y.low) / y.size))
        .length,
  );
  return corners[counts.indexOf(Math.min(...counts))] ?? "upper right";
}

function spanOf(points: readonly Point[], axis: 0 | 1): { low: number; size: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const point of points) [low, high] = [Math.min(low, point[axis]), Math.max(high, point[axis])];
  return { low, size: high - low || 1 };
}

function isUnder(corner: string, x: number, y: number): boolean {
  const across = corner.includes("left")
    ? x < 0.3
    : corner.includes("right")
      ? x > 0.7
      : Math.abs(x - 0.5) < 0.18;
  return across && (corner.includes("upper") ? y > 0.7 : y < 0.3);
}
