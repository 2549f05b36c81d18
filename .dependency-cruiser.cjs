/**
 * Who may import whom. Everything not listed here is forbidden inside src/: a file may import from its own
 * folder, from the folders its row names, and nothing else of ours. See docs/architecture.md.
 */

const PARTS = {
  // path of the part: the parts it may import from
  "src/main.tsx": ["src/ui", "src/notebook"],
  "src/ui": ["src/notebook"],
  "src/notebook": ["src/runtime/client", "src/runtime/protocol"],
  "src/runtime/client": ["src/runtime/protocol", "src/runtime/check-message"],
  "src/runtime/check-message": ["src/runtime/protocol", "src/runtime/check-figure"],
  "src/runtime/check-figure": ["src/runtime/protocol"],
  "src/runtime/protocol": [],
  "src/runtime/worker": [
    "src/runtime/protocol",
    "src/runtime/check-figure",
    "src/language",
    "src/engine/index",
  ],
  "src/language": [],
};

const ENGINE = {
  index: [
    "jax",
    "tree-util",
    "random",
    "linalg",
    "numpy",
    "lax",
    "printing",
    "dispatch",
    "control",
    "transforms",
    "lowering",
    "backend",
    "primitives",
    "kernel",
    "core",
  ],
  jax: ["dispatch", "control", "transforms", "core"],
  "tree-util": ["core"],
  random: ["numpy", "lax", "dispatch", "control", "transforms", "primitives", "core"],
  linalg: ["numpy", "lax", "dispatch", "control", "transforms", "primitives", "core"],
  numpy: ["lax", "dispatch", "primitives", "core"],
  lax: ["dispatch", "control", "transforms", "primitives", "core"],
  dispatch: ["control", "transforms", "lowering", "backend", "printing", "primitives", "kernel", "core"],
  control: ["transforms", "primitives", "core"],
  transforms: ["primitives", "core"],
  lowering: ["primitives", "kernel", "core"],
  backend: ["kernel", "core"],
  primitives: ["kernel", "core"],
  printing: ["core/aval", "core/dtype"],
  kernel: ["core/aval", "core/dtype"],
  core: [],
};

/**
 * What a folder may name as a type, though it imports no code from there: one record describes a primitive,
 * its lowering included.
 */
const ENGINE_TYPES = {
  core: ["kernel/lowering-rule"],
};

/** Matches the part itself, a file of that name, and everything in a folder of that name. */
const within = (part) => `^${part.replaceAll(".", "\\.")}(?:/|\\.|$)`;
const TESTS = "(\\.test\\.tsx?|/test-device\\.ts)$";

/** One rule: files of `part` import nothing of `area` but themselves and `allowed`. */
function arrow(part, allowed, area) {
  return {
    name: `${part} imports only ${allowed.length > 0 ? allowed.join(", ") : "itself"}`,
    severity: "error",
    from: { path: within(part), pathNot: TESTS },
    to: { path: area, pathNot: [part, ...allowed].map(within) },
  };
}

const engine = (folder) => `src/engine/${folder}`;

module.exports = {
  forbidden: [
    ...Object.entries(PARTS).map(([part, allowed]) => arrow(part, allowed, "^src/")),
    ...Object.entries(ENGINE).map(([folder, allowed]) =>
      arrow(engine(folder), [...allowed, ...(ENGINE_TYPES[folder] ?? [])].map(engine), "^src/"),
    ),
    ...Object.entries(ENGINE_TYPES).map(([folder, types]) => ({
      name: `${engine(folder)} names only types of ${types.map(engine).join(", ")}`,
      severity: "error",
      from: { path: within(engine(folder)), pathNot: TESTS },
      to: { path: types.map(engine).map(within), dependencyTypesNot: ["type-only"] },
    })),
    {
      name: "the engine stands alone",
      comment: "No package and nothing of the notebook: it can be lifted out as it is.",
      severity: "error",
      from: { path: "^src/engine/", pathNot: TESTS },
      to: { pathNot: "^src/engine/" },
    },
    {
      name: "the benchmark knows the engine by its door",
      severity: "error",
      from: { path: "^bench/" },
      to: { path: "^(?:src|e2e|scripts)/", pathNot: "^src/engine/index\\.ts$" },
    },
    {
      name: "only the benchmark knows the peers",
      comment: "They are installed for it alone, in a folder of its own.",
      severity: "error",
      from: { pathNot: "^bench/systems/" },
      to: { path: "@jax-js|@tensorflow" },
    },
    {
      name: "tests stay on their side",
      comment: "A test may reach across its own half of the program, not into the other one.",
      severity: "error",
      from: { path: "^src/engine/.*\\.test\\.ts$" },
      to: { path: "^src/", pathNot: "^src/engine/" },
    },
    {
      name: "React only in the user interface",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:ui/|main\\.tsx$)" },
      to: { path: "(?:^|/)node_modules/(?:@types/)?react(?:-dom)?/" },
    },
    {
      name: "every part has a row",
      comment: "A new folder states here what it may import.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: [...Object.keys(PARTS), "src/engine"].map(within).concat("\\.d\\.ts$", TESTS),
      },
      to: {},
    },
    {
      name: "every engine folder has a row",
      severity: "error",
      from: { path: "^src/engine/", pathNot: Object.keys(ENGINE).map(engine).map(within).concat(TESTS) },
      to: {},
    },
    {
      name: "no cycles at run time",
      comment: "Types may refer to each other; modules may not wait for each other.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no import that leads nowhere",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^virtual:|^@jax-js/|^@tensorflow/" },
    },
    {
      name: "the program needs no development package",
      severity: "error",
      from: { path: "^src/", pathNot: TESTS },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/\\.cache/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".cjs", ".json"],
    },
  },
};
