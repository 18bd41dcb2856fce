// One answer under way: what was asked, what has come of it so far, and how to stop it.

import type { Line } from "./line";
import type { Running } from "./messages";
import { Pieces } from "./pieces";
import { SEND, type Attachment, type Piece } from "./protocol";

let lastToken = 0;

export class Answering {
  readonly running: Running;
  private readonly abort = new AbortController();

  constructor(
    private readonly line: Line,
    readonly chatId: string,
    text: string,
    attachments: Attachment[],
    private readonly hear: (piece: Piece) => void,
  ) {
    this.running = { question: text, attachments, text: "", tools: [], proposals: [] };
  }

  stop(): void {
    this.abort.abort();
  }

  /** Sends the question and waits for the answer's end; rejects as the request does. */
  async run<R>(): Promise<R> {
    const token = `foreword-chat-${++lastToken}`;
    const pieces = new Pieces((piece) => {
      this.note(piece);
      this.hear(piece);
    });
    const listening = await this.line.progress(token, (value) => pieces.take(value));
    try {
      const { question, attachments } = this.running;
      const params = { chatId: this.chatId, text: question, attachments, partialResultToken: token };
      return await this.line.request<R>(SEND, params, this.abort.signal);
    } finally {
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
