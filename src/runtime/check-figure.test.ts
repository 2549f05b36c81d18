import { describe, expect, test } from "vitest";
import { figureProblem } from "./check-figure.ts";
import { isWorkerMessage } from "./check-message.ts";

const figure = {
  data: [
    {
      type: "scatter",
      x: [0, 1, null],
      y: [1.5, -2, 3],
      name: "<i>f</i><sup>2</sup>",
      line: { color: "C0" },
    },
  ],
  layout: {
    xaxis: { title: { text: "x &lt; 3" } },
    yaxis2: {},
    scene: { camera: { eye: { x: 1, y: 1, z: 1 } } },
  },
  width: 640,
  height: 480,
  notes: ["showing 4,000 of 50,000,000 points"],
};

const message = (drawn: unknown): unknown => ({
  type: "output",
  runId: 1,
  items: [{ kind: "figure", figure: drawn }],
});
const withTrace = (trace: object): unknown => ({ ...figure, data: [trace] });
const withLayout = (layout: object): unknown => ({ ...figure, layout });

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

describe("figures out of the sandbox", () => {
  test("a plain one is let through", () => {
    expect(figureProblem(figure)).toBeUndefined();
    expect(isWorkerMessage(message(figure))).toBe(true);
  });

  const hostile: Record<string, unknown> = {
    "no object": "figure",
    "a class instance": Object.assign(new Date(), figure),
    "a field beside": { ...figure, config: { editable: true } },
    "a missing size": { ...figure, width: undefined },
    "a huge size": { ...figure, height: 1e6 },
    "traces that are no list": { ...figure, data: { length: 1 } },
    "too many traces": { ...figure, data: Array.from({ length: 201 }, () => ({ x: [1] })) },
    "a type that loads maps": withTrace({ type: "scattermap", lat: [1], lon: [1] }),
    "a type that loads pictures": withTrace({ type: "image", source: "https://example.org/a.png" }),
    "a type that is no text": withTrace({ type: ["scatter"] }),
    "not a number": withTrace({ x: [NaN] }),
    infinity: withTrace({ x: [Infinity] }),
    "a typed array": withTrace({ x: new Float64Array(3) }),
    "a hole": withTrace({ x: new Array(3) }),
    "a function": withTrace({ x: () => 1 }),
    "too many values": withTrace({ x: Array.from({ length: 600_001 }, () => 0) }),
    "a text that is too long": withTrace({ name: "a".repeat(2_001) }),
    "too many texts": withTrace({ text: Array.from({ length: 1_500 }, () => "a".repeat(1_900)) }),
    "deep nesting": withTrace({ x: nested(12) }),
    "a link": withLayout({ title: { text: '<a href="https://example.org">here</a>' } }),
    "a style": withTrace({ name: '<span style="position:fixed">a</span>' }),
    "a mark with an attribute": withTrace({ name: '<i style="color:red">a</i>' }),
    "a picture's mark": withTrace({ text: ["<img src=x onerror=alert(1)>"] }),
    "pictures behind the plot": withLayout({ images: [{ source: "https://example.org/a.png" }] }),
    "a menu": withLayout({ updatemenus: [{ buttons: [] }] }),
    "a template": withLayout({ template: { layout: { images: [] } } }),
    "a picture further down": withTrace({ marker: { source: "https://example.org/a.png" } }),
    "a prototype": withTrace(JSON.parse('{"__proto__": {"x": 1}}') as object),
    "a constructor": withTrace({ constructor: { prototype: { x: 1 } } }),
    "a private field": withTrace({ _input: {} }),
    "notes that are no texts": { ...figure, notes: [1] },
    "a note with a mark": { ...figure, notes: ["<a href=x>y</a>"] },
  };

  test.each(Object.entries(hostile))("%s is dropped", (_, drawn) => {
    expect(figureProblem(drawn)).toEqual(expect.any(String));
    expect(isWorkerMessage(message(drawn))).toBe(false);
  });
});
