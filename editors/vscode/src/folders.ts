// The folder that something is about, where the window has several.

import * as vscode from "vscode";

/** The folder of what the user looks at, or the only one, as a URI; undefined where that is not said. */
export function activeFolder(): string | undefined {
  const shown = vscode.window.activeTextEditor?.document.uri;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = (shown && vscode.workspace.getWorkspaceFolder(shown)) ?? (folders.length === 1 ? folders[0] : undefined);
  return found?.uri.toString();
}
