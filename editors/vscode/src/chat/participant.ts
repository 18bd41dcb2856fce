// The same chats as `@foreword` in the editor's own chat, where there is one: a client like the view.

import * as vscode from "vscode";
import { RunningAnswer } from "./session/runningAnswer";
import { wireRange } from "./attachments";
import type { Connection } from "./session/connection";
import { REVIEW } from "./proposals";
import { OPEN, type Attachment, type Citation, type Opened, type Piece, type Proposal, type Receipt } from "./protocol";
import { isCancelled, wordsOf } from "./session/chatController";
import { t } from "../l10n";

export const PARTICIPANT = "foreword.chat";

/** The URI of the folder that a new chat is about. */
type Folder = () => string | undefined;

interface Sent {
  citations: Citation[];
  proposals: Proposal[];
  receipt: Receipt;
}

export function registerParticipant(connection: Connection, folder: Folder, icon: vscode.Uri): { dispose(): unknown }[] {
  // Some editors that run extensions have no chat: there the whole namespace is missing.
  const chat = vscode.chat as typeof vscode.chat | undefined;
  if (typeof chat?.createChatParticipant !== "function") return [];
  const participant = chat.createChatParticipant(PARTICIPANT, (...given) => answer(connection, folder, ...given));
  participant.iconPath = icon;
  return [participant];
}

async function answer(
  connection: Connection,
  folder: Folder,
  request: vscode.ChatRequest,
  context: vscode.ChatContext,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<vscode.ChatResult> {
  let chatId = earlierChat(context);
  try {
    const uri = folder();
    chatId ??= (await connection.request<Opened>(OPEN, uri === undefined ? {} : { uri })).chatId;
    const hear = (piece: Piece): void => show(piece, stream);
    const answering = new RunningAnswer(connection, chatId, request.prompt, attachmentsOf(request), hear);
    const listening = token.onCancellationRequested(() => answering.stop());
    try {
      tell(await answering.run<Sent>(), stream);
    } finally {
      listening.dispose();
    }
    return { metadata: { chatId } };
  } catch (error) {
    if (isCancelled(error)) return { metadata: { chatId } };
    return { metadata: { chatId }, errorDetails: { message: wordsOf(error) } };
  }
}

/** The chat that this thread of the editor went on with so far. */
function earlierChat(context: vscode.ChatContext): string | undefined {
  const answers = context.history.filter((turn) => turn instanceof vscode.ChatResponseTurn);
  return answers.at(-1)?.result.metadata?.chatId as string | undefined;
}

function attachmentsOf(request: vscode.ChatRequest): Attachment[] {
  return request.references.flatMap(({ value }) => {
    if (value instanceof vscode.Uri) return [{ uri: value.toString() }];
    if (!(value instanceof vscode.Location)) return [];
    return [{ uri: value.uri.toString(), range: wireRange(value.range) }];
  });
}

function show(piece: Piece, stream: vscode.ChatResponseStream): void {
  if (piece.kind === "text") stream.markdown(piece.text);
  if (piece.kind === "tool") stream.progress(piece.line);
}

function tell({ citations, proposals, receipt }: Sent, stream: vscode.ChatResponseStream): void {
  for (const { uri, startLine, endLine } of citations) {
    if (uri === undefined) continue;
    const lines = new vscode.Range(startLine - 1, 0, endLine - 1, 0);
    stream.reference(new vscode.Location(vscode.Uri.parse(uri, true), lines));
  }
  // The editor folds what comes before the last text: the receipt is a part of the answer's own, the buttons come after.
  stream.markdown(`\n\n---\n*${receipt.summary}*`);
  for (const { proposalId, files } of proposals) {
    if (files.length === 0) continue;
    stream.button({ command: REVIEW, title: t("Review the changes"), arguments: [{ proposalId }] });
  }
}
