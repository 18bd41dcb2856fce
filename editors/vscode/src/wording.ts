// How things stand, in few words: the texts of the status bar.

import type { Status } from "./protocol";
import type { Phase } from "./server/server";

/** A text with the editor's icons, and a longer one for a pointer that rests on it. */
export interface Words {
  text: string;
  tooltip: string;
}

/** The status bar's words. `now` is in Unix seconds. */
export function standingWords(phase: Phase, status: Status | undefined, now: number): Words {
  if (phase === "failed") return { text: "$(warning) Foreword", tooltip: "The server does not run. Click to see why." };
  if (phase === "starting") return { text: "$(sync~spin) Foreword", tooltip: "The server starts." };
  if (phase === "stopped" || !status) return { text: "$(book) Foreword", tooltip: "Nothing was asked for yet." };
  const { done, total } = status.index;
  if (done < total) {
    return {
      text: `$(sync~spin) ${count(done)} of ${count(total)} files`,
      tooltip: "Foreword reads the files that have changed; questions can be asked meanwhile.",
    };
  }
  return { text: barText(status, now), tooltip: barTooltip(status, now) };
}

function barText(status: Status, now: number): string {
  if (status.provider === "offline") return "$(debug-disconnect) offline";
  const left = secondsWarm(status, now);
  const warmth = left > 0 ? `$(flame) warm ${duration(left)}` : "$(circle-outline) cold";
  const hits = status.hitRatio === null ? [] : [percent(status.hitRatio)];
  return [warmth, ...hits, dollars(status.spentToday)].join(" · ");
}

function barTooltip(status: Status, now: number): string {
  const left = secondsWarm(status, now);
  if (status.provider === "offline") {
    const files = `${count(status.index.total)} files are indexed.`;
    const lines = ["Answers come from the index alone, and nothing is sent: no API key is set.", files, ...scope(status)];
    return [...lines, "Click for the last request."].join("\n");
  }
  const lines = [
    left > 0
      ? `The prefix is in the provider's cache for ${duration(left)} more: a question now reads it.`
      : "The prefix is not in the provider's cache: the next question writes it.",
    status.hitRatio === null
      ? "Nothing was asked today."
      : `${percent(status.hitRatio)} of today's prompt tokens were read from the cache.`,
    `${dollars(status.spentToday)} spent today, all workspaces together.`,
    `${status.provider}, ${status.model}; ${count(status.index.total)} files.`,
    ...scope(status),
    "Click to see why the last request cost what it did.",
  ];
  return lines.join("\n");
}

/** What is not seen, if anything is. */
function scope({ scope: seen }: Status): string[] {
  return seen ? [`Only ${seen.folder} of the repository at ${seen.repository} is seen.`] : [];
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
  if (warmUntil !== null) return `Warm: ${dollars(cost.hit)} for the question`;
  return `Cold: the next question writes ${count(tokens.prefix)} tokens anew, for ${dollars(cost.miss)}; later ones cost ${dollars(cost.hit)}`;
}
