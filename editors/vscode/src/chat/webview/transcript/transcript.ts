// The turns of the chat that is shown. At its end it follows an answer that streams, until the user scrolls up.

import type { Asked, Running, ShownChat } from "../../messages";
import type { Message, Outcome, Piece } from "../../protocol";
import { button, element } from "../elements/element";
import type { Schedule } from "../markdown/markdownStream";
import { EndFollower } from "./endFollower";
import { Turn, type TurnActions } from "./turn";
import { welcome } from "./welcome";
import { t } from "../../../l10n";

export interface TranscriptActions extends TurnActions {
  earlier: (before: string) => void;
  suggest: (question: string) => void;
}


export class Transcript {
  readonly root = element("div", { class: "transcript-place" });
  private readonly scroller = element("main", { class: "transcript", label: t("Conversation") });
  private readonly position = new EndFollower(this.scroller);
  private readonly list = element("ol", { class: "turns" });
  private readonly earlierButton: HTMLButtonElement;
  private turns: Turn[] = [];

  constructor(
    private readonly actions: TranscriptActions,
    private readonly schedule: Schedule,
  ) {
    const ask = (): void => actions.earlier(this.turns[0]?.question.id ?? "");
    this.earlierButton = button({ class: "secondary earlier", click: ask }, t("Earlier messages"));
    this.root.append(this.scroller, this.position.button);
  }

  /** The newest question that can be asked anew. */
  get lastQuestion(): Message | undefined {
    return this.turns.findLast(({ question }) => question.status !== "pending")?.question;
  }

  show(chat: ShownChat): void {
    this.turns = turnsOf(chat.messages).map(([question, answer]) => this.past(question, answer));
    this.list.replaceChildren(...this.turns.map((turn) => turn.root));
    this.earlierButton.hidden = !chat.more;
    if (chat.running) this.begin(chat.running);
    this.drawWelcome();
    this.position.jump();
  }

  addEarlier(messages: readonly Message[], more: boolean): void {
    const before = this.scroller.scrollHeight;
    const turns = turnsOf(messages).map(([question, answer]) => this.past(question, answer));
    this.turns = [...turns, ...this.turns];
    this.list.prepend(...turns.map((turn) => turn.root));
    this.earlierButton.hidden = !more;
    this.scroller.scrollTop += this.scroller.scrollHeight - before;
  }

  begin(running: Running): void {
    const { question: text, attachments } = running;
    const turn = this.turn({ id: "", role: "user", text, at: null, status: "pending", attachments });
    turn.wait();
    this.add(turn);
    for (const line of running.tools) turn.take({ kind: "tool", name: "", line });
    if (running.asked) turn.ask(running.asked);
    if (running.text !== "") turn.take({ kind: "text", text: running.text });
    for (const proposal of running.proposals) turn.take({ kind: "proposal", ...proposal });
    this.keepEnd();
  }

  /** Shows what must be decided before the answer goes on. */
  ask(asked: Asked): void {
    this.turns.at(-1)?.ask(asked);
    this.position.jump();
  }

  /** What the answer that is under way waits for. */
  tellStep(words: string): void {
    this.turns.at(-1)?.tellStep(words);
    this.keepEnd();
  }

  take(piece: Piece): void {
    this.turns.at(-1)?.take(piece);
    this.keepEnd();
  }

  /** How the last turn ended; one that did not even begin is shown as well. */
  end([question, answer]: readonly Message[]): void {
    if (!question) return;
    const last = this.turns.at(-1);
    if (last?.question.status === "pending") last.end(question, answer);
    else this.add(this.past(question, answer));
    this.keepEnd();
  }

  /** Drops a question and all after it from what is shown. */
  dropFrom(questionId: string): void {
    const at = this.turns.findIndex(({ question }) => question.id === questionId);
    if (at < 0) return;
    for (const turn of this.turns.splice(at)) turn.root.remove();
  }

  tellProposal(proposalId: string, words: string, outcome: Outcome): void {
    for (const turn of this.turns) turn.tellProposal(proposalId, words, outcome);
  }

  private add(turn: Turn): void {
    this.turns.push(turn);
    this.list.append(turn.root);
    this.drawWelcome();
    this.position.jump();
  }

  private turn(question: Message): Turn {
    return new Turn(question, this.actions, this.schedule, () => this.keepEnd());
  }

  private past(question: Message, answer: Message | undefined): Turn {
    const turn = this.turn(question);
    turn.end(question, answer);
    return turn;
  }

  private drawWelcome(): void {
    const isEmpty = this.turns.length === 0;
    const shown = isEmpty ? [welcome((question) => this.actions.suggest(question))] : [this.earlierButton, this.list];
    const isShown = shown.every((node) => node.parentNode === this.scroller);
    if (!isShown) this.scroller.replaceChildren(...shown);
  }

  private keepEnd(): void {
    this.position.keep();
  }
}

/** Questions with their answers; an answer whose question is not among the messages comes with the earlier ones. */
function turnsOf(messages: readonly Message[]): [Message, Message | undefined][] {
  return messages.flatMap((message, at): [Message, Message | undefined][] => {
    if (message.role !== "user") return [];
    const next = messages[at + 1];
    return [[message, next?.role === "assistant" ? next : undefined]];
  });
}
