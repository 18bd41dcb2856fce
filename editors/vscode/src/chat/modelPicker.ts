// The model and the effort of a chat: chosen from lists, which say before anything happens what the switch costs. Another
// model or effort has a cache of its own, so that the next question writes the prefix anew.

import * as vscode from "vscode";
import type { Server } from "../server/server";
import { dollars, priceWords, type Forecast } from "../wording";
import { EFFORTS, type Choice, type Effort } from "./protocol";
import { t } from "../l10n";

/** One of `foreword.models`, as far as it is told here; prices in US dollars a million tokens. */
interface Model {
  id: string;
  retired: string | null;
  prices: { input: number; output: number } | null;
  offered: boolean | null;
}

const THINKING = "thinking";
const TITLE = t("Model of this chat");

/** What the user chose; undefined where all stays as it is. */
export async function chooseModel(server: Server, workspace: string | undefined, now: Choice): Promise<Choice | undefined> {
  const where = workspace === undefined ? {} : { workspace };
  const settings = server.status(workspace)?.model ?? "";
  const models = await server.execute<Model[]>("foreword.models", where);
  const items = models.filter(({ retired, offered }) => retired === null && offered !== false).map((model) => itemOf(model, now.model || settings));
  const own = { label: t("As in the settings"), description: settings, id: "" };
  const thinking = { label: t("Thinking…"), description: t("{0}, in new chats", thinkingNow()), id: THINKING };
  const picked = await vscode.window.showQuickPick([own, ...items, thinking], { title: TITLE, matchOnDescription: true });
  if (!picked) return undefined;
  if (picked.id === THINKING) return chooseThinking(server, where, now.model || settings, now.effort || "auto");
  return chooseEffort(server, where, { model: picked.id, effort: now.effort }, now, settings);
}

async function chooseEffort(server: Server, where: object, chosen: Choice, now: Choice, settings: string): Promise<Choice | undefined> {
  const model = chosen.model || settings;
  const costs = await Promise.all(EFFORTS.map((effort) => priceOf(server, where, model, effort)));
  const items = EFFORTS.map((effort, at) => ({
    label: effort === "auto" ? t("As the model sees fit") : effort,
    description: effort === (now.effort || "auto") ? t("now") : "",
    detail: effort === (now.effort || "auto") && chosen.model === now.model ? t("No switch") : costs[at] ?? "",
    effort,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: t("{0}: effort", model), placeHolder: t("What the next question would cost before its answer") });
  if (!picked) return undefined;
  const choice = { model: chosen.model, effort: picked.effort === "auto" ? ("" as const) : picked.effort };
  return choice.model === now.model && choice.effort === now.effort ? undefined : choice;
}

function thinkingNow(): string {
  return vscode.workspace.getConfiguration("foreword").get("model.thinking", "auto");
}

/** A setting: the server's protocol knows none of one chat, and a chat goes on as it began. */
async function chooseThinking(server: Server, where: object, model: string, effort: Effort): Promise<undefined> {
  const seen = await forecastOf(server, where, model, effort);
  const switched = seen === undefined ? "" : t("A switch: the first question writes the prefix anew, for {0}", dollars(seen.cost.miss));
  const items = [
    { label: "auto", description: t("as the model sees fit") },
    { label: "off", description: t("as little as the model allows") },
  ].map((item) => ({ ...item, detail: item.label === thinkingNow() ? t("No switch") : switched }));
  const picked = await vscode.window.showQuickPick(items, { title: t("Thinking, in new chats") });
  if (!picked || picked.label === thinkingNow()) return undefined;
  await vscode.workspace.getConfiguration("foreword").update("model.thinking", picked.label, vscode.ConfigurationTarget.Global);
  return undefined;
}

/** What a question costs there, without its answer. */
async function priceOf(server: Server, where: object, model: string, effort: Effort): Promise<string> {
  const seen = await forecastOf(server, where, model, effort);
  return seen === undefined ? "" : priceWords(seen);
}

/** Undefined where nothing can be said of it, as offline. */
function forecastOf(server: Server, where: object, model: string, effort: Effort): Promise<Forecast | undefined> {
  const given = { ...where, question: "What is this?", model, effort };
  return server.execute<Forecast>("foreword.forecast", given).catch(() => undefined);
}

function itemOf({ id, prices }: Model, current: string): { label: string; description: string; id: string } {
  const price = prices ? t("{0} in, {1} out a million tokens", dollars(prices.input), dollars(prices.output)) : t("price unknown");
  return { label: id, description: id === current ? `${price} · ${t("now")}` : price, id };
}
