import eslint from "@eslint/js";
import { defineConfig } from "eslint/config";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["dist/", "node_modules/", "coverage/", "test-results/", "public/", "**/.cache/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "max-lines": ["error", { max: 500 }],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      // The compiler resolves names, and knows which globals exist where.
      "no-undef": "off",
      eqeqeq: "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      // Numbers, booleans and bigints have one obvious text; objects do not.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true, allowNullish: false },
      ],
      // `x[i]!` inside a loop bounded by x.length states a fact the checker cannot see.
      "@typescript-eslint/no-non-null-assertion": "off",
      // `() => log(x)` as a callback is plain.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A record of functions may hold an empty one on purpose.
      "@typescript-eslint/no-empty-function": "off",
      // A generic parameter used once still names what comes back.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // A class with static members only, and a bare `while (true)`, are sometimes the clearest form.
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      // It takes every cast from a base class to a class with private fields for a forgery.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
    },
  },
  {
    files: ["src/ui/**/*.{ts,tsx}", "src/main.tsx"],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    // These two run text as code, and are there for it: compiled kernels, and the reader's cells.
    files: ["src/engine/backend/cpu/**/*.ts", "src/runtime/worker/**/*.ts"],
    rules: { "@typescript-eslint/no-implied-eval": "off" },
  },
  {
    // A test file is a list of cases: long by nature.
    files: ["**/*.test.{ts,tsx}", "e2e/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    // Plain Node programs, run before anything is installed or built.
    files: ["**/*.mjs", "**/*.cjs", "eslint.config.js"],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
