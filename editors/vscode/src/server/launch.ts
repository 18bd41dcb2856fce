// How to run the server: which of the places that may have one is taken. What a place holds is asked through
// `Surroundings`, so this is plain logic.

import { t } from "../l10n";

/** What the user set, and whether files of the workspace may be run. */
export interface Choice {
  tcp: string;
  serverPath: string;
  python: string;
  isTrusted: boolean;
}

/** What is there. */
export interface Surroundings {
  /** The Python that the user chose for the workspace, and those of its own environments. */
  workspacePythons(): Promise<string[]>;
  probe(python: string): Promise<Python | undefined>;
  /** The Python with the server that comes with the extension; installs it if need be. */
  bundled(python: string): Promise<string>;
}

export interface Python {
  version: readonly [number, number];
  hasServer: boolean;
}

export type Launch = { kind: "tcp"; host: string; port: number } | Command;

export interface Command {
  kind: "process";
  command: string;
  args: string[];
  /** For the log. */
  why: string;
}

/** What keeps the server from being run, and what to do about it, in one line for the user. */
export class LaunchError extends Error {}

export const OLDEST: readonly [number, number] = [3, 11];

/** A running server by its address; else a command; else the first Python that has a server; else the bundled one. */
export async function findLaunch(choice: Choice, around: Surroundings): Promise<Launch> {
  if (choice.tcp) return parseAddress(choice.tcp);
  if (choice.serverPath) {
    return { kind: "process", command: choice.serverPath, args: ["serve"], why: "foreword.serverPath" };
  }
  if (choice.python) return withPython(choice.python, around);
  // An environment inside of the workspace is a program of the workspace: it runs only where that is trusted.
  for (const python of choice.isTrusted ? await around.workspacePythons() : []) {
    const found = await around.probe(python);
    if (found?.hasServer && isNewEnough(found.version)) return moduleCommand(python, "the workspace's Python");
  }
  return moduleCommand(await around.bundled(""), "the server of the extension");
}

export function isNewEnough([major, minor]: readonly [number, number]): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Only this machine: the connection has no password. */
export function parseAddress(written: string): Launch {
  const [, port] = /^127\.0\.0\.1:(\d{1,5})$/.exec(written.trim()) ?? [];
  if (port === undefined || Number(port) > 65_535 || Number(port) === 0) {
    throw new LaunchError(t("\"{0}\" is no address of a server here: set foreword.tcp to 127.0.0.1:PORT", written));
  }
  return { kind: "tcp", host: "127.0.0.1", port: Number(port) };
}

/** The user's own Python: with a server of its own, or to install the bundled one with. */
async function withPython(python: string, around: Surroundings): Promise<Launch> {
  const found = await around.probe(python);
  if (!found) throw new LaunchError(t("foreword.python is {0}, and no Python runs there: correct the setting", python));
  if (!isNewEnough(found.version)) {
    const [is, needed] = [found.version.join("."), OLDEST.join(".")];
    throw new LaunchError(t("foreword.python is {0}, a Python {1}, and Foreword needs {2}: set a newer one", python, is, needed));
  }
  if (found.hasServer) return moduleCommand(python, "foreword.python");
  return moduleCommand(await around.bundled(python), "the server of the extension");
}

// `-P`: a folder `foreword` of the workspace is not the server.
function moduleCommand(python: string, why: string): Command {
  return { kind: "process", command: python, args: ["-P", "-m", "foreword", "serve"], why };
}
