import * as vscode from "vscode";
import type { Candidate, JobInFull } from "./protocol";
import type { Session } from "./session";
import { measured, nameOf } from "./words";

/** The scheme of texts that lie in no file: candidates, and scripts as they were. */
export const SCHEME = "diffagent-candidate";

/** Serves the texts of candidates to editors. */
export class Candidates implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();

  constructor(private readonly session: Session) {}

  provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return this.text(uri);
  }

  /** Compare a candidate with the person's file; where that has changed since, with the text it was made from. */
  async compare(job: JobInFull, candidate: Candidate): Promise<void> {
    const [before, after] = [address(job, candidate.number, "before"), address(job, candidate.number, "after")];
    const file = vscode.Uri.file(job.path);
    const same = (await now(file)) === (await this.text(before));
    await this.text(after);
    const title = `${nameOf(job)} ↔ candidate ${candidate.number} (${measured(candidate)})`;
    const note = same ? title : `${title}, of an earlier text`;
    await vscode.commands.executeCommand("vscode.diff", same ? file : before, after, note, { preview: true });
  }

  private async text(uri: vscode.Uri): Promise<string> {
    const known = this.texts.get(uri.path);
    if (known !== undefined) return known;
    const { job, number } = parts(uri);
    const found = await (await this.session.ready()).candidate(job, number);
    this.texts.set(uri.path.replace(/^(\/[^/]+\/[^/]+)\/[^/]+/, "$1/before"), found.before);
    this.texts.set(uri.path.replace(/^(\/[^/]+\/[^/]+)\/[^/]+/, "$1/after"), found.code);
    return this.texts.get(uri.path) ?? "";
  }
}

/** Which candidate of which job an address names. */
export function parts(uri: vscode.Uri): { job: string; number: number } {
  const [, job, number] = uri.path.split("/");
  return { job: job ?? "", number: Number(number) };
}

function address(job: JobInFull, number: number, side: "before" | "after"): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${job.id}/${number}/${side}/${nameOf(job)}` });
}

async function now(file: vscode.Uri): Promise<string | undefined> {
  try {
    return (await vscode.workspace.openTextDocument(file)).getText();
  } catch {
    return undefined; // it has been moved or deleted
  }
}
