// The chat view, its commands, and the participant of the editor's own chat.

import * as vscode from "vscode";
import type { Server } from "../server";
import { questionOf, type Task } from "../task";
import { attach } from "./attaching";
import { lineTo } from "./line";
import { registerParticipant } from "./participant";
import { placeIn } from "./place";
import { Talk, type Place } from "./talk";
import { ChatView, VIEW } from "./view";

/** Registers the chat view; the server is started by the first request, not by this. */
export function registerChat(context: vscode.ExtensionContext, server: Server): { dispose(): unknown }[] {
  const line = lineTo(server);
  const talk: Talk = new Talk(line, place(context), folder, (message) => view.tell(message));
  const view = new ChatView(context.extensionUri, server, () => talk);
  const command = (name: string, run: (...given: never[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`${VIEW}.${name}`, run);
  return [
    talk,
    vscode.window.registerWebviewViewProvider(VIEW, view),
    command("new", () => {
      talk.begin();
      return view.reveal({ type: "focus" });
    }),
    command("list", async () => {
      await view.reveal({ type: "focus" });
      await talk.list();
    }),
    command("attachFile", () => attachFirst(view, "file")),
    command("attachSelection", () => attachFirst(view, "selection")),
    command("ask", (draft?: string) => view.reveal({ type: "focus", ...(draft ? { draft } : {}) })),
    command("task", async ({ task }: { task: Task }) => {
      talk.begin();
      const asked = talk.send(questionOf(task));
      await view.reveal({ type: "focus" });
      await asked;
    }),
    ...registerParticipant(line, folder, vscode.Uri.joinPath(context.extensionUri, "media", "icon.png")),
  ];
}

function place({ globalStorageUri }: vscode.ExtensionContext): Place {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  const workspace = workspaceFile ?? workspaceFolders?.[0]?.uri;
  return placeIn(vscode.Uri.joinPath(globalStorageUri, "shown-chats").fsPath, workspace?.toString());
}

async function attachFirst(view: ChatView, what: "file" | "selection"): Promise<void> {
  const found = await attach(what);
  if (typeof found === "string") void vscode.window.showInformationMessage(`Foreword: ${found}`);
  else if (found) await view.reveal({ type: "attached", attachment: found }, { type: "focus" });
}

/** The folder of what the user looks at, or the first one. */
function folder(): string | undefined {
  const shown = vscode.window.activeTextEditor?.document.uri;
  const found = (shown && vscode.workspace.getWorkspaceFolder(shown)) ?? vscode.workspace.workspaceFolders?.[0];
  return found?.uri.toString();
}
