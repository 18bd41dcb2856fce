// What an instruction is about: a file of the workspace, and the lines of it that are selected.

import * as vscode from "vscode";

export function isOurs({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === "file" && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

/** The lines of a selection. One of whole lines ends at the beginning of the next one. */
export function wholeLines({ start, end }: vscode.Range): vscode.Range {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return new vscode.Range(start.line, 0, last, 0);
}

/** Lines of a file, as the server reads them. */
export function pointer({ uri }: vscode.TextDocument, { start, end }: vscode.Range): string {
  return `${vscode.workspace.asRelativePath(uri, false)}:${start.line + 1}-${end.line + 1}`;
}
