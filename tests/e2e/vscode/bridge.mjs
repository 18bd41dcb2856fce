// Drives a browser with the editor's workbench in it for a test in another process: a line of JSON on standard input is
// a piece of JavaScript to run (`page` and `editor` are there, and its values by name), a line on standard output is
// what it gave. Ends when its input does.
//
// bridge.mjs FOLDER-WITH-PLAYWRIGHT CHROMIUM
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Workbench } from "./workbench.mjs";

const [tools, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(join(tools, "package.json"))("playwright-core");
const AsyncFunction = (async () => {}).constructor;
// No sandbox, since tests may run as root; nothing that asks other hosts for something.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const profile = mkdtempSync(join(tmpdir(), "foreword-chromium-"));
const viewport = { width: 1280, height: 820 };
const browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: FLAGS, viewport });
const page = browser.pages()[0] ?? (await browser.newPage());
const editor = new Workbench(page);

for await (const line of createInterface({ input: process.stdin })) {
  const { code, values } = JSON.parse(line);
  let told;
  try {
    const run = new AsyncFunction("page", "editor", ...Object.keys(values), code);
    told = { ok: true, found: (await run(page, editor, ...Object.values(values))) ?? null };
  } catch (error) {
    told = { ok: false, found: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
await browser.close();
rmSync(profile, { recursive: true, force: true });
