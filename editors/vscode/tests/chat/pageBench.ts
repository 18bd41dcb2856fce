// The page of the chat in a browser without a browser, opened anew for each test, and what is said to it and by it.

import { Frames } from "./browser";
import assert from "node:assert/strict";
import { beforeEach } from "node:test";
import type { FromPage, Running, ToPage } from "../../src/chat/messages";
import type { Message } from "../../src/chat/protocol";
import { ChatPage } from "../../src/chat/webview/chatPage";

/** What the page said. */
export const told: FromPage[] = [];
let kept: unknown;
let page: ChatPage;
export const frames = new Frames();

beforeEach(() => {
  told.length = 0;
  kept = undefined;
  document.body.remove();
  document.documentElement.append(document.createElement("body"));
  open();
});

/** Opens the page as its own script does, with the state that an earlier page left behind. */
export function open(): void {
  document.body.replaceChildren();
  const api = {
    postMessage: (message: FromPage) => void told.push(message),
    getState: () => kept,
    setState: (state: unknown) => void (kept = state),
  };
  page = new ChatPage(document.body, api, frames.schedule);
  page.begin(api.getState());
}

export function find(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  assert.ok(found, `there is no ${selector}`);
  return found;
}

export function written(): HTMLTextAreaElement {
  return find("textarea") as HTMLTextAreaElement;
}

/** The element that has the focus. */
export function focused(): Element {
  assert.ok(document.activeElement, "nothing has the focus");
  return document.activeElement;
}

export function hear(...messages: ToPage[]): void {
  for (const message of messages) page.hear(message);
  frames.next();
}

export function type(text: string): void {
  const area = written();
  area.value = text;
  area.dispatchEvent(new Event("input"));
}

export function isShown(selector: string): boolean {
  return !find(selector).hidden;
}

export function last(): FromPage | undefined {
  return told.at(-1);
}

export function asked(id: string, text: string, more: object = {}): Message {
  return { id, role: "user", text, at: null, status: "done", ...more };
}

export function answered(id: string, text: string, more: object = {}): Message {
  return { id, role: "assistant", text, at: null, status: "done", ...more };
}

export function chat(...messages: Message[]): ToPage {
  return { type: "show", chat: { chatId: "c1", title: "About tills", messages, more: false, running: null } };
}

export function running(more: object = {}): Running {
  return { question: "One?", attachments: [], text: "", tools: [], proposals: [], ...more };
}

export const begun = (): ToPage => ({ type: "begun", chatId: "c1", title: "One?", running: running() });
export const piece = (text: string): ToPage => ({ type: "piece", piece: { kind: "text", text } });
export const TWO = (): Message[] => [asked("q1", "One?"), answered("a1", "Yes."), asked("q2", "Two?"), answered("a2", "No.")];
export const TILL = { uri: "file:///w/shop/till.py" };
