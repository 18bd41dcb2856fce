// What can be pressed above each change of a file under review.

import * as vscode from "vscode";
import { hasParts, type Kind } from "./hunks";
import type { Side } from "./proposal";
import { t } from "../l10n";

type Titles = readonly [accept: string, reject: string];

const WHOLE: Readonly<Record<Kind, Titles>> = {
  change: [t("Accept All of It"), t("Reject All of It")],
  create: [t("Accept the New File"), t("Reject the New File")],
  delete: [t("Accept the Deletion"), t("Reject the Deletion")],
  rename: [t("Accept the Renaming"), t("Reject the Renaming")],
};
const ONE: Titles = [t("Accept"), t("Reject")];

export function lensesOf(proposalId: string, { file, fitting, lines }: Side): vscode.CodeLens[] {
  const marked = ([accept, reject]: Titles): Titles => [t("{0} (It Changes What Runs on This Machine)", accept), reject];
  const at = (line: number, titles: Titles, numbers?: readonly number[]): vscode.CodeLens[] =>
    pair(line, file.runsHere ? marked(titles) : titles, [proposalId, file.path, numbers]);
  if (!hasParts(file.kind)) return at(0, WHOLE[file.kind]);
  const misfits = file.hunks.filter((number) => !fitting.includes(number));
  const shown = fitting.flatMap((number, index) => at(lines[index] ?? 0, ONE, [number]));
  return misfits.length === 0 ? shown : [misfitLens([proposalId, file.path, misfits]), ...shown];
}

type Settling = [proposalId: string, path: string, numbers: readonly number[] | undefined];

function pair(line: number, [accept, reject]: Titles, given: Settling): vscode.CodeLens[] {
  const range = new vscode.Range(line, 0, line, 0);
  const accepts = { title: `$(check) ${accept}`, command: "foreword.acceptHunk", arguments: given };
  const rejects = { title: `$(close) ${reject}`, command: "foreword.rejectHunk", arguments: given };
  return [new vscode.CodeLens(range, accepts), new vscode.CodeLens(range, rejects)];
}

/** Some changes fit the file no more, as long as it stays as it is. */
function misfitLens(given: Settling): vscode.CodeLens {
  const n = given[2]?.length ?? 0;
  const words = n === 1 ? t("1 Change Does Not Fit the File as It Is Now: Reject") : t("{0} Changes Do Not Fit the File as It Is Now: Reject", n);
  const title = `$(warning) ${words}`;
  return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command: "foreword.rejectHunk", arguments: given });
}
