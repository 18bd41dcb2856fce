// The server that comes with the extension: a wheel, installed on first use into the extension's own storage.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { LaunchError, OLDEST } from "./launch";
import { newEnough } from "./python";
import { t } from "../l10n";

const run = promisify(execFile);
const PATIENCE_MS = 15 * 60_000;

/** Where the wheel is, where it goes, and the names of Pythons to try. */
export interface Places {
  wheels: string;
  storage: string;
  candidates: readonly string[];
  platform: NodeJS.Platform;
  /** Shows what takes so long while the work is done. */
  progress(work: (report: (step: string) => void) => Promise<void>): Promise<void>;
}

/** The Python of the installed server; installs it unless it is there. Each wheel has an environment of its own. */
export async function installed(places: Places): Promise<string> {
  const wheel = await wheelIn(places.wheels);
  const home = join(places.storage, wheel.replace(/\.whl$/, ""));
  if (!existsSync(join(home, "complete"))) {
    const python = await newEnoughOf(places.candidates);
    const install = installer(python, join(places.wheels, wheel), home, places.platform);
    await places.progress(install);
  }
  return pythonOf(home, places.platform);
}

async function wheelIn(folder: string): Promise<string> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const wheel = names.find((name) => name.endsWith(".whl"));
  if (wheel) return wheel;
  throw new LaunchError(
    t("this build of the extension has no server in it: install Foreword into the workspace's Python, or set foreword.serverPath"),
  );
}

async function newEnoughOf(candidates: readonly string[]): Promise<string> {
  const { python, tried } = await newEnough(candidates);
  if (python) return python;
  const found = tried.length > 0 ? t("found only: {0}", tried.join(", ")) : t("found none");
  throw new LaunchError(
    t("Foreword needs Python {0} or newer and {1}. Install one, or set foreword.python", OLDEST.join("."), found),
  );
}

// An environment can't be moved, so a half-made one is removed, and the mark of a whole one is written last.
function installer(python: string, wheel: string, home: string, platform: NodeJS.Platform) {
  return async (report: (step: string) => void): Promise<void> => {
    await rm(home, { recursive: true, force: true });
    await mkdir(home, { recursive: true });
    report(t("making an environment"));
    await step(python, ["-m", "venv", home], t("make a Python environment (on Debian and Ubuntu: install python3-venv)"));
    report(t("installing the server and the grammars"));
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", wheel];
    await step(pythonOf(home, platform), pip, t("install the server (is a package index reachable?)"));
    await writeFile(join(home, "complete"), "");
  };
}

async function step(command: string, args: string[], what: string): Promise<void> {
  try {
    await run(command, args, { timeout: PATIENCE_MS });
  } catch (error) {
    throw new LaunchError(t("could not {0}: {1}", what, lastLine(error)));
  }
}

/** What a tool said at last, which is where tools say what went wrong. */
export function lastLine(error: unknown): string {
  const told = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const lines = told.split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.at(-1) ?? (error instanceof Error ? error.message : String(error));
}

function pythonOf(home: string, platform: NodeJS.Platform): string {
  return platform === "win32" ? join(home, "Scripts", "python.exe") : join(home, "bin", "python");
}
