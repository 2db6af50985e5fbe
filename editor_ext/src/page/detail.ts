import { OPEN, type Candidate, type FromPage, type JobInFull } from "../protocol";
import { isNumber, measured, nameOf, percent } from "../words";
import { element, keepingFocus, roving } from "./dom";
import { plot } from "./plot";

type Send = (message: FromPage) => void;

/** One job in full: how far it is, its plot, its candidates, what can be done with it. */
export function detail(part: HTMLElement, job: JobInFull, send: Send): void {
  keepingFocus(part, () => {
    const open = part.querySelector("details")?.open ?? false;
    part.replaceChildren(...heading(job), ...search(job, send), ...numbers(job), actions(job, send), history(job, open));
  });
}

function heading(job: JobInFull): HTMLElement[] {
  const parts: HTMLElement[] = [element("h2", {}, `${job.kind[0]?.toUpperCase()}${job.kind.slice(1)} ${nameOf(job)}`)];
  parts.push(element("p", { class: "sentence", "aria-live": "polite" }, job.sentence || job.state));
  if (OPEN.includes(job.state)) parts.push(progress(job));
  if (job.target && job.kind !== "profile") parts.push(element("p", { class: "faint" }, wanted(job)));
  if (job.where && !job.sentence.includes(job.where)) parts.push(element("p", { class: "faint" }, job.where));
  return parts;
}

function wanted({ target }: JobInFull): string {
  const said = [
    isNumber(target?.speedup) ? `${target.speedup}x` : "",
    isNumber(target?.max_loss) ? `loss up to ${percent(target.max_loss)}` : "",
    isNumber(target?.max_drift) ? `drift up to ${target.max_drift}` : "",
  ].filter(Boolean);
  return said.length > 0 ? `Target: ${said.join(", ")}` : "";
}

function progress(job: JobInFull): HTMLElement {
  const bar = element("progress", { "aria-label": "Candidates measured" });
  if (job.measured && job.budget) {
    bar.max = job.budget;
    bar.value = Math.min(job.measured, job.budget);
  }
  return bar;
}

function search(job: JobInFull, send: Send): HTMLElement[] {
  if (job.kind !== "optimize") return [];
  const open = (candidate: Candidate) => send({ kind: "open", job: job.id, number: candidate.number });
  const drawn = element("div", { class: "plot" });
  drawn.append(plot(job, window.innerWidth - 24, open));
  return [drawn, legend(), candidates(job, open)];
}

function legend(): HTMLElement {
  const made = element("p", { class: "legend faint", "aria-hidden": "true" });
  for (const [name, said] of [["met", "meets the target"], ["over", "does not"], ["front", "front"]] as const) {
    made.append(element("i", { class: name }), element("span", {}, said));
  }
  return made;
}

function candidates(job: JobInFull, open: (candidate: Candidate) => void): HTMLElement {
  const table = element("div", { class: "candidates", role: "group", "aria-label": "Candidates" });
  const best = [...job.candidates].sort(order);
  const rows = best.map((one) => candidateRow(one));
  table.append(...rows);
  if (rows.length === 0) table.append(element("p", { class: "faint" }, "Candidates appear here as they are measured."));
  roving(rows, 0, (at) => {
    const one = best[at];
    if (one) open(one);
  });
  return table;
}

/** The winner, then what meets the target, then by speed; failures last. */
function order(a: Candidate, b: Candidate): number {
  const rank = (one: Candidate) => (one.winner ? 3 : one.met ? 2 : isNumber(one.speedup) ? 1 : 0);
  return rank(b) - rank(a) || (b.speedup ?? 0) - (a.speedup ?? 0) || a.number - b.number;
}

function candidateRow(one: Candidate): HTMLElement {
  const state = one.winner ? "winner" : one.met ? "met" : isNumber(one.speedup) ? "over" : "broken";
  const label = `Candidate ${one.number}${one.winner ? ", the winner" : ""}: ${measured(one)}; ${one.verdict}. ${one.plan}. Enter compares it with the file.`;
  const row = element("div", { class: `candidate ${state}`, role: "button", "data-key": `row ${one.number}`, "aria-label": label, title: label });
  const line = element("span", { class: "line" });
  line.append(element("span", { class: "number" }, `${one.number}${one.winner ? " ★" : ""}`));
  line.append(element("b", {}, measured(one)));
  row.append(line, element("span", { class: "sentence" }, one.plan));
  return row;
}

function numbers(job: JobInFull): HTMLElement[] {
  if (job.kind === "optimize" || !job.numbers) return [];
  const table = element("dl", {});
  for (const [name, value] of Object.entries(job.numbers)) {
    table.append(element("dt", {}, name.replaceAll("_", " ")), element("dd", {}, String(Number(value.toPrecision(4)))));
  }
  return [table];
}

function actions(job: JobInFull, send: Send): HTMLElement {
  const bar = element("div", { class: "actions" });
  const add = (said: string, message: FromPage, primary = false) => {
    const press = element("button", { type: "button", class: primary ? "primary" : "", "data-key": said }, said);
    press.addEventListener("click", () => send(message));
    bar.append(press);
  };
  if (OPEN.includes(job.state)) add("Cancel", { kind: "cancel", job: job.id });
  if (isNumber(job.winner)) {
    add("Apply Winner", { kind: "apply", job: job.id, number: job.winner }, true);
    add("Compare", { kind: "open", job: job.id, number: job.winner });
  }
  if (job.report) add("Report", { kind: "report", job: job.id });
  return bar;
}

function history(job: JobInFull, open: boolean): HTMLElement {
  const all = element("details", {});
  all.open = open;
  all.append(element("summary", {}, `History (${job.said.length})`));
  const lines = element("ol", {});
  lines.append(...job.said.map((sentence) => element("li", {}, sentence)));
  all.append(lines);
  return all;
}
