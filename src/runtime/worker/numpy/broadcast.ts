import { ValueError } from "../engine-door.ts";
import type { Layout } from "./strided.ts";
import { shapeText } from "./strided.ts";

/** The shape that shapes have together; undefined when they do not fit. */
export function tryBroadcast(shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const axis = rank - shape.length + i;
      const extent = shape[i]!;
      if (result[axis] === 1) result[axis] = extent;
      else if (extent !== 1 && extent !== result[axis]) return undefined;
    }
  }
  return result;
}

/** As `tryBroadcast`; throws ValueError in NumPy's words. */
export function broadcastShapes(shapes: readonly (readonly number[])[]): number[] {
  const result = tryBroadcast(shapes);
  if (result !== undefined) return result;
  const text = shapes.map((shape) => `${shapeText(shape).replaceAll(", ", ",")} `).join("");
  throw new ValueError(`operands could not be broadcast together with shapes ${text}`);
}

/** A layout stretched to a shape it broadcasts to: repeated axes have stride 0. */
export function stretchLayout(layout: Layout, shape: readonly number[]): Layout {
  const lead = shape.length - layout.shape.length;
  const strides = shape.map((extent, axis) => {
    if (axis < lead) return 0;
    return layout.shape[axis - lead] === 1 && extent !== 1 ? 0 : layout.strides[axis - lead]!;
  });
  return { shape, strides, offset: layout.offset };
}
