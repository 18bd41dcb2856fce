// Two bundles: the extension for the editor's Node.js, and the scripts of the webviews for its browser.
// `--test` makes bundles of the unit tests instead: they run in plain Node.js, without an editor.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const isTest = process.argv.includes("--test");
const shared = { bundle: true, minify: !isTest, sourcemap: false, logLevel: "warning", legalComments: "none" };

const extension = {
  ...shared,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  mainFields: ["module", "main"],
};

const webview = {
  ...shared,
  entryPoints: { webview: "src/chat/webview/main.ts" },
  outdir: "dist",
  platform: "browser",
  format: "iife",
  target: "chrome120",
};

const tests = {
  ...shared,
  entryPoints: (existsSync("tests") ? readdirSync("tests", { recursive: true }) : [])
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `tests/${name}`),
  outdir: "out",
  external: ["happy-dom"],
  platform: "node",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  target: "node20",
};

rmSync(isTest ? "out" : "dist/extension.js", { recursive: true, force: true });
await Promise.all((isTest ? [tests] : [extension, webview]).map((options) => build(options)));
