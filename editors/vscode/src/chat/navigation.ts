// Going where an answer points: to lines of the workspace, or to the web if the user agrees.

import * as vscode from "vscode";
import { readLink } from "./link";
import { t } from "../l10n";

/** Shows lines (from 1, inclusive) of a file of the workspace; others are not opened. */
export async function goTo(uri: vscode.Uri, line: number, endLine: number): Promise<void> {
  if (!vscode.workspace.getWorkspaceFolder(uri)) {
    void vscode.window.showWarningMessage(t("Foreword: {0} is not in this workspace", uri.fsPath));
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri).then(
    (opened) => opened,
    () => undefined,
  );
  if (!document) {
    void vscode.window.showWarningMessage(t("Foreword: {0} can't be opened", vscode.workspace.asRelativePath(uri)));
    return;
  }
  const last = document.lineAt(Math.min(Math.max(endLine, 1), document.lineCount) - 1).range.end;
  const first = new vscode.Position(Math.min(Math.max(line - 1, 0), document.lineCount - 1), 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(first, last), preview: true });
}

/** Follows a link of an answer, whose target the user has not seen: a page on the web is opened after a question. */
export async function follow(href: string): Promise<void> {
  const link = readLink(href);
  if (link?.kind === "web") await visit(link.url);
  if (link?.kind === "file") {
    const uri = await inSomeFolder(link.path);
    if (uri) await goTo(uri, link.line, link.endLine);
    else void vscode.window.showWarningMessage(t("Foreword: there is no {0} in this workspace", link.path));
  }
}

async function visit(url: string): Promise<void> {
  const detail = `${url}\n\n${t("The link comes from an answer of the model.")}`;
  const chosen = await vscode.window.showWarningMessage(t("Open this page?"), { modal: true, detail }, t("Open"));
  if (chosen !== undefined) await vscode.env.openExternal(vscode.Uri.parse(url, true));
}

async function inSomeFolder(path: string): Promise<vscode.Uri | undefined> {
  for (const { uri: folder } of vscode.workspace.workspaceFolders ?? []) {
    const uri = vscode.Uri.joinPath(folder, path);
    if (await exists(uri)) return uri;
  }
  return undefined;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
}
