import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "../../src/chat/session/connection";
import type { ShownChat, ToPage } from "../../src/chat/messages";
import { MediaStore } from "../../src/chat/media";
import { HISTORY, INVALID_PARAMS, LIST, OPEN, REQUEST_CANCELLED, SEND, TRUNCATE } from "../../src/chat/protocol";
import type { Message, Partial } from "../../src/chat/protocol";
import { ChatController } from "../../src/chat/session/chatController";

/** A server with one chat; `answer` says how a send goes. */
class Server implements Connection {
  readonly heard: string[] = [];
  readonly opened: Record<string, string>[] = [];
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
        this.opened.push(params);
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

const refusal = (code: number, message: string): Error => Object.assign(new Error(message), { code });

class Bench {
  readonly server = new Server();
  readonly told: ToPage[] = [];
  chatId: string | undefined;
  private waiting: { type: ToPage["type"]; go: () => void }[] = [];
  readonly controller = new ChatController(
    this.server,
    { get: () => this.chatId, set: (chatId) => void (this.chatId = chatId) },
    () => Promise.resolve("file:///w"),
    (message) => this.hear(message),
    new MediaStore(),
    () => ({ model: "usual-model", about: "till" }),
  );

  get types(): string[] {
    return this.told.map(({ type }) => type).filter((type) => type !== "model");
  }

  get shown(): ShownChat | undefined {
    return this.told.flatMap((message) => (message.type === "show" ? [message.chat] : [])).at(-1);
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
  const bench = new Bench();
  bench.server.answer = async (send) => {
    await send.say("One ");
    await send.say("two.");
  };
  await bench.controller.send(ask("Count"));
  assert.deepEqual(["begun", "opened", "piece", "piece", "ended"], bench.types);
  assert.deepEqual(["open", "send", "history"], bench.server.heard);
  assert.deepEqual(["Count", "One two."], bench.lastTurn.map(({ text }) => text));
  assert.equal("c1", bench.chatId);
  assert.equal(false, bench.server.isListening);
});

test("a stopped answer says so, and the next question is heard", async () => {
  const bench = new Bench();
  bench.server.answer = async (send) => {
    await send.say("A long ");
    await send.untilCancelled();
  };
  const sent = bench.controller.send(ask("Long?"));
  await bench.until("piece");
  bench.controller.stop();
  await sent;
  assert.deepEqual(["cancelled"], bench.lastTurn.map(({ status }) => status));
  bench.server.answer = (send) => send.say("Short.");
  await bench.controller.send(ask("Short?"));
  assert.deepEqual(["done", "done"], bench.lastTurn.map(({ status }) => status));
});

test("only one answer of a chat is under way", async () => {
  const bench = new Bench();
  bench.server.answer = (send) => send.untilCancelled();
  const sent = bench.controller.send(ask("One?"));
  await bench.until("opened");
  await bench.controller.send(ask("Two?"));
  bench.controller.stop();
  await sent;
  assert.equal(1, bench.server.heard.filter((method) => method === "send").length);
});

test("a fault is one message with its question, and asking again drops the failed one", async () => {
  const bench = new Bench();
  bench.server.answer = () => Promise.reject(refusal(-32000, "The API limits the rate: wait a minute"));
  await bench.controller.send(ask("One?"));
  const [question] = bench.lastTurn;
  assert.deepEqual(["failed", "The API limits the rate: wait a minute"], [question?.status, question?.note]);
  bench.server.answer = (send) => send.say("Yes.");
  await bench.controller.send(ask("One?", question?.id));
  assert.deepEqual(["One?", "Yes."], bench.server.messages.map(({ text }) => text));
});

test("an earlier question is asked anew, and what followed it is gone", async () => {
  const bench = new Bench();
  for (const text of ["One?", "Two?", "Three?"]) await bench.controller.send(ask(text));
  await bench.controller.send(ask("Two, in other words?", "q2"));
  const asked = bench.server.messages.filter(({ role }) => role === "user").map(({ text }) => text);
  assert.deepEqual(["One?", "Two, in other words?"], asked);
});

test("a question that the server does not keep is shown with the reason", async () => {
  const bench = new Bench();
  bench.server.answer = () => Promise.reject(refusal(INVALID_PARAMS, "till.py defines no sum"));
  await bench.controller.send(ask("One?"));
  assert.deepEqual(["", "failed", "till.py defines no sum"], Object.values(pick(bench.lastTurn[0], "id", "status", "note")));
  assert.deepEqual([], bench.server.messages);
});

function pick(message: Message | undefined, ...keys: (keyof Message)[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, message?.[key]]));
}

test("a chat that is opened while its answer is under way shows how far it has come", async () => {
  const bench = new Bench();
  bench.server.answer = async (send) => {
    await send.say("So far");
    await send.untilCancelled();
  };
  const sent = bench.controller.send(ask("One?"));
  await bench.until("piece");
  bench.controller.begin();
  const n = bench.told.length;
  await bench.controller.open("c1");
  const shown = bench.told[n];
  assert.equal("So far", shown?.type === "show" && shown.chat.running?.text);
  assert.deepEqual([], shown?.type === "show" && shown.chat.messages);
  bench.controller.stop();
  await sent;
});

test("an answer of a chat that is not shown does not come into the one that is", async () => {
  const bench = new Bench();
  bench.server.answer = async (send) => {
    await send.say("So far");
    await send.untilCancelled();
  };
  const sent = bench.controller.send(ask("One?"));
  await bench.until("piece");
  bench.controller.begin();
  bench.controller.dispose();
  await sent;
  assert.deepEqual(["begun", "opened", "piece", "show"], bench.types);
});

test("after a restart the chat is there again", async () => {
  const bench = new Bench();
  await bench.controller.send(ask("One?"));
  await bench.controller.show();
  assert.deepEqual(["One?", "Yes."], bench.shown?.messages.map(({ text }) => text));
});

test("a chat that comes late is not shown over one that was chosen after it", async () => {
  const bench = new Bench();
  await bench.controller.send(ask("One?"));
  const opening = bench.controller.open("c1");
  bench.controller.begin();
  await opening;
  assert.equal(undefined, bench.chatId);
  assert.equal(null, bench.shown?.chatId);
});

test("a chat that is gone gives way to an empty one", async () => {
  const bench = new Bench();
  bench.chatId = "gone";
  await bench.controller.show();
  assert.deepEqual(["show", "problem"], bench.types);
  assert.equal(undefined, bench.chatId);
});

test("while the server is out of reach, the chat is not forgotten", async () => {
  const bench = new Bench();
  bench.chatId = "c1";
  bench.server.request = () => Promise.reject(new Error("no Python 3.11 was found"));
  await bench.controller.show();
  assert.deepEqual({ type: "problem", words: "no Python 3.11 was found", again: true }, bench.told.at(-1));
  assert.equal("c1", bench.chatId);
});

test("a question is seen while the server is being set up, and after the page was closed meanwhile", async () => {
  const bench = new Bench();
  let isSetUp = (): void => undefined;
  const request = bench.server.request.bind(bench.server);
  const setUp = new Promise<void>((resolve) => (isSetUp = resolve));
  bench.server.request = async <R>(...given: Parameters<typeof request>) => {
    await setUp;
    return (await request(...given)) as R;
  };
  const sent = bench.controller.send(ask("One?"));
  await bench.controller.show();
  const [begun, shown] = bench.told;
  assert.deepEqual(["begun", "One?"], [begun?.type, shown?.type === "show" && shown.chat.running?.question]);
  isSetUp();
  await sent;
  assert.deepEqual(["One?", "Yes."], bench.lastTurn.map(({ text }) => text));
});

test("a model is chosen for the chat that is shown, or for the one that begins", async () => {
  const bench = new Bench();
  await bench.controller.switchTo({ model: "large", effort: "high" });
  await bench.controller.send(ask("One?"));
  await bench.controller.switchTo({ model: "", effort: "" });
  assert.deepEqual([{ uri: "file:///w", model: "large", effort: "high" }, { resumeId: "c1", model: "", effort: "" }], bench.server.opened);
  assert.deepEqual({ type: "model", words: "usual-model", title: "As in the settings", about: "" }, bench.told.at(-1));
});
