// A browser for the tests of the chat's page, without a browser: import it before anything that makes elements.

import { Window } from "happy-dom";

const window = new Window({ url: "https://page.invalid/" });
const names = [
  "document",
  "navigator",
  "Node",
  "Text",
  "Element",
  "HTMLElement",
  "HTMLOListElement",
  "Event",
  "KeyboardEvent",
  "MouseEvent",
  "FocusEvent",
] as const;
for (const name of names) Object.defineProperty(globalThis, name, { value: window[name], configurable: true });

/** Presses a key on an element; false if its default was prevented. */
export function press(target: EventTarget, key: string, more: KeyboardEventInit = {}): boolean {
  return target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

/** Frames that come when the test says so. */
export class Frames {
  private waiting: (() => void)[] = [];
  /** How many frames had something to do. */
  drawn = 0;

  readonly schedule = (run: () => void): void => {
    this.waiting.push(run);
  };

  next(): void {
    const waiting = this.waiting;
    this.waiting = [];
    if (waiting.length > 0) this.drawn += 1;
    for (const run of waiting) run();
  }
}
