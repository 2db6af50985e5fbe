import type { Candidate, Job } from "./protocol";

/** `2.47x`. */
export function times(speedup: number): string {
  return `${speedup.toFixed(2)}x`;
}

/** A share as a percentage with one digit: `0.0%`. No minus before a zero. */
export function percent(share: number): string {
  const rounded = (100 * share).toFixed(1);
  return `${rounded === "-0.0" ? "0.0" : rounded}%`;
}

/** A candidate in one line: speed, cost, verdict. */
export function measured(candidate: Candidate): string {
  if (!isNumber(candidate.speedup)) return candidate.reason || candidate.verdict;
  const parts = [times(candidate.speedup)];
  if (isNumber(candidate.loss)) parts.push(`loss ${percent(candidate.loss)}`);
  if (isNumber(candidate.drift)) parts.push(`drift ${candidate.drift.toFixed(2)}`);
  return parts.join(", ");
}

/** The file of a job without its folder. */
export function nameOf(job: Pick<Job, "path">): string {
  return job.path.split(/[\\/]/).at(-1) ?? job.path;
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
