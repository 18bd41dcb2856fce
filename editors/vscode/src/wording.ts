// How things stand, in few words: the texts of the status bar.

import type { Status } from "./protocol";
import type { Phase } from "./server/server";
import { t } from "./l10n";

/** A text with the editor's icons, and a longer one for a pointer that rests on it. */
export interface Words {
  text: string;
  tooltip: string;
}

/** The status bar's words. `now` is in Unix seconds. */
export function standingWords(phase: Phase, status: Status | undefined, now: number): Words {
  if (phase === "failed") return { text: "$(warning) Foreword", tooltip: t("The server does not run. Click to see why.") };
  if (phase === "starting") return { text: "$(sync~spin) Foreword", tooltip: t("The server starts.") };
  if (phase === "stopped" || !status) return { text: "$(book) Foreword", tooltip: t("Nothing was asked for yet.") };
  const { done, total } = status.index;
  if (done < total) {
    return {
      text: `$(sync~spin) ${t("{0} of {1} files", count(done), count(total))}`,
      tooltip: t("Foreword reads the files that have changed; questions can be asked meanwhile."),
    };
  }
  return { text: barText(status, now), tooltip: barTooltip(status, now) };
}

function barText(status: Status, now: number): string {
  if (status.provider === "offline") return `$(debug-disconnect) ${t("offline")}`;
  const left = secondsWarm(status, now);
  const warmth = left > 0 ? `$(flame) ${t("warm {0}", duration(left))}` : `$(circle-outline) ${t("cold")}`;
  const hits = status.hitRatio === null ? [] : [percent(status.hitRatio)];
  return [warmth, ...hits, dollars(status.spentToday)].join(" · ");
}

function barTooltip(status: Status, now: number): string {
  const left = secondsWarm(status, now);
  if (status.provider === "offline") {
    const files = t("{0} files are indexed.", count(status.index.total));
    const lines = [t("Answers come from the index alone, and nothing is sent: no API key is set."), files, ...scope(status)];
    return [...lines, t("Click for the last request.")].join("\n");
  }
  const lines = [
    left > 0
      ? t("The prefix is in the provider's cache for {0} more: a question now reads it.", duration(left))
      : t("The prefix is not in the provider's cache: the next question writes it."),
    status.hitRatio === null
      ? t("Nothing was asked today.")
      : t("{0} of today's prompt tokens were read from the cache.", percent(status.hitRatio)),
    t("{0} spent today, all workspaces together.", dollars(status.spentToday)),
    t("{0}, {1}; {2} files.", status.provider, status.model, count(status.index.total)),
    ...scope(status),
    t("Click to see why the last request cost what it did."),
  ];
  return lines.join("\n");
}

/** What is not seen, if anything is. */
function scope({ scope: seen }: Status): string[] {
  return seen ? [t("Only {0} of the repository at {1} is seen.", seen.folder, seen.repository)] : [];
}

/** Seconds that the prefix stays warm; 0 if it is cold. */
export function secondsWarm(status: Status, now: number): number {
  return status.warmUntil === null ? 0 : Math.max(0, status.warmUntil - now);
}

/** A time to live in the two digits that matter: "58 min", "45 s". */
export function duration(seconds: number): string {
  return seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.max(1, Math.round(seconds))} s`;
}

/** Dollars with the places that tell something: "$12.30", "$0.042", "$0.0012". */
export function dollars(amount: number): string {
  if (amount === 0) return "$0";
  const places = amount >= 0.1 ? 2 : amount >= 0.01 ? 3 : 4;
  return `$${amount.toFixed(places)}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

export function count(amount: number): string {
  return amount.toLocaleString("en-US");
}

/** `foreword.forecast/1`, as far as it is told here. */
export interface Forecast {
  tokens: { prefix: number };
  cost: { hit: number; miss: number };
  warmUntil: number | null;
}

/** What a question costs before its answer, and why. */
export function priceWords({ tokens, cost, warmUntil }: Forecast): string {
  if (warmUntil !== null) return t("Warm: {0} for the question", dollars(cost.hit));
  return t("Cold: the next question writes {0} tokens anew, for {1}; later ones cost {2}", count(tokens.prefix), dollars(cost.miss), dollars(cost.hit));
}
