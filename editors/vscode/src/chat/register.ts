// The chat view, its commands, and the participant of the editor's own chat.

import * as vscode from "vscode";
import type { Server, ServerQuestion } from "../server/server";
import { questionOf, type Task } from "../tasks/task";
import { attach } from "./attachments";
import { connectionTo } from "./session/connection";
import { registerParticipant } from "./participant";
import { shownChatStoreIn } from "./session/shownChatStore";
import { ChatController, type ShownChatStore } from "./session/chatController";
import { ChatView, VIEW } from "./view";

export interface RegisteredChat {
  registered: { dispose(): unknown }[];
  /** Asks the user what the server wants to know: in the chat where an answer waits for it, else in a list. */
  answer(question: ServerQuestion): Promise<string | undefined>;
}

/** A list that stays until it is answered; what is chosen by pressing Enter costs and sends nothing. */
async function pickAnswer({ words, choices }: ServerQuestion): Promise<string | undefined> {
  return vscode.window.showQuickPick([...choices].reverse(), { title: "Foreword", placeHolder: words, ignoreFocusOut: true });
}

/** Registers the chat view; the server is started by the first request, not by this. */
export function registerChat(context: vscode.ExtensionContext, server: Server): RegisteredChat {
  const connection = connectionTo(server);
  const controller: ChatController = new ChatController(connection, shownChats(context), folder, (message) => view.tell(message));
  const view = new ChatView(context.extensionUri, server, () => controller);
  const command = (name: string, run: (...given: never[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`${VIEW}.${name}`, run);
  const registered = [
    controller,
    vscode.window.registerWebviewViewProvider(VIEW, view),
    command("new", () => {
      controller.begin();
      return view.reveal({ type: "focus" });
    }),
    command("list", async () => {
      await view.reveal({ type: "focus" });
      await controller.list();
    }),
    command("attachFile", () => attachFirst(view, "file")),
    command("attachSelection", () => attachFirst(view, "selection")),
    command("ask", (draft?: string) => view.reveal({ type: "focus", ...(draft ? { draft } : {}) })),
    command("task", async ({ task }: { task: Task }) => {
      controller.begin();
      const asked = controller.send(questionOf(task));
      await view.reveal({ type: "focus" });
      await asked;
    }),
    ...registerParticipant(connection, folder, vscode.Uri.joinPath(context.extensionUri, "media", "icon.png")),
  ];
  return { registered, answer: (question) => controller.ask(question) ?? pickAnswer(question) };
}

function shownChats({ globalStorageUri }: vscode.ExtensionContext): ShownChatStore {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  const workspace = workspaceFile ?? workspaceFolders?.[0]?.uri;
  return shownChatStoreIn(vscode.Uri.joinPath(globalStorageUri, "shown-chats").fsPath, workspace?.toString());
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
