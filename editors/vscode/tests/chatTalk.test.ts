import assert from "node:assert/strict";
import { test } from "node:test";
import type { Line } from "../src/chat/line";
import type { ToPage } from "../src/chat/messages";
import { Pieces } from "../src/chat/pieces";
import { HISTORY, INVALID_PARAMS, LIST, OPEN, REQUEST_CANCELLED, SEND, TRUNCATE } from "../src/chat/protocol";
import type { Message, Partial, Piece } from "../src/chat/protocol";
import { Talk } from "../src/chat/talk";

/** A server with one chat; `answer` says how a send goes. */
class Server implements Line {
  readonly heard: string[] = [];
  readonly openedFor: string[] = [];
  messages: Message[] = [];
  answer: (send: Sending) => Promise<void> = (send) => send.say("Yes.");
  private listeners = new Map<string, (value: Partial) => void>();
  private n = 0;

  async request<R>(method: string, params: object, signal?: AbortSignal): Promise<R> {
    this.heard.push(method.replace("foreword/chat/", ""));
    return (await this.reply(method, params as Record<string, string>, signal)) as R;
  }

  progress(token: string, listener: (value: Partial) => void): Promise<{ dispose(): void }> {
    this.listeners.set(token, listener);
    return Promise.resolve({ dispose: () => void this.listeners.delete(token) });
  }

  get isListening(): boolean {
    return this.listeners.size > 0;
  }

  private async reply(method: string, params: Record<string, string>, signal?: AbortSignal): Promise<unknown> {
    switch (method) {
      case OPEN:
        if (params.uri !== undefined) this.openedFor.push(params.uri);
        if (params.resumeId === "gone") throw refusal(INVALID_PARAMS, "there is no chat gone");
        return { chatId: params.resumeId ?? "c1", title: this.messages[0]?.text ?? "", turns: this.messages.length };
      case HISTORY:
        return { messages: this.messages.slice(-Number(params.limit ?? 50)), more: false };
      case TRUNCATE:
        this.messages = this.messages.slice(0, this.messages.findIndex(({ id }) => id === params.messageId));
        return { messages: this.messages.length };
      case LIST:
        return { chats: [] };
      case SEND:
        return this.send(params, signal ?? new AbortController().signal);
      default:
        throw new Error(`no method ${method}`);
    }
  }

  private async send(params: Record<string, string>, signal: AbortSignal): Promise<void> {
    const { text = "", partialResultToken = "" } = params;
    const question: Message = { id: `q${++this.n}`, role: "user", text, at: null, status: "pending" };
    this.messages.push(question);
    const sending = new Sending((value) => this.listeners.get(partialResultToken)?.(value), signal);
    try {
      await this.answer(sending);
      question.status = "done";
      this.messages.push({ id: `a${this.n}`, role: "assistant", text: sending.text, at: null, status: "done" });
    } catch (error) {
      const { code, message } = error as Error & { code?: number };
      if (code === INVALID_PARAMS) this.messages.pop();
      question.status = code === REQUEST_CANCELLED ? "cancelled" : "failed";
      if (question.status === "failed") question.note = message;
      throw error;
    }
  }
}

class Sending {
  text = "";
  private seq = 0;

  constructor(
    private readonly tell: (value: Partial) => void,
    private readonly signal: AbortSignal,
  ) {}

  say(text: string): Promise<void> {
    this.text += text;
    this.tell({ seq: this.seq++, kind: "text", text });
    return Promise.resolve();
  }

  untilCancelled(): Promise<never> {
    return new Promise((_, reject) => {
      const cancel = (): void => reject(refusal(REQUEST_CANCELLED, "the message was cancelled"));
      this.signal.addEventListener("abort", cancel);
      if (this.signal.aborted) cancel();
    });
  }
}

function refusal(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}

class Desk {
  readonly server = new Server();
  readonly told: ToPage[] = [];
  chatId: string | undefined;
  private waiting: { type: ToPage["type"]; go: () => void }[] = [];
  readonly talk = new Talk(
    this.server,
    { get: () => this.chatId, set: (chatId) => void (this.chatId = chatId) },
    () => "file:///w",
    (message) => this.hear(message),
  );

  get types(): string[] {
    return this.told.map(({ type }) => type);
  }

  get lastTurn(): Message[] {
    const ended = this.told.findLast((message) => message.type === "ended");
    return ended?.type === "ended" ? ended.messages : [];
  }

  until(type: ToPage["type"]): Promise<void> {
    return new Promise((go) => this.waiting.push({ type, go }));
  }

  private hear(message: ToPage): void {
    this.told.push(message);
    for (const one of this.waiting.filter(({ type }) => type === message.type)) one.go();
  }
}

const ask = (text: string, from?: string) => ({ text, attachments: [], from });

test("the first question opens a chat, and the answer streams in order", async () => {
  const desk = new Desk();
  desk.server.answer = async (send) => {
    await send.say("One ");
    await send.say("two.");
  };
  await desk.talk.send(ask("Count"));
  assert.deepEqual(["begun", "piece", "piece", "ended"], desk.types);
  assert.deepEqual(["open", "send", "history"], desk.server.heard);
  assert.deepEqual(["Count", "One two."], desk.lastTurn.map(({ text }) => text));
  assert.equal("c1", desk.chatId);
  assert.equal(false, desk.server.isListening);
});

test("pieces after a gap are not shown, and a piece that comes twice is shown once", () => {
  const shown: string[] = [];
  const pieces = new Pieces((piece: Piece) => shown.push(piece.kind === "text" ? piece.text : piece.kind));
  for (const [seq, text] of [[0, "a"], [1, "b"], [1, "b"], [3, "d"], [2, "c"], [4, "e"]] as const) {
    pieces.take({ seq, kind: "text", text });
  }
  assert.deepEqual(["a", "b"], shown);
  assert.equal(true, pieces.hasGap);
});

test("a stopped answer says so, and the next question is heard", async () => {
  const desk = new Desk();
  desk.server.answer = async (send) => {
    await send.say("A long ");
    await send.untilCancelled();
  };
  const sent = desk.talk.send(ask("Long?"));
  await desk.until("piece");
  desk.talk.stop();
  await sent;
  assert.deepEqual(["cancelled"], desk.lastTurn.map(({ status }) => status));
  desk.server.answer = (send) => send.say("Short.");
  await desk.talk.send(ask("Short?"));
  assert.deepEqual(["done", "done"], desk.lastTurn.map(({ status }) => status));
});

test("only one answer of a chat is under way", async () => {
  const desk = new Desk();
  desk.server.answer = (send) => send.untilCancelled();
  const sent = desk.talk.send(ask("One?"));
  await desk.until("begun");
  await desk.talk.send(ask("Two?"));
  desk.talk.stop();
  await sent;
  assert.equal(1, desk.server.heard.filter((method) => method === "send").length);
});

test("a fault is one message with its question, and asking again drops the failed one", async () => {
  const desk = new Desk();
  desk.server.answer = () => Promise.reject(refusal(-32000, "The API limits the rate: wait a minute"));
  await desk.talk.send(ask("One?"));
  const [question] = desk.lastTurn;
  assert.deepEqual(["failed", "The API limits the rate: wait a minute"], [question?.status, question?.note]);
  desk.server.answer = (send) => send.say("Yes.");
  await desk.talk.send(ask("One?", question?.id));
  assert.deepEqual(["One?", "Yes."], desk.server.messages.map(({ text }) => text));
});

test("an earlier question is asked anew, and what followed it is gone", async () => {
  const desk = new Desk();
  for (const text of ["One?", "Two?", "Three?"]) await desk.talk.send(ask(text));
  await desk.talk.send(ask("Two, in other words?", "q2"));
  const asked = desk.server.messages.filter(({ role }) => role === "user").map(({ text }) => text);
  assert.deepEqual(["One?", "Two, in other words?"], asked);
});

test("a question that the server does not keep is shown with the reason", async () => {
  const desk = new Desk();
  desk.server.answer = () => Promise.reject(refusal(INVALID_PARAMS, "till.py defines no sum"));
  await desk.talk.send(ask("One?"));
  assert.deepEqual(["", "failed", "till.py defines no sum"], Object.values(pick(desk.lastTurn[0], "id", "status", "note")));
  assert.deepEqual([], desk.server.messages);
});

function pick(message: Message | undefined, ...keys: (keyof Message)[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, message?.[key]]));
}

test("a chat that is opened while its answer is under way shows how far it has come", async () => {
  const desk = new Desk();
  desk.server.answer = async (send) => {
    await send.say("So far");
    await send.untilCancelled();
  };
  const sent = desk.talk.send(ask("One?"));
  await desk.until("piece");
  desk.talk.begin();
  const n = desk.told.length;
  await desk.talk.open("c1");
  const shown = desk.told[n];
  assert.equal("So far", shown?.type === "show" && shown.chat.running?.text);
  assert.deepEqual([], shown?.type === "show" && shown.chat.messages);
  desk.talk.stop();
  await sent;
});

test("an answer of a chat that is not shown does not come into the one that is", async () => {
  const desk = new Desk();
  desk.server.answer = async (send) => {
    await send.say("So far");
    await send.untilCancelled();
  };
  const sent = desk.talk.send(ask("One?"));
  await desk.until("piece");
  desk.talk.begin();
  desk.talk.dispose();
  await sent;
  assert.deepEqual(["begun", "piece", "show"], desk.types);
});

test("after a restart the chat is there again", async () => {
  const desk = new Desk();
  await desk.talk.send(ask("One?"));
  await desk.talk.show();
  const shown = desk.told.at(-1);
  assert.deepEqual(["One?", "Yes."], shown?.type === "show" && shown.chat.messages.map(({ text }) => text));
});

test("a chat that comes late is not shown over one that was chosen after it", async () => {
  const desk = new Desk();
  await desk.talk.send(ask("One?"));
  const opening = desk.talk.open("c1");
  desk.talk.begin();
  await opening;
  assert.equal(undefined, desk.chatId);
  const shown = desk.told.at(-1);
  assert.equal(null, shown?.type === "show" ? shown.chat.chatId : "");
});

test("a new chat is about the folder of what is attached", async () => {
  const desk = new Desk();
  const file = "file:///other/till.py";
  await desk.talk.send({ text: "Explain `pay`", attachments: [{ uri: file }], from: undefined });
  desk.talk.begin();
  await desk.talk.send(ask("One?"));
  assert.deepEqual([file, "file:///w"], desk.server.openedFor);
});

test("a chat that is gone gives way to an empty one", async () => {
  const desk = new Desk();
  desk.chatId = "gone";
  await desk.talk.show();
  assert.deepEqual(["show", "problem"], desk.types);
  assert.equal(undefined, desk.chatId);
});

test("while the server is out of reach, the chat is not forgotten", async () => {
  const desk = new Desk();
  desk.chatId = "c1";
  desk.server.request = () => Promise.reject(new Error("no Python 3.11 was found"));
  await desk.talk.show();
  assert.deepEqual({ type: "problem", words: "no Python 3.11 was found", again: true }, desk.told.at(-1));
  assert.equal("c1", desk.chatId);
});
