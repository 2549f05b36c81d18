import { formatShape, type Shape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";

/** The shape that all the given shapes broadcast to. Throws ValueError when there is none. */
export function broadcast_shapes(...shapes: Shape[]): Shape {
  const result = broadcastOrUndefined(shapes);
  if (result === undefined) {
    throw new ValueError(
      `Incompatible shapes for broadcasting: shapes=[${shapes.map(formatShape).join(", ")}]`,
    );
  }
  return result;
}

function broadcastOrUndefined(shapes: readonly Shape[]): Shape | undefined {
  const ndim = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: number[] = [];
  for (let fromEnd = ndim; fromEnd > 0; fromEnd--) {
    let extent = 1;
    for (const shape of shapes) {
      const own = shape[shape.length - fromEnd] ?? 1;
      if (own === 1 || own === extent) continue;
      if (extent !== 1) return undefined;
      extent = own;
    }
    result.push(extent);
  }
  return result;
}
