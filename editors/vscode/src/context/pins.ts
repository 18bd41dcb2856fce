// Pinning: which files stand in the base in full. The server decides, and writes the project's settings file.

import * as vscode from "vscode";
import type { ContextView } from "./contextView";
import type { Node } from "./prefixTree";
import type { Context } from "../protocol";
import type { Server } from "../server/server";
import { t } from "../l10n";

/** What a menu gives: a file of the tree or of an editor's tab; nothing from the palette, which means the file that is shown. */
export type Target = Node | vscode.Uri;

export async function changePin(server: Server, view: ContextView, verb: "pin" | "unpin", target?: Target): Promise<void> {
  const wish = wishFor(target ?? vscode.window.activeTextEditor?.document.uri);
  if (!wish) throw new Error(verb === "pin" ? t("show a file of the workspace to pin it") : t("show a file of the workspace to unpin it"));
  const { workspace, path } = wish;
  const { change } = await server.execute<Context>("foreword.context", { workspace, [verb]: [path] });
  view.refresh();
  const isNew = !change || change.pinned.length + change.unpinned.length > 0;
  const done = verb === "pin" ? t("{0} is pinned", path) : t("{0} is unpinned", path);
  const what = isNew ? done : t("{0} is pinned already", path);
  void vscode.window.showInformationMessage(`Foreword: ${what}; ${change?.message ?? ""}`);
}

function wishFor(target: Target | undefined): { workspace?: string; path: string } | undefined {
  if (!(target instanceof vscode.Uri)) {
    if (target?.path === undefined) return undefined;
    return { path: target.path, ...(target.folder === undefined ? {} : { workspace: target.folder }) };
  }
  const folder = vscode.workspace.getWorkspaceFolder(target);
  return folder && { workspace: folder.uri.toString(), path: target.fsPath };
}
