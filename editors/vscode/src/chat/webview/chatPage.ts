// The page of the chat view: its parts, what they tell the extension, and what it tells them.

import type { FromPage, ShownChat, ToPage } from "../messages";
import type { Attachment, Citation, Message } from "../protocol";
import { ChatList } from "./header/chatList";
import { Composer, type Draft } from "./composer/composer";
import { button, element } from "./elements/element";
import type { EditorApi } from "./editorApi";
import type { Schedule } from "./markdown/markdownStream";
import { TitleBar } from "./header/titleBar";
import { Transcript, type TranscriptActions } from "./transcript/transcript";
import { t } from "../../l10n";

export class ChatPage {
  private readonly titleBar = new TitleBar(
    () => this.toggleList(),
    () => this.post({ type: "new" }),
  );
  private readonly chatList = new ChatList(
    (chatId) => this.post({ type: "open", chatId }),
    () => this.listClosed(),
    (what, { chatId, title }) => this.post({ type: "manage", what, chatId, title }),
  );
  private readonly transcript: Transcript;
  private readonly composer: Composer;
  private readonly notice = element("div", { class: "notice", role: "alert" });
  /** Read out when it changes: the end of an answer, not its every word. */
  private readonly announcement = element("p", { class: "for-screen-readers", role: "status" });
  private chatId: string | null = null;

  constructor(
    root: HTMLElement,
    private readonly editor: EditorApi,
    schedule: Schedule,
  ) {
    this.composer = new Composer({
      send: (draft) => this.send(draft),
      stop: () => this.post({ type: "stop" }),
      attach: (what) => this.post({ type: "attach", what }),
      chooseModel: () => this.post({ type: "chooseModel" }),
      chooseFolder: () => this.post({ type: "chooseFolder" }),
      complete: (query) => this.post({ type: "complete", query }),
      open: (attachment) => this.open(attachment),
      keep: (draft) => editor.setState(draft),
    });
    this.transcript = new Transcript(this.actions(), schedule);
    const { titleBar, chatList, transcript, notice, composer, announcement } = this;
    root.append(titleBar.root, chatList.root, transcript.root, notice, composer.root, announcement);
    root.addEventListener("keydown", (event) => this.press(event));
    for (const name of ["focusin", "pointerdown"]) root.addEventListener(name, ({ target }) => this.leaveList(target));
    this.tellNotice("");
  }

  /** Restores the draft, and asks for everything else. */
  begin(draft: unknown): void {
    if (isDraft(draft)) this.composer.show(draft);
    this.post({ type: "ready" });
  }

  hear(message: ToPage): void {
    switch (message.type) {
      case "show":
        return this.show(message.chat);
      case "chats":
        this.titleBar.isListOpen = true;
        return this.chatList.show(message.chats, this.chatId);
      case "renamed":
        this.titleBar.title = message.title;
        return;
      case "earlier":
        return this.transcript.addEarlier(message.messages, message.more);
      case "begun":
        return this.begun(message);
      case "opened":
        this.chatId = message.chatId;
        return;
      case "step":
        return this.transcript.tellStep(message.words);
      case "piece":
        return this.transcript.take(message.piece);
      case "asked":
        return this.transcript.ask(message.asked);
      case "ended":
        return this.ended(message.messages);
      case "attached":
        this.tellNotice("");
        return this.composer.attach(message.attachment);
      case "suggestions":
        return this.composer.suggest(message.query, message.suggestions);
      case "decided":
        return this.transcript.tellProposal(message.proposalId, message.words, message.outcome);
      case "problem":
        return this.tellNotice(message.words, message.again);
      case "model":
        this.composer.about = message.about;
        return this.composer.tellModel(message.words, message.title);
      case "focus":
        if (message.draft !== undefined) this.composer.show({ text: message.draft, attachments: [] });
        return this.composer.focus();
    }
  }

  private show(chat: ShownChat): void {
    this.chatId = chat.chatId;
    this.titleBar.title = chat.title;
    this.tellNotice("");
    // A question that is written anew belongs to its chat; what is not sent yet goes along to any other.
    const { from } = this.composer.draft;
    if (from !== undefined && !chat.messages.some(({ id }) => id === from)) this.composer.cancelEditing();
    this.composer.isRunning = chat.running !== null;
    this.transcript.show(chat);
  }

  private begun({ chatId, title, running }: Extract<ToPage, { type: "begun" }>): void {
    if (this.chatId === null) this.titleBar.title = title;
    this.chatId = chatId;
    this.transcript.begin(running);
    this.composer.isRunning = true;
  }

  private ended(messages: Message[]): void {
    const [question, answer] = messages;
    this.transcript.end(messages);
    this.composer.isRunning = false;
    if (question?.status === "done") this.announcement.textContent = t("Answer finished: {0} words", wordCount(answer));
    if (question?.status === "cancelled") this.announcement.textContent = t("Answer stopped");
  }

  private send({ text, attachments, from }: Draft): void {
    this.tellNotice("");
    this.announcement.textContent = "";
    if (from !== undefined) this.transcript.dropFrom(from);
    this.composer.isRunning = true;
    this.post({ type: "send", text, attachments, ...(from ? { from } : {}) });
  }

  private edit({ id, text, attachments = [] }: Message): void {
    if (this.composer.isRunning) return;
    this.composer.show({ text, attachments, from: id });
    this.composer.focus();
  }

  private retry({ id, text, attachments = [] }: Message): void {
    if (this.composer.isRunning) return;
    this.send({ text, attachments, from: id });
    this.composer.focus();
  }

  private actions(): TranscriptActions {
    return {
      follow: (href) => this.post({ type: "link", href }),
      copy: (text) => this.post({ type: "copy", text }),
      insert: (text) => this.post({ type: "insert", text }),
      fit: (code) => this.post({ type: "fit", code }),
      review: (proposalId) => this.post({ type: "review", proposalId }),
      undo: (proposalId) => this.post({ type: "undo", proposalId }),
      apply: (proposalId) => this.post({ type: "apply", proposalId }),
      earlier: (before) => this.post({ type: "earlier", before }),
      goTo: (citation) => this.goTo(citation),
      open: (attachment) => this.open(attachment),
      edit: (question) => this.edit(question),
      retry: (question) => this.retry(question),
      choose: (choice) => this.post({ type: "choose", choice }),
      remedy: (remedy) => this.post({ type: "remedy", remedy }),
      suggest: (text) => {
        this.composer.show({ ...this.composer.draft, text });
        this.composer.focus();
      },
    };
  }

  private goTo({ uri, startLine, endLine }: Citation): void {
    if (uri !== undefined) this.post({ type: "place", uri, line: startLine, endLine });
  }

  private open({ uri, range, kind }: Attachment): void {
    if (kind) return; // its data is nowhere that the editor could show it from
    const line = (range?.start.line ?? 0) + 1;
    this.post({ type: "place", uri, line, endLine: range ? range.end.line + 1 : line });
  }

  private press(event: KeyboardEvent): void {
    if (event.key === "ArrowUp" && (event.ctrlKey || event.metaKey)) {
      const last = this.transcript.lastQuestion;
      if (last) this.edit(last);
      event.preventDefault();
    }
    if (event.key !== "Escape") return;
    if (this.composer.isEditing) this.composer.cancelEditing();
    else if (this.composer.isRunning) this.post({ type: "stop" });
  }

  private toggleList(): void {
    if (this.chatList.isOpen) this.chatList.close();
    else this.post({ type: "list" });
  }

  /** The list is open only as long as the user is at it. */
  private leaveList(target: EventTarget | null): void {
    const isAtList = [this.chatList.root, this.titleBar.root].some((part) => part.contains(target as Node | null));
    if (isAtList || !this.chatList.isOpen) return;
    this.chatList.root.hidden = true;
    this.titleBar.isListOpen = false;
  }

  private listClosed(): void {
    this.titleBar.isListOpen = false;
    this.titleBar.focus();
  }

  private tellNotice(words: string, again = false): void {
    this.notice.replaceChildren(words);
    this.notice.hidden = words === "";
    if (again) this.notice.append(button({ class: "secondary", click: () => this.post({ type: "ready" }) }, t("Try again")));
  }

  private post(message: FromPage): void {
    this.editor.postMessage(message);
  }
}

function wordCount(answer: Message | undefined): number {
  return answer?.text.split(/\s+/).filter((word) => word !== "").length ?? 0;
}

function isDraft(given: unknown): given is Draft {
  const draft = given as Partial<Draft> | null | undefined;
  return typeof draft?.text === "string" && Array.isArray(draft.attachments);
}
