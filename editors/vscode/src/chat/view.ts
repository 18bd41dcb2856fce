// The chat view: a page in the side bar, and what its buttons do in the editor.
//
// The page may be closed and opened at any time; it asks for all that it shows when it is ready.

import * as vscode from "vscode";
import { attach, dropped } from "./attachments";
import { suggestionsFor } from "./completion";
import { follow, goTo } from "./navigation";
import { manageChat } from "./manageChat";
import type { FromPage, ToPage } from "./messages";
import { EXTENSIONS, type MediaStore } from "./media";
import { chooseModel } from "./modelPicker";
import { pageHtml } from "./page";
import { INSTRUCT, REVIEW, applyProposal, applying, undoProposal } from "./proposals";
import type { Attachment, Remedy } from "./protocol";
import { wordsOf, type ChatController } from "./session/chatController";
import { activeFolder } from "../folders";
import { count } from "../wording";
import type { Server } from "../server/server";
import { t } from "../l10n";

export const VIEW = "foreword.chat";

const REMEDIES: Readonly<Record<Remedy, string>> = { trust: "workbench.trust.manage", key: "foreword.setApiKey" };

export class ChatView implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;
  private isReady = false;
  /** What an answer waits for now, also one that is asked for later. */
  private step = "";
  /** What was told to the page before it could hear. */
  private waiting: ToPage[] = [];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly server: Server,
    private readonly controller: () => ChatController,
    private readonly media: MediaStore,
    steps: vscode.Event<string>,
  ) {
    steps((words) => this.tellStep(words));
    server.onPhase((phase) => this.tellStep(phase === "starting" ? t("Starting the server") : ""));
    server.onStatus(({ index: { done, total } }) => {
      this.controller().tellModel();
      this.tellStep(done < total ? t("Reading the repository: {0} of {1} files", count(done), count(total)) : "");
    });
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    this.isReady = false;
    const dist = vscode.Uri.joinPath(this.extension, "dist");
    const file = (name: string): string => view.webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    view.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    view.webview.onDidReceiveMessage((message: FromPage) => void this.hear(message));
    // A page that is hidden is thrown away, and made anew when it is seen again.
    view.onDidChangeVisibility(() => {
      if (!view.visible) this.isReady = false;
    });
    view.onDidDispose(() => {
      this.view = undefined;
      this.isReady = false;
    });
    view.webview.html = pageHtml({
      script: file("webview.js"),
      style: file("webview.css"),
      origin: view.webview.cspSource,
      texts: vscode.l10n.bundle,
      language: vscode.env.language,
    });
  }

  /** Tells the page; one that is not open asks for everything when it opens. */
  tell(message: ToPage): void {
    if (!this.isReady) return;
    void this.view?.webview.postMessage(message);
    const isWaiting = message.type === "begun" || (message.type === "show" && message.chat.running !== null);
    if (isWaiting && this.step !== "") this.tell({ type: "step", words: this.step });
  }

  private tellStep(words: string): void {
    this.step = words;
    this.tell({ type: "step", words });
  }

  /** Opens the view, and tells its page as soon as it can hear. */
  async reveal(...messages: ToPage[]): Promise<void> {
    this.waiting.push(...messages);
    await vscode.commands.executeCommand(`${VIEW}.focus`);
    if (this.isReady) this.tellWaiting();
  }

  private tellWaiting(): void {
    for (const message of this.waiting.splice(0)) this.tell(message);
  }

  private async hear(message: FromPage): Promise<void> {
    try {
      await this.act(message);
    } catch (error) {
      this.tell({ type: "problem", words: wordsOf(error) });
    }
  }

  private async act(message: FromPage): Promise<void> {
    const controller = this.controller();
    switch (message.type) {
      case "ready":
        this.isReady = true;
        await controller.show();
        return this.tellWaiting();
      case "send":
        return controller.send(message);
      case "stop":
        return controller.stop();
      case "choose":
        return controller.choose(message.choice);
      case "remedy":
        return vscode.commands.executeCommand(REMEDIES[message.remedy]);
      case "new":
        return controller.begin();
      case "list":
        return controller.list();
      case "open":
        return controller.open(message.chatId);
      case "manage":
        return manageChat(controller, message.what, message.chatId, message.title);
      case "earlier":
        return controller.earlier(message.before);
      case "attach":
        return this.tellAttached(message.what === "media" ? await this.chosenMedia() : [await attach(this.server, message.what)]);
      case "media":
        return this.tellAttached([this.media.add(message)]);
      case "chooseModel":
        return this.chooseModel();
      case "chooseFolder":
        return this.chooseFolder();
      case "complete":
        return this.complete(message.query);
      case "drop":
        return this.tellAttached(await dropped(message.uris));
      case "copy":
        return vscode.env.clipboard.writeText(message.text);
      case "insert":
        return insert(message.text);
      case "fit":
        return vscode.commands.executeCommand(INSTRUCT, applying(message.code));
      case "link":
        return follow(message.href);
      case "place":
        return goTo(vscode.Uri.parse(message.uri, true), message.line, message.endLine);
      case "review":
        return vscode.commands.executeCommand(REVIEW, { proposalId: message.proposalId });
      case "apply":
        return this.tell(await applyProposal(this.server, message.proposalId));
      case "undo":
        return this.tell(await undoProposal(this.server, message.proposalId));
    }
  }

  private async chosenMedia(): Promise<(Attachment | string)[]> {
    const files = await vscode.window.showOpenDialog({ canSelectMany: true, filters: { [t("Pictures and PDF files")]: EXTENSIONS } });
    return Promise.all((files ?? []).map(({ fsPath }) => this.media.read(fsPath)));
  }

  private async chooseModel(): Promise<void> {
    const controller = this.controller();
    const choice = await chooseModel(this.server, controller.pickedFolder ?? activeFolder(), controller.choice);
    if (choice) await controller.switchTo(choice);
    this.tell({ type: "focus" });
  }

  private async chooseFolder(): Promise<void> {
    const picked = await vscode.window.showWorkspaceFolderPick({ placeHolder: t("Ask about which folder?") });
    if (picked) this.controller().pickedFolder = picked.uri.toString();
    this.controller().tellModel();
    this.tell({ type: "focus" });
  }

  private async complete(query: string): Promise<void> {
    const suggestions = await suggestionsFor(this.server, query, this.controller().pickedFolder ?? activeFolder());
    this.tell({ type: "suggestions", query, suggestions });
  }

  private tellAttached(found: (Attachment | string | undefined)[]): void {
    for (const one of found) {
      if (typeof one === "string") this.tell({ type: "problem", words: one });
      else if (one) this.tell({ type: "attached", attachment: one });
    }
    this.tell({ type: "focus" });
  }
}

async function insert(text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (!editor) throw new Error(t("No file is open: open the one to insert into"));
  const isDone = await editor.edit((edit) => edit.replace(editor.selection, text));
  if (!isDone) throw new Error(t("The file can't be edited: it may be read-only"));
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}
