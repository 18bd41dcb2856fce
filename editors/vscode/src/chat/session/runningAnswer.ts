// One answer under way: what was asked, what has come of it so far, and how to stop it.

import type { Connection } from "./connection";
import type { Asked, Running } from "../messages";
import { PartialResults } from "./partialResults";
import { SEND, type Attachment, type Piece } from "../protocol";

let lastToken = 0;

export class RunningAnswer {
  readonly running: Running;
  private readonly abort = new AbortController();
  private decided: ((choice: string | undefined) => void) | undefined;

  constructor(
    private readonly connection: Connection,
    readonly chatId: string,
    text: string,
    attachments: Attachment[],
    private readonly hear: (piece: Piece) => void,
    /** The attachments as they are sent. */
    private readonly sent: readonly object[] = attachments,
  ) {
    this.running = { question: text, attachments, text: "", tools: [], proposals: [] };
  }

  stop(): void {
    this.decide(undefined);
    this.abort.abort();
  }

  /** Waits for the user to choose; a further question waits for nobody, and gets no answer. */
  ask(asked: Asked): Promise<string | undefined> {
    this.decide(undefined);
    this.running.asked = asked;
    return new Promise((resolve) => (this.decided = resolve));
  }

  decide(choice: string | undefined): void {
    this.running.asked = undefined;
    this.decided?.(choice);
    this.decided = undefined;
  }

  /** Sends the question and waits for the answer's end; rejects as the request does. */
  async run<R>(): Promise<R> {
    const token = `foreword-chat-${++lastToken}`;
    const partials = new PartialResults((piece) => {
      this.note(piece);
      this.hear(piece);
    });
    const listening = await this.connection.progress(token, (value) => partials.take(value));
    try {
      const params = { chatId: this.chatId, text: this.running.question, attachments: this.sent, partialResultToken: token };
      return await this.connection.request<R>(SEND, params, this.abort.signal);
    } finally {
      this.decide(undefined);
      listening.dispose();
    }
  }

  private note(piece: Piece): void {
    const { running } = this;
    if (piece.kind === "text") running.text += piece.text;
    if (piece.kind === "tool") running.tools.push(piece.line);
    if (piece.kind === "proposal") running.proposals = [piece];
  }
}
