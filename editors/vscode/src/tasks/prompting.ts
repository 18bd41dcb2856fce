// Code actions that need words of the user, asked for here before the server is. Those that end in edits are reviewed by
// hunk; those that end in an answer become questions in the chat view.

import * as vscode from "vscode";
import type { CodeAction } from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { ServerEnded } from "../server/server";
import { isTask, promptOf, type Task } from "./task";

/** The command that carries out a task which ends in edits; its arguments are the action's title and the task. */
export const PROPOSE_TASK = "foreword.proposeTask";

/** The task with the user's words; undefined if the user wants nothing after all. */
export async function completed(task: Task): Promise<Task | undefined> {
  const prompt = promptOf(task);
  if (!prompt) return task;
  const instruction = (await vscode.window.showInputBox({ ...prompt, ignoreFocusOut: true }))?.trim();
  return instruction ? { ...task, instruction } : undefined;
}

export function promptingMiddleware(): Middleware {
  return {
    provideCodeActions: async (document, range, context, token, next) => {
      const offered = await next(document, range, context, token);
      return offered?.map((action) => (isResolvable(action) ? reviewed(action) : action));
    },
    // What is proposed is reviewed by hunk: the editor's own preview would lose it where nothing in it is ticked.
    resolveCodeAction: (item) => item,
    executeCommand: async (command, args, next) => {
      try {
        return await carryOut(command, args, next);
      } catch (error) {
        tell(error);
        return undefined;
      }
    },
  };
}

type Resolvable = CodeAction & { data: Task };

function isResolvable(action: vscode.Command | CodeAction): action is Resolvable {
  return isTask((action as CodeAction & { data?: unknown }).data);
}

/** The action, carried out by a command of this client's. */
function reviewed(action: Resolvable): CodeAction {
  const { title, data } = action;
  action.command = { title, command: PROPOSE_TASK, arguments: [title, data] };
  return action;
}

async function carryOut(
  command: string,
  args: unknown[],
  next: (command: string, args: unknown[]) => vscode.ProviderResult<unknown>,
): Promise<unknown> {
  const given = args[0];
  if (command !== "foreword.ask" || !isTask(given)) return next(command, args);
  const task = await completed(given);
  if (!task) return undefined;
  return vscode.commands.executeCommand("foreword.chat.task", { task });
}

/** One clear message; a cancelled request is none, and the end of the server is told by who starts it again. */
export function tell(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof vscode.CancellationError || error instanceof ServerEnded || /cancelled|canceled/i.test(message)) return;
  void vscode.window.showErrorMessage(`Foreword: ${message}`);
}
