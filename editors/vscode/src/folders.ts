// The folder that something is about, where the window has several.

import * as vscode from "vscode";

/** The one that the user looked at last. */
let last: string | undefined;

/** The folder of what the user looks at, or looked at last, or the only one, as a URI; undefined where that is not said. */
export function activeFolder(): string | undefined {
  const shown = vscode.window.activeTextEditor?.document.uri;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = shown && vscode.workspace.getWorkspaceFolder(shown);
  if (found) last = found.uri.toString();
  const known = folders.map(({ uri }) => uri.toString());
  if (last !== undefined && known.includes(last)) return last;
  return known.length === 1 ? known[0] : undefined;
}

/** The part of a command's argument that says where, asked for if need be. */
export async function folderArgument(placeHolder: string): Promise<{ workspace?: string }> {
  const workspace = await chosenFolder(placeHolder);
  return workspace === undefined ? {} : { workspace };
}

/** The same, asked for where it is not said; undefined if the user thought better of it, or no folder is open. */
export async function chosenFolder(placeHolder: string): Promise<string | undefined> {
  const found = activeFolder();
  if (found !== undefined || (vscode.workspace.workspaceFolders ?? []).length === 0) return found;
  const picked = await vscode.window.showWorkspaceFolderPick({ placeHolder, ignoreFocusOut: true });
  if (picked) last = picked.uri.toString();
  return last;
}
