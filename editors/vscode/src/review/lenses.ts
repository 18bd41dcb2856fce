// What can be pressed above each change of a file under review.

import * as vscode from "vscode";
import { hasParts, type Kind } from "./hunks";
import type { Side } from "./proposal";

const WHOLE: Readonly<Record<Kind, string>> = {
  change: " All of It",
  create: " the New File",
  delete: " the Deletion",
  rename: " the Renaming",
};

export function lensesOf(proposalId: string, { file, fitting, lines }: Side): vscode.CodeLens[] {
  const at = (line: number, what: string, numbers?: readonly number[]): vscode.CodeLens[] =>
    pair(line, what, [proposalId, file.path, numbers]);
  if (!hasParts(file.kind)) return at(0, WHOLE[file.kind]);
  const misfits = file.hunks.filter((number) => !fitting.includes(number));
  const shown = fitting.flatMap((number, index) => at(lines[index] ?? 0, "", [number]));
  return misfits.length === 0 ? shown : [misfitLens([proposalId, file.path, misfits]), ...shown];
}

type Settling = [proposalId: string, path: string, numbers: readonly number[] | undefined];

function pair(line: number, what: string, given: Settling): vscode.CodeLens[] {
  const range = new vscode.Range(line, 0, line, 0);
  const accept = { title: `$(check) Accept${what}`, command: "foreword.acceptHunk", arguments: given };
  const reject = { title: `$(close) Reject${what}`, command: "foreword.rejectHunk", arguments: given };
  return [new vscode.CodeLens(range, accept), new vscode.CodeLens(range, reject)];
}

/** Some changes fit the file no more, as long as it stays as it is. */
function misfitLens(given: Settling): vscode.CodeLens {
  const n = given[2]?.length ?? 0;
  const what = n === 1 ? "1 Change Does" : `${n} Changes Do`;
  const title = `$(warning) ${what} Not Fit the File as It Is Now: Reject`;
  return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command: "foreword.rejectHunk", arguments: given });
}
