// The partial results of one answer, in order. What comes after a gap is not shown: it would read as if nothing were
// missing, and the end of the answer brings the whole text.

import type { Partial, Piece } from "../protocol";

export class PartialResults {
  private next = 0;
  private broken = false;

  constructor(private readonly hear: (piece: Piece) => void) {}

  /** Whether a value is missing. */
  get hasGap(): boolean {
    return this.broken;
  }

  take(value: Partial): void {
    if (this.broken || value.seq < this.next) return;
    this.broken = value.seq > this.next;
    if (this.broken) return;
    this.next += 1;
    this.hear(value);
  }
}
