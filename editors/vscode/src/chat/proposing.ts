// A proposal of an answer, brought into the files: all of it at once here, hunk by hunk in the review.

import type { ProposalResult } from "../protocol";
import type { Server } from "../server";

/** The command that shows a proposal as a diff, to be accepted or rejected by hunk; its argument is `{proposalId}`. */
export const REVIEW = "foreword.review";

/** Applies a whole proposal; what became of it in one line. The click was the consent: no second question. */
export async function applyProposal(server: Server, proposalId: string): Promise<string> {
  const argument = { proposalId, confirm: false };
  return outcome(await server.execute<ProposalResult>("foreword.edit", argument));
}

export function outcome({ applied, problems, edits }: Pick<ProposalResult, "applied" | "problems" | "edits">): string {
  const left = problems.map((problem) => problem.message).join("; ");
  if (!applied) return left === "" ? "Not applied" : `Not applied: ${left}`;
  const nFiles = edits.filter((edit) => edit.applied).length;
  const done = `Applied to ${nFiles} ${nFiles === 1 ? "file" : "files"}`;
  return left === "" ? done : `${done}; not all of it: ${left}`;
}
