// Asking a Python what it is.

import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { isNewEnough, type Python } from "./launch";
import { t } from "../l10n";

const run = promisify(execFile);
const PATIENCE_MS = 20_000;
const QUESTION =
  "import importlib.util, sys; print(*sys.version_info[:2], int(importlib.util.find_spec('foreword') is not None))";

/** What a Python says of itself; undefined if there is none at this path, or it does not run. */
export async function probe(python: string, args: string[] = []): Promise<Python | undefined> {
  try {
    // Not in the workspace, where a folder could have the name of a module.
    const { stdout } = await run(python, [...args, "-c", QUESTION], { timeout: PATIENCE_MS, cwd: tmpdir() });
    return read(stdout);
  } catch {
    return undefined;
  }
}

/** The first of the candidates that is new enough; `tried` says for a message what the others are. */
export async function newEnough(
  candidates: readonly string[],
  ask: (python: string) => Promise<Python | undefined> = probe,
): Promise<{ python: string | undefined; tried: string[] }> {
  const tried: string[] = [];
  for (const python of candidates) {
    const found = await ask(python);
    if (found && isNewEnough(found.version)) return { python, tried };
    if (found) tried.push(t("{0} is {1}", python, found.version.join(".")));
  }
  return { python: undefined, tried };
}

/** The names under which a system may have a Python. */
export function systemPythons(platform: NodeJS.Platform): string[] {
  const named = ["3.14", "3.13", "3.12", "3.11"].map((version) => `python${version}`);
  return platform === "win32" ? ["py", "python", "python3"] : ["python3", ...named, "python"];
}

export function read(told: string): Python | undefined {
  const [, major, minor, has] = /^(\d+) (\d+) ([01])\s*$/.exec(told) ?? [];
  return major && minor ? { version: [Number(major), Number(minor)], hasServer: has === "1" } : undefined;
}
