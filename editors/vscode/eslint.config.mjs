import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "out", "node_modules", "esbuild.mjs", "eslint.config.mjs", "scripts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-confusing-void-expression": "off", // an arrow that only calls reads best without braces
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", 60],
    },
  },
  {
    files: ["tests/**"],
    rules: { "@typescript-eslint/no-floating-promises": "off", "max-lines-per-function": "off" }, // node:test's own style
  },
);
