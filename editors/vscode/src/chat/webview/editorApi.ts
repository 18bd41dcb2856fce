// The editor as the page sees it.

import type { FromPage } from "../messages";

export interface EditorApi {
  postMessage(message: FromPage): void;
  /** What was kept when the page was closed. */
  getState(): unknown;
  setState(state: unknown): void;
}
