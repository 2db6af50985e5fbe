import type { Job } from "../protocol";
import { nameOf } from "../words";
import { element, keepingFocus, roving } from "./dom";

const MARKS: Record<Job["state"], string> = {
  waiting: "…",
  starting: "◔",
  running: "◑",
  parked: "‖",
  done: "✓",
  failed: "✕",
  cancelled: "–",
};

/** The jobs, the latest first; the chosen one is marked. */
export function list(part: HTMLElement, jobs: Job[], chosen: string | undefined, choose: (job: string) => void): void {
  keepingFocus(part, () => {
    const items = jobs.map((job) => entry(job, job.id === chosen));
    part.replaceChildren(...(jobs.length > 0 ? [element("h2", {}, "Jobs")] : []), ...items);
    const first = Math.max(0, jobs.findIndex((job) => job.id === chosen));
    roving(items, first, (at) => {
      const job = jobs[at];
      if (job) choose(job.id);
    });
  });
}

function entry(job: Job, current: boolean): HTMLElement {
  const done = job.measured && job.budget ? `, ${job.measured} of ${job.budget} measured` : "";
  const name = nameOf(job);
  const label = `${job.kind} ${name}: ${job.state}${done}. ${job.sentence}`;
  const mood = job.state === "done" && job.good === false ? "unmet" : job.state;
  const item = element("div", { role: "button", class: "job", "data-key": job.id, "aria-label": label, title: label });
  if (current) item.setAttribute("aria-current", "true");
  const line = element("span", { class: "line" });
  line.append(element("span", { class: `mark ${mood}`, "aria-hidden": "true" }, MARKS[job.state]));
  line.append(element("b", {}, job.kind), element("span", { class: "file" }, name));
  line.append(element("time", {}, when(job.at)));
  item.append(line, element("span", { class: "sentence" }, job.sentence || job.state));
  return item;
}

/** The time of a job: of today the hour, else the day. */
function when(at: Job["at"]): string {
  if (at === undefined || at === null || at === "") return "";
  const date = new Date(typeof at === "number" ? at * 1000 : inUtc(at));
  if (Number.isNaN(date.getTime())) return "";
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleDateString([], { month: "short", day: "numeric" });
}

/** The store's times are UTC and do not say so. */
function inUtc(at: string): string {
  return /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(at) ? at : `${at.replace(" ", "T")}Z`;
}
