// Texts that are no files and can be attached: what is reported of a file, what git says has changed, what a terminal shows.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { Attachment } from "./protocol";
import { t } from "../l10n";
import { count } from "../wording";

const run = promisify(execFile);
const GIT_MS = 20_000;
const MAX_CHARACTERS = 200_000;

/** The problems of the open file, or why there is nothing to attach. */
export function problems(): Attachment | string {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return t("No file is open: open the one whose problems are meant");
  const path = vscode.workspace.asRelativePath(document.uri);
  const found = vscode.languages.getDiagnostics(document.uri).map(({ range, severity, message, source }) => {
    const kind = vscode.DiagnosticSeverity[severity].toLowerCase();
    return `${path}:${range.start.line + 1}: ${kind}: ${message}${source ? ` [${source}]` : ""}`;
  });
  return found.length === 0 ? t("Nothing is reported of {0}", path) : named(t("Problems of {0}", path), found.join("\n"));
}

/** What differs from the last commit, or what is staged for the next one. */
export async function gitDiff(isStaged: boolean, folder: string | undefined): Promise<Attachment | string> {
  const name = isStaged ? t("Staged changes") : t("Git changes");
  if (folder === undefined) return t("No folder is open: open the one whose changes are meant");
  const diff = await readDiff(vscode.Uri.parse(folder).fsPath, isStaged);
  return diff === "" ? (isStaged ? t("Nothing is staged: there is nothing to attach") : t("Nothing has changed: there is nothing to attach")) : named(name, diff);
}

/** A diff of git; nothing that the repository configures is run for it. */
export async function readDiff(cwd: string, isStaged: boolean): Promise<string> {
  if (!vscode.workspace.isTrusted) throw new Error(t("This workspace is not trusted, so git is not run in it"));
  const plain = ["--no-color", "--no-ext-diff", "--no-textconv"];
  const args = ["-c", "core.fsmonitor=false", "diff", ...plain, ...(isStaged ? ["--cached"] : ["HEAD"])];
  try {
    const { stdout } = await run("git", args, { cwd, timeout: GIT_MS, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const told = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    const reason = told === "" ? t("is git installed?") : told.split("\n")[0];
    throw new Error(t("git gave no diff: {0}", reason ?? ""), { cause: error });
  }
}

/** What is selected in the terminal. The editor gives it to the clipboard alone, which gets back what it had. */
export async function terminalSelection(): Promise<Attachment | string> {
  const before = await vscode.env.clipboard.readText();
  await vscode.env.clipboard.writeText("");
  try {
    await vscode.commands.executeCommand("workbench.action.terminal.copySelection");
    const text = await vscode.env.clipboard.readText();
    return text.trim() === "" ? t("Nothing is selected in the terminal: select the lines to attach") : named(t("Terminal"), text);
  } finally {
    await vscode.env.clipboard.writeText(before);
  }
}

function named(name: string, text: string): Attachment | string {
  if (text.length > MAX_CHARACTERS) return t("{0}: too long to attach ({1} characters)", name, count(text.length));
  return { uri: `foreword-text:${encodeURIComponent(name)}`, text };
}
