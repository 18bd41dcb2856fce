// The chats of this window: which of them is shown, and which answers are under way. The server keeps the chats; this
// keeps nothing but the id of the one that is shown.

import { named, type MediaStore } from "../media";
import { RunningAnswer } from "./runningAnswer";
import type { Connection } from "./connection";
import type { Asked, Running, ShownChat, ToPage } from "../messages";
import {
  DELETE,
  EXPORT,
  HISTORY,
  INVALID_PARAMS,
  LIST,
  OPEN,
  RENAME,
  REQUEST_CANCELLED,
  TRUNCATE,
  type Attachment,
  type Choice,
  type History,
  type ListedChat,
  type Message,
  type Opened,
  type Piece,
} from "../protocol";
import { t } from "../../l10n";

/** Where the id of the shown chat outlives the window. */
export interface ShownChatStore {
  get(): string | undefined;
  set(chatId: string | undefined): void;
}

export interface Question {
  text: string;
  attachments: Attachment[];
  /** The id of the question that this one stands for, if there is one. */
  from?: string | undefined;
}

const AS_SET: Choice = { model: "", effort: "" };
const EMPTY: ShownChat = { chatId: null, title: "", messages: [], more: false, running: null };

export class ChatController {
  private readonly answering = new Map<string, RunningAnswer>();
  private isBeginning = false;
  /** The question that waits for its chat to be opened. */
  private beginning: Running | undefined;
  /** The question that was stopped before its chat was open. */
  private givenUp: Running | undefined;
  /** Counts what was shown: a chat that comes late is not shown over one that was chosen after it. */
  private turn = 0;
  /** Who answers in the chat that is shown. */
  private chosen = AS_SET;
  /** The URI of the folder that the chat which begins is to be about, whatever file is open or attached. */
  pickedFolder: string | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly store: ShownChatStore,
    /** The URI of the folder that a new chat is about, unless what is attached to its question says so. */
    private readonly folder: () => Promise<string | undefined>,
    private readonly tell: (message: ToPage) => void,
    private readonly media: MediaStore,
    /** Who answers where nothing was chosen, and the name of this folder or of the one that a chat would be about, if there are several. */
    private readonly usual: (folder: string | undefined) => { model: string; about: string },
  ) {}

  /** Shows the chat that was shown last, or an empty one. */
  async show(): Promise<void> {
    const chatId = this.store.get();
    if (chatId !== undefined) return this.open(chatId);
    this.tell({ type: "show", chat: { ...EMPTY, running: this.beginning ?? null } });
    this.tellModel();
  }

  async open(chatId: string): Promise<void> {
    const mine = ++this.turn;
    try {
      const opened = await this.connection.request<Opened>(OPEN, { resumeId: chatId });
      const { messages, more } = await this.connection.request<History>(HISTORY, { chatId });
      if (mine !== this.turn) return;
      this.store.set(chatId);
      const running = this.answering.get(chatId)?.running ?? null;
      const past = running ? messages.filter((message) => message.status !== "pending") : messages;
      this.tell({ type: "show", chat: { chatId, title: opened.title, messages: named(past), more, running } });
      this.note({ model: opened.model ?? "", effort: opened.effort ?? "" });
    } catch (error) {
      if (mine !== this.turn) return;
      // A chat that is gone is not asked for again; where the server failed, it may be there the next time.
      if (codeOf(error) === INVALID_PARAMS) this.store.set(undefined);
      this.tell({ type: "show", chat: EMPTY });
      this.tell({ type: "problem", words: wordsOf(error), again: codeOf(error) !== INVALID_PARAMS });
    }
  }

  /** Shows an empty chat; the server hears of it with its first question. */
  begin(): void {
    this.turn += 1;
    this.store.set(undefined);
    this.pickedFolder = undefined;
    this.tell({ type: "show", chat: EMPTY });
    this.note(AS_SET);
  }

  get choice(): Choice {
    return this.chosen;
  }

  /** Has the chat that is shown, or the one that begins now, go on with this model and effort. */
  async switchTo(choice: Choice): Promise<void> {
    const chatId = this.store.get();
    if (chatId !== undefined) await this.connection.request<Opened>(OPEN, { resumeId: chatId, ...choice });
    this.note(choice);
  }

  /** Tells again who answers: the settings may have changed. */
  tellModel(): void {
    const { model, effort } = this.chosen;
    const usual = this.usual(this.pickedFolder);
    const name = model || usual.model;
    const about = this.store.get() === undefined ? usual.about : "";
    const title = model || effort ? t("Chosen for this chat") : t("As in the settings");
    this.tell({ type: "model", words: [name, ...(effort ? [effort] : [])].join(" · "), title, about });
  }

  private note(choice: Choice): void {
    this.chosen = choice;
    this.tellModel();
  }

  async list(): Promise<void> {
    const uri = await this.folder();
    const { chats } = await this.connection.request<{ chats: ListedChat[] }>(LIST, uri === undefined ? {} : { uri });
    this.tell({ type: "chats", chats });
  }

  async rename(chatId: string, title: string): Promise<void> {
    await this.connection.request(RENAME, { chatId, title });
    if (this.store.get() === chatId) this.tell({ type: "renamed", title });
    await this.list();
  }

  async remove(chatId: string): Promise<void> {
    this.answering.get(chatId)?.stop();
    await this.connection.request(DELETE, { chatId });
    if (this.store.get() === chatId) this.begin();
    await this.list();
  }

  /** A chat as a Markdown document. */
  async exported(chatId: string): Promise<string> {
    return (await this.connection.request<{ markdown: string }>(EXPORT, { chatId })).markdown;
  }

  get shownId(): string | undefined {
    return this.store.get();
  }

  async earlier(before: string): Promise<void> {
    const chatId = this.store.get();
    if (chatId === undefined) return;
    const { messages, more } = await this.connection.request<History>(HISTORY, { chatId, before });
    this.tell({ type: "earlier", messages: named(messages), more });
  }

  /** Asks, and streams the answer to whoever looks at its chat; whatever goes wrong is told there. */
  async send(question: Question): Promise<void> {
    if (this.isBeginning || this.current !== undefined) return;
    this.isBeginning = true;
    const { text, attachments } = question;
    // It is seen at once: the server may have to be installed before it hears of it.
    const running: Running = { question: text, attachments, text: "", tools: [], proposals: [] };
    this.beginning = running;
    this.tell({ type: "begun", chatId: this.store.get() ?? null, title: text, running });
    let answering: RunningAnswer;
    try {
      const sent = this.media.filled(attachments);
      const chatId = await this.chatFor(question);
      const hear = (piece: Piece): void => this.tellIn(chatId, { type: "piece", piece });
      answering = new RunningAnswer(this.connection, chatId, text, attachments, hear, sent);
    } catch (error) {
      return this.tell({ type: "ended", messages: [unanswered(question, wordsOf(error))] });
    } finally {
      this.isBeginning = false;
      this.beginning = undefined;
    }
    if (this.givenUp === running) return this.tell({ type: "ended", messages: [unanswered(question, "")] });
    await this.hearOut(answering, question);
  }

  /** Asks the user of the chat whose answer is under way; undefined where there is none. */
  ask(asked: Asked): Promise<string | undefined> | undefined {
    const answering = this.current ?? [...this.answering.values()].at(-1);
    if (!answering) return undefined;
    const chosen = answering.ask(asked);
    this.tellIn(answering.chatId, { type: "asked", asked });
    return chosen;
  }

  choose(choice: string): void {
    this.current?.decide(choice);
  }

  /** Stops the answer that is seen. */
  stop(): void {
    this.givenUp = this.beginning;
    this.current?.stop();
  }

  dispose(): void {
    for (const answering of this.answering.values()) answering.stop();
  }

  private get current(): RunningAnswer | undefined {
    return this.answering.get(this.store.get() ?? "");
  }

  private async chatFor(question: Question): Promise<string> {
    const known = this.store.get();
    if (known !== undefined) {
      if (question.from) await this.connection.request(TRUNCATE, { chatId: known, messageId: question.from });
      return known;
    }
    const attached = question.attachments.find(({ text, kind }) => text === undefined && kind === undefined)?.uri;
    const uri = this.pickedFolder ?? attached ?? (await this.folder());
    const { model, effort } = this.chosen;
    const chosen = { ...(model ? { model } : {}), ...(effort ? { effort } : {}) };
    const opened = await this.connection.request<Opened>(OPEN, { ...(uri === undefined ? {} : { uri }), ...chosen });
    this.store.set(opened.chatId);
    this.pickedFolder = undefined;
    return opened.chatId;
  }

  private async hearOut(answering: RunningAnswer, question: Question): Promise<void> {
    const { chatId } = answering;
    this.answering.set(chatId, answering);
    this.tellIn(chatId, { type: "opened", chatId });
    let failure: unknown;
    try {
      await answering.run();
    } catch (error) {
      failure = error;
    }
    const messages = await this.ended(chatId, question, failure);
    this.answering.delete(chatId);
    this.tellIn(chatId, { type: "ended", messages });
  }

  /** The turn as the server keeps it; one that it does not keep was refused, and its words are all there is. */
  private async ended(chatId: string, question: Question, failure: unknown): Promise<Message[]> {
    try {
      const { messages } = await this.connection.request<History>(HISTORY, { chatId, limit: 2 });
      const start = messages.findLastIndex((message) => message.role === "user");
      const turn = messages.slice(start);
      const isKept = failure === undefined || (turn[0]?.text === question.text && turn[0].status !== "done");
      if (start >= 0 && isKept) return named(turn).map((message) => (message.status === "failed" ? { ...message, remedy: remedyOf(failure) } : message));
    } catch (error) {
      failure ??= error;
    }
    return [{ ...unanswered(question, isCancelled(failure) ? "" : wordsOf(failure)), remedy: remedyOf(failure) }];
  }

  private tellIn(chatId: string, message: ToPage): void {
    if (this.store.get() === chatId) this.tell(message);
  }
}

/** The words of an error for the user, in one line. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.split("\n", 1)[0] ?? "";
}

export function isCancelled(error: unknown): boolean {
  return codeOf(error) === REQUEST_CANCELLED;
}

/** What helps, by the kind of the server's error. */
export function remedyOf(error: unknown): Message["remedy"] {
  const data = typeof error === "object" && error !== null ? (error as { data?: { kind?: unknown } }).data : undefined;
  // The editor's trust is the first of two consents: where only the other one is missing, it is asked for again.
  if (data?.kind === "Trust") return wordsOf(error).includes("in this editor") ? "trust" : undefined;
  return data?.kind === "Credentials" ? "key" : undefined;
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null ? (error as { code?: unknown }).code : undefined;
}

function unanswered({ text, attachments }: Question, note: string): Message {
  const status = note === "" ? "cancelled" : "failed";
  return { id: "", role: "user", text, at: null, status, attachments, ...(note === "" ? {} : { note }) };
}
