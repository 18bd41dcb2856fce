// A question with its answer.

import type { Asked } from "../../messages";
import type { Message, Outcome, Piece } from "../../protocol";
import { Answer, type AnswerActions } from "./answer";
import { element } from "../elements/element";
import type { Schedule } from "../markdown/markdownStream";
import { askedView, failureView, questionView, type QuestionActions } from "./question";

export interface TurnActions extends AnswerActions, QuestionActions {}

export class Turn {
  readonly root = element("li", { class: "turn" });
  private answer: Answer | null = null;
  private consent: HTMLElement | null = null;

  constructor(
    public question: Message,
    private readonly actions: TurnActions,
    private readonly schedule: Schedule,
    private readonly drawn: () => void,
  ) {
    this.root.append(questionView(question, actions));
  }

  take(piece: Piece): void {
    this.needAnswer().take(piece);
  }

  tellStep(words: string): void {
    if (this.question.status === "pending") this.answer?.tellStep(words);
  }

  /** Shows that an answer is waited for. */
  wait(): void {
    this.needAnswer();
  }

  ask(asked: Asked): void {
    this.consent?.remove();
    this.consent = askedView(asked, (choice) => {
      this.consent?.remove();
      this.actions.choose(choice);
    });
    this.root.append(this.consent);
  }

  /** The turn as it ended. */
  end(question: Message, answer: Message | undefined): void {
    this.question = question;
    this.consent?.remove();
    this.root.firstElementChild?.replaceWith(questionView(question, this.actions));
    if (answer) this.needAnswer().finish(answer, () => this.actions.retry(question));
    else this.answer?.giveUp();
    const failure = failureView(question, this.actions);
    if (failure) this.root.append(failure);
  }

  tellProposal(proposalId: string, words: string, outcome: Outcome): void {
    this.answer?.tellProposal(proposalId, words, outcome);
  }

  private needAnswer(): Answer {
    if (this.answer) return this.answer;
    this.answer = new Answer(this.actions, this.schedule, this.drawn);
    this.root.append(this.answer.root);
    return this.answer;
  }
}
