// The chat view, its commands, and the participant of the editor's own chat.

import * as vscode from "vscode";
import type { Review } from "../review/review";
import type { Server, ServerQuestion } from "../server/server";
import { questionOf, type Task } from "../tasks/task";
import { activeFolder, chosenFolder } from "../folders";
import { attach, dropped } from "./attachments";
import type { ToPage } from "./messages";
import { connectionTo } from "./session/connection";
import { manageChat } from "./manageChat";
import { MediaStore } from "./media";
import { decidedInReview } from "./proposals";
import { registerParticipant } from "./participant";
import { shownChatStoreIn } from "./session/shownChatStore";
import { ChatController, type ShownChatStore } from "./session/chatController";
import { ChatView, VIEW } from "./view";
import { t } from "../l10n";

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
export function registerChat(context: vscode.ExtensionContext, server: Server, review: Review, steps: vscode.Event<string>): RegisteredChat {
  const connection = connectionTo(server);
  const media = new MediaStore();
  const controller: ChatController = new ChatController(
    connection,
    shownChats(context),
    () => chosenFolder(t("Ask about which folder?")),
    (message) => view.tell(message),
    media,
    (folder = activeFolder()) => ({ model: server.status(folder)?.model ?? "", about: nameOfFolder(folder) }),
  );
  const view = new ChatView(context.extensionUri, server, () => controller, media, steps);
  const command = (name: string, run: (...given: never[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`${VIEW}.${name}`, run);
  const registered = [
    controller,
    vscode.window.registerWebviewViewProvider(VIEW, view),
    vscode.window.onDidChangeActiveTextEditor(() => controller.tellModel()),
    review.onDecision((result) => view.tell(decidedInReview(result))),
    command("new", () => {
      controller.begin();
      return view.reveal({ type: "focus" });
    }),
    command("list", async () => {
      await view.reveal({ type: "focus" });
      await controller.list();
    }),
    command("attachFile", () => attachFirst(server, view, "file")),
    command("attachSelection", () => attachFirst(server, view, "selection")),
    command("attachTerminal", () => attachFirst(server, view, "terminal")),
    command("attachStaged", () => attachFirst(server, view, "staged")),
    command("attachResource", async (uri: vscode.Uri, all?: vscode.Uri[]) => {
      const found = await dropped((all ?? [uri]).map(String));
      for (const one of found) if (typeof one === "string") void vscode.window.showInformationMessage(`Foreword: ${one}`);
      const attached = found.filter((one) => typeof one !== "string");
      await view.reveal(...attached.map((attachment): ToPage => ({ type: "attached", attachment })), { type: "focus" });
    }),
    command("export", async () => {
      if (controller.shownId !== undefined) await manageChat(controller, "export", controller.shownId, "");
    }),
    command("ask", (draft?: string) => view.reveal({ type: "focus", ...(draft ? { draft } : {}) })),
    command("task", async ({ task }: { task: Task }) => {
      controller.begin();
      const asked = controller.send(questionOf(task));
      await view.reveal({ type: "focus" });
      await asked;
    }),
    ...registerParticipant(connection, activeFolder, vscode.Uri.joinPath(context.extensionUri, "media", "icon.png")),
  ];
  return { registered, answer: (question) => controller.ask(question) ?? pickAnswer(question) };
}

/** The name of a folder, where the window has several. */
function nameOfFolder(folder: string | undefined): string {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length < 2) return "";
  return folders.find(({ uri }) => uri.toString() === folder)?.name ?? "";
}

function shownChats({ globalStorageUri }: vscode.ExtensionContext): ShownChatStore {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  const workspace = workspaceFile ?? workspaceFolders?.[0]?.uri;
  return shownChatStoreIn(vscode.Uri.joinPath(globalStorageUri, "shown-chats").fsPath, workspace?.toString());
}

async function attachFirst(server: Server, view: ChatView, what: "file" | "selection" | "terminal" | "staged"): Promise<void> {
  const found = await attach(server, what);
  if (typeof found === "string") void vscode.window.showInformationMessage(`Foreword: ${found}`);
  else if (found) await view.reveal({ type: "attached", attachment: found }, { type: "focus" });
}
