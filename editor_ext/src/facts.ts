import * as vscode from "vscode";
import { OPEN, type Candidate, type Estimate, type JobInFull } from "./protocol";
import { isNumber, measured } from "./words";

const SOURCE = "diffagent";
const SHOWN = 5;
const NAMES: Record<string, string> = {
  latency_s: "seconds an image",
  peak_mb: "MB at most",
  load_s: "seconds to load",
  clip: "CLIP-Score",
  denoiser_s: "seconds in the denoiser",
  text_encoder_s: "seconds in the text encoder",
  vae_s: "seconds in the VAE",
};

/** What is known of a script, as Markdown: what was found in its text, what is expected, what was measured last. */
export function ofScript(uri: vscode.Uri, estimate: Estimate, last: JobInFull | undefined): string {
  const found = vscode.languages
    .getDiagnostics(uri)
    .filter((one) => one.source?.toLowerCase() === SOURCE)
    .map((one) => `- line ${one.range.start.line + 1}: ${one.message}`);
  const expected = plain(estimate.text ?? estimate.sentence);
  const lines = [`**Expected, not measured:** ${expected}`];
  if (found.length > 0) lines.push(`**In the text:**\n\n${found.join("\n")}`);
  if (last) lines.push(`**Last ${last.kind}:** ${ofJob(last)}`);
  else lines.push("Nothing has been measured on this script yet. `/profile` measures it, `/accelerate` searches.");
  return lines.join("\n\n");
}

/** A job as Markdown: its sentence, its numbers, its best candidates. */
export function ofJob(job: JobInFull): string {
  if (OPEN.includes(job.state)) return `Job ${job.id} goes on by itself; the DiffAgent view shows it. ${plain(job.sentence)}`;
  const lines = [plain(job.sentence)];
  if (job.kind === "profile") lines.push(numbers(job));
  const front = job.candidates.filter((one) => one.front || one.winner).slice(0, SHOWN);
  if (front.length > 0) lines.push(["| # | plan | measured |", "|---|---|---|", ...front.map(row)].join("\n"));
  if (job.where && !job.sentence.includes(job.where)) lines.push(`_${plain(job.where)}_`);
  return lines.filter(Boolean).join("\n\n");
}

function numbers(job: JobInFull): string {
  return Object.entries(job.numbers ?? {})
    .filter(([name, value]) => name in NAMES && isNumber(value))
    .map(([name, value]) => `- ${Number(value.toPrecision(3))} ${NAMES[name]}`)
    .join("\n");
}

function row(one: Candidate): string {
  return `| ${one.number}${one.winner ? " ★" : ""} | ${cell(one.plan)} | ${cell(measured(one))} |`;
}

/** A sentence that may hold a script's own words, which must not become markup. */
function plain(text: string | null | undefined): string {
  return (text ?? "").replace(/[\\`*_{}[\]<>#|]/g, "\\$&");
}

function cell(text: string): string {
  return plain(text).replaceAll("\n", " ");
}
