import { beforeAll, describe, expect, test } from "vitest";
import { figureProblem } from "../../check-figure.ts";
import type { Figure, FigureFields, OutputItem, WorkerToPage } from "../../protocol.ts";
import { initialize } from "../engine-door.ts";
import { Evaluator } from "../evaluate.ts";

beforeAll(async () => {
  await initialize("cpu");
});

/** What a cell puts out. */
async function run(source: string): Promise<readonly OutputItem[]> {
  const messages: WorkerToPage[] = [];
  const evaluator = new Evaluator(
    (message) => messages.push(message),
    () => true,
  );
  const imports = 'import * as jnp from "jax/numpy"\nimport * as plt from "matplotlib/pyplot"\n';
  await evaluator.run({ runId: 1, cellId: "c", number: 1, source: imports + source });
  return messages.flatMap((message) => (message.type === "output" ? message.items : []));
}

async function figureOf(source: string): Promise<Figure> {
  const items = await run(source);
  const [item] = items;
  if (item?.kind !== "figure" || items.length !== 1)
    throw new Error(`no single figure: ${JSON.stringify(items)}`);
  expect(figureProblem(item.figure)).toBeUndefined();
  return item.figure;
}

async function traceOf(source: string): Promise<FigureFields> {
  const [trace] = (await figureOf(source)).data;
  if (trace === undefined) throw new Error("no trace");
  return trace;
}

async function messageOf(source: string): Promise<string> {
  const error = (await run(source)).find((item) => item.kind === "error");
  return error?.kind === "error" ? `${error.error.name}: ${error.error.message}` : "no error";
}

const numbers = (value: unknown): number[] => value as number[];

describe("where figures appear", () => {
  const kinds = async (source: string): Promise<string[]> =>
    (await run(source)).map((item) => (item.kind === "text" ? item.text.trim() : item.kind));

  test("show puts a figure out at its place", async () => {
    expect(await kinds("print('a')\nplt.plot([1, 2])\nplt.show()\nprint('b')")).toEqual(["a", "figure", "b"]);
  });
  test("a figure that is not shown comes at the end, after the value", async () => {
    expect(await kinds("plt.plot([1, 2])\nprint('a')\n1 + 1")).toEqual(["a", "value", "figure"]);
  });
  test("a shown figure does not come again, a new plot is a new figure", async () => {
    expect(await kinds("plt.plot([1])\nplt.show()\nplt.plot([2])")).toEqual(["figure", "figure"]);
  });
  test("a figure as a value is shown once", async () => {
    expect(await kinds("const [fig, ax] = plt.subplots()\nax.plot([1, 2])\nfig")).toEqual(["figure"]);
  });
  test("what a plotting call gives back says nothing", async () => {
    expect(await kinds("const [fig, ax] = plt.subplots()\nax.plot([1, 2])")).toEqual(["figure"]);
  });
  test("a cell that fails still shows what it drew", async () => {
    expect(await kinds("plt.plot([1])\nplt.plot([1], [2, 3])")).toEqual(["error", "figure"]);
    expect(await kinds("const [fig, ax] = plt.subplots()\nax.plot([1], [2, 3])")).toEqual(["error"]);
  });
  test("closed and empty figures are not shown", async () => {
    expect(await kinds("plt.plot([1])\nplt.close()\nplt.figure()")).toEqual([]);
  });
  test("one cell shows at most twenty", async () => {
    const shown = await kinds("for (let i = 0; i < 25; i++) { plt.plot([i]); plt.show(); }");
    expect(shown.filter((kind) => kind === "figure")).toHaveLength(20);
    expect(shown.at(-1)).toContain("RuntimeWarning: More than 20 figures");
  });
});

describe("lines", () => {
  test("the lecture's figure", async () => {
    const { data, layout, notes } = await figureOf(`
      f = (x) => x ** 2 * jnp.sin(x)
      g = (x) => 2.0 * x
      const [fig, ax] = plt.subplots()
      xs = jnp.linspace(-4, 4, 200)
      ax.plot(xs, f(xs), { label: "$f$" })
      ax.plot(xs, [...xs].map((x) => g(x)), { label: "$f'$" })
      ax.legend({ loc: "upper center" })
      plt.show()`);
    expect(data.map(({ name }) => name)).toEqual(["<i>f</i>", "<i>f</i>′"]);
    expect(data.map(({ line }) => (line as FigureFields)["color"])).toEqual(["C0", "C1"]);
    expect(data.map(({ x, y }) => [numbers(x).length, numbers(y).length])).toEqual([
      [200, 200],
      [200, 200],
    ]);
    expect(numbers(data[1]?.["y"])[0]).toBe(-8);
    expect(layout["showlegend"]).toBe(true);
    expect(layout["legend"]).toMatchObject({ x: 0.5, xanchor: "center", yanchor: "top" });
    expect(notes).toEqual([]);
  });
  test("without x, positions count from 0", async () => {
    expect(await traceOf("plt.plot([3, 1, 2])")).toMatchObject({ x: [0, 1, 2], y: [3, 1, 2], mode: "lines" });
  });
  test("format, options and their short names", async () => {
    expect(await traceOf("plt.plot([1, 2], [3, 4], 'ro--', { lw: 3, alpha: 0.5 })")).toMatchObject({
      mode: "lines+markers",
      line: { color: "red", dash: "dash", width: 4 },
      marker: { symbol: "circle" },
      opacity: 0.5,
    });
    expect(await traceOf("plt.plot([1, 2], 'k.')")).toMatchObject({
      mode: "markers",
      marker: { color: "ink" },
    });
  });
  test("several lines in one call, and the columns of a matrix", async () => {
    expect((await figureOf("plt.plot([1, 2], [3, 4], 'r', [1, 2], [5, 6])")).data).toHaveLength(2);
    const { data } = await figureOf("plt.plot(jnp.arange(6).reshape(3, 2))");
    expect(data.map(({ y }) => y)).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
  });
  test("anything with numbers: typed arrays, booleans, 0-d arrays, objects that convert themselves", async () => {
    const source = `
      host = { __array__: () => new Float64Array([1, NaN, Infinity]) }
      plt.plot(new Int32Array([0, 1, 2]), host)
      plt.plot([jnp.float32(1), 2.5, true])`;
    const { data } = await figureOf(source);
    expect(data.map(({ y }) => y)).toEqual([
      [1, null, null],
      [1, 2.5, 1],
    ]);
  });
  test("NumPy's arrays as they are now, views included", async () => {
    const source = `
      import * as np from "numpy"
      const a = np.arange(6).reshape([2, 3])
      plt.plot(a[0])
      plt.plot(a.T[1])
      plt.plot(np.linspace(0, 1, 3))
      a[0] = 7`;
    const { data } = await figureOf(source);
    expect(data.map(({ y }) => y)).toEqual([
      [0, 1, 2],
      [1, 4],
      [0, 0.5, 1],
    ]);
  });
  test("an array that is freed or changed afterwards is drawn as it was", async () => {
    expect(await traceOf("a = new Float64Array([1, 2])\nplt.plot(a)\na[0] = 9")).toMatchObject({ y: [1, 2] });
    expect(await traceOf("plt.plot(jnp.ones(2) + 1)\nb = jnp.ones(2) * 5")).toMatchObject({ y: [2, 2] });
  });
  test("the labels of axes, limits, ticks, title", async () => {
    const { layout } = await figureOf(`
      const [fig, ax] = plt.subplots({ figsize: [8, 3.5] })
      ax.plot([1, 2])
      ax.set({ title: "$\\\\alpha$", xlabel: "x", ylim: [0, 3] })
      ax.set_xlim(-1, 2.5)
      ax.set_xticks([0, 1], ["a", "b"])
      ax.axhline(1, { color: "k", ls: ":" })
      ax.grid(false)`);
    expect(layout["xaxis"]).toMatchObject({
      title: { text: "x" },
      range: [-1, 2.5],
      tickvals: [0, 1],
      ticktext: ["a", "b"],
      showgrid: false,
    });
    expect(layout["yaxis"]).toMatchObject({ range: [0, 3] });
    expect(layout["annotations"]).toMatchObject([{ text: "<i>α</i>" }]);
    expect(layout["shapes"]).toMatchObject([
      { y0: 1, y1: 1, yref: "y", xref: "x domain", line: { dash: "dot" } },
    ]);
  });
  test("limits, ticks and bins may be arrays", async () => {
    const { data, layout } = await figureOf(`
      import * as np from "numpy"
      plt.hist([0, 1, 3], { bins: np.linspace(0, 4, 3) })
      plt.xlim(jnp.array([0, 5]))
      plt.yticks(np.arange(3))`);
    expect(data[0]).toMatchObject({ y: [2, 1], width: [2, 2] });
    expect(layout).toMatchObject({ xaxis: { range: [0, 5] }, yaxis: { tickvals: [0, 1, 2] } });
  });
  test("subplots have axes of their own", async () => {
    const { data, layout, width } = await figureOf(`
      const [fig, axs] = plt.subplots(2, 2, { figsize: [10, 6] })
      axs[0][0].plot([1])
      axs[1][1].scatter([1], [2], { label: "points" })
      axs[1][1].legend()
      axs[1][1].axvline(0)`);
    expect(width).toBe(1000);
    expect(data.map(({ xaxis, legend }) => [xaxis, legend])).toEqual([
      ["x", undefined],
      ["x4", "legend4"],
    ]);
    expect(layout["shapes"]).toMatchObject([{ xref: "x4", yref: "y4 domain" }]);
    const [first, last] = [layout["yaxis"], layout["yaxis4"]] as FigureFields[];
    expect(numbers(first?.["domain"])[0]).toBeGreaterThan(numbers(last?.["domain"])[1] ?? 1);
  });
});

describe("other drawings", () => {
  test("scatter: sizes are areas, numbers are colours", async () => {
    const trace = await traceOf("plt.scatter([1, 2], [3, 4], { s: 9, c: [0.0, 1.0], cmap: 'plasma' })");
    expect(trace).toMatchObject({ mode: "markers", marker: { size: 4, color: [0, 1] } });
  });
  test("bars stand at positions or names", async () => {
    expect(await traceOf("plt.bar(['a', 'b'], [1, 2])")).toMatchObject({
      x: ["a", "b"],
      y: [1, 2],
      width: 0.8,
    });
    expect(await traceOf("plt.barh([0, 1], [3, 4])")).toMatchObject({
      orientation: "h",
      x: [3, 4],
      y: [0, 1],
    });
  });
  test("hist counts in the worker, as a density too", async () => {
    const counted = await traceOf("plt.hist(jnp.array([0, 1, 1, 4]), 4)");
    expect(counted).toMatchObject({ type: "bar", x: [0.5, 1.5, 2.5, 3.5], y: [1, 2, 0, 1] });
    const density = await traceOf("plt.hist([0, 1, 1, 4], { bins: [0, 2, 4], density: true })");
    expect(density["y"]).toEqual([0.375, 0.125]);
  });
  test("contours at even levels, uneven ones on a scale of their own", async () => {
    const even = await traceOf("plt.contour([[0, 1], [2, 3]], { levels: [0, 1, 2] })");
    expect(even).toMatchObject({
      type: "contour",
      contours: { coloring: "lines", start: 0, end: 2, size: 1 },
    });
    const uneven = await traceOf("plt.contourf(jnp.array([[0, 1], [2, 100]]), { levels: [0, 1, 10, 100] })");
    expect(uneven).toMatchObject({ contours: { coloring: "fill", start: 0, end: 3, size: 1 } });
    expect(uneven["z"]).toEqual([
      [0, 1],
      [1 + 1 / 9, 3],
    ]);
  });
  test("a mesh becomes two lists, whatever is no mesh keeps its matrices", async () => {
    const mesh = "const [x, y] = jnp.meshgrid(jnp.arange(3), jnp.arange(2))\n";
    expect(await traceOf(`${mesh}plt.contourf(x, y, x + y)`)).toMatchObject({ x: [0, 1, 2], y: [0, 1] });
    expect(await traceOf(`${mesh}plt.contourf(x * y, y, x + y)`)).toMatchObject({
      x: [
        [0, 0, 0],
        [0, 1, 2],
      ],
    });
  });
  test("a surface in three dimensions", async () => {
    const { data, layout } = await figureOf(`
      const [fig, ax] = plt.subplots({ subplot_kw: { projection: "3d" } })
      const [x, y] = jnp.meshgrid(jnp.linspace(-3, 3, 5), jnp.linspace(-3, 3, 5))
      s = ax.plot_surface(x, y, jnp.cos(x**2 + y**2) / (1 + x**2 + y**2), { cmap: "viridis", alpha: 0.7, rstride: 2 })
      ax.set_zlim(-0.5, 1)
      fig.colorbar(s)`);
    expect(data).toMatchObject([{ type: "surface", scene: "scene", opacity: 0.7, showscale: true }]);
    expect(numbers(data[0]?.["x"])).toEqual([-3, -1.5, 0, 1.5, 3]);
    expect(layout["scene"]).toMatchObject({ zaxis: { range: [-0.5, 1] } });
  });
  test("imshow's rows run down", async () => {
    const { data, layout } = await figureOf("plt.imshow([[1, 2], [3, 4]])");
    expect(data).toMatchObject([
      {
        type: "heatmap",
        z: [
          [1, 2],
          [3, 4],
        ],
      },
    ]);
    expect(layout["yaxis"]).toMatchObject({ autorange: "reversed", scaleanchor: "x" });
  });
  test("an area is an outline, in pieces where it is not shown", async () => {
    const whole = await traceOf("plt.fill_between([0, 1], [1, 2])");
    expect(whole).toMatchObject({ fill: "toself", x: [0, 1, 1, 0], y: [1, 2, 0, 0] });
    const pieces = await traceOf("plt.fill_between([0, 1, 2], [1, 2, 3], 0, { where: [true, false, true] })");
    expect(pieces["x"]).toEqual([0, 0, null, 2, 2]);
  });
});

describe("many points", () => {
  test("a long line keeps its extremes and says what it shows", async () => {
    const { data, notes } = await figureOf("a = jnp.zeros(100_000).at[77_777].set(5)\nplt.plot(a)");
    expect(notes[0]).toMatch(/^showing [\d,]+ of 100,000 points$/);
    const { x, y } = data[0] as { x: number[]; y: number[] };
    expect(y.length).toBeLessThanOrEqual(4_000);
    expect(x[y.indexOf(5)]).toBe(77_777);
    expect([x[0], x.at(-1)]).toEqual([0, 99_999]);
  });
  test("scatter is sampled, a grid is thinned, hist counts everything", async () => {
    const scattered = await figureOf("plt.scatter(jnp.arange(50_000), jnp.arange(50_000))");
    expect(scattered.notes).toEqual(["showing 8,000 of 50,000 points"]);
    const grid = await figureOf("plt.contourf(jnp.ones([300, 250]))");
    expect(grid.notes).toEqual(["showing a grid of 200 × 200 of 300 × 250 points"]);
    expect(numbers(grid.data[0]?.["z"])).toHaveLength(200);
    const { y } = await traceOf("plt.hist(jnp.zeros(50_000), 1)");
    expect(y).toEqual([50_000]);
  });
});

describe("Plotly's plain figures", () => {
  test("are shown as values and by display, with their arrays read", async () => {
    const figure =
      "{ data: [{ y: jnp.arange(3), marker: { size: 2.5 } }], layout: { title: { text: 'T' }, width: 800 } }";
    const drawn = await figureOf(`(${figure})`);
    expect(drawn).toMatchObject({
      data: [{ y: [0, 1, 2], marker: { size: 2.5 } }],
      layout: { title: { text: "T" } },
      width: 800,
    });
    expect(await figureOf(`display(${figure})`)).toEqual(drawn);
  });
  test("lose what is not drawn here, and say so", async () => {
    const { layout, notes } = await figureOf(`({
      data: [{ type: "surface", z: jnp.ones([300, 2]) }],
      layout: { template: {}, images: [{ source: "x" }], title: '<a href="https://example.org">t</a>' } })`);
    expect(layout).toEqual({ title: "t" });
    expect(notes).toEqual([
      "showing a grid of 200 × 2 of 300 × 2 points",
      "layout.template is not drawn here",
      "layout.images is not drawn here",
    ]);
  });
  test("are refused with a reason", async () => {
    const [item] = await run("({ data: [{ type: 'sankey' }], layout: {} })");
    expect(item).toMatchObject({ kind: "text", stream: "stderr" });
    expect(item?.kind === "text" && item.text).toContain(
      'ValueError: This figure has a trace of type "sankey"',
    );
  });
  test("other objects are no figures", async () => {
    expect((await run("({ data: [1], layout: {} })"))[0]?.kind).toBe("value");
    expect((await run("({ data: [{ y: [1] }] })"))[0]?.kind).toBe("value");
  });
});

describe("mistakes in matplotlib's words", () => {
  test.each([
    [
      "plt.plot(jnp.ones(3), jnp.ones(4))",
      "ValueError: x and y must have same first dimension, but have shapes (3,) and (4,)",
    ],
    [
      "plt.plot([1, 2, 3], [1, 2])",
      "ValueError: x and y must have same first dimension, but have shapes (3,) and (2,)",
    ],
    ["plt.scatter([1, 2], [1])", "ValueError: x and y must be the same size"],
    ["plt.plot([1], [2], 'z')", "ValueError: 'z' is not a valid format string (unrecognized character 'z')"],
    [
      "plt.plot([1], { colour: 'r' })",
      "AttributeError: Line2D.set() got an unexpected keyword argument 'colour'",
    ],
    ["plt.plot([1], { color: 'nocolor' })", 'ValueError: "nocolor" is not a valid color value.'],
    ["plt.contour(jnp.ones(3))", "TypeError: Input z must be 2D, not 1D"],
    [
      "plt.contour(jnp.ones(3), jnp.ones(2), jnp.ones([2, 4]))",
      "TypeError: Length of x (3) must match number of columns in z (4)",
    ],
    ["plt.contourf(jnp.ones([2, 2]), { cmap: 'nomap' })", 'ValueError: "nomap" is not a known colormap name'],
    ["plt.imshow([1, 2])", "TypeError: Invalid shape (2,) for image data"],
    ["plt.subplot(2, 1, 3)", "ValueError: num must be an integer with 1 <= num <= 2, not 3"],
    ["plt.legend({ loc: 'nowhere' })", 'ValueError: "nowhere" is not a valid value for loc'],
    ["plt.plot([[1, 2], [3]])", "ValueError: setting an array element with a sequence."],
    ["plt.plot('a')", "ValueError: plot() takes x and y before a format string"],
  ])("%s", async (source, message) => {
    expect(await messageOf(source)).toContain(message);
  });
});
