import * as vscode from "vscode";
import { type Candidates, parts } from "./candidates";
import * as install from "./install";
import type { Jobs } from "./jobs";
import type { Applied, Candidate, Estimate, Started } from "./protocol";
import { isOurs, type Session } from "./session";
import { measured, nameOf } from "./words";

/** What most commands of the server are given. */
export type OnScript = { uri: string; pipeline?: string; speedup?: number };

type OnCandidate = { job: string; number?: number };

/** What the commands need. */
export interface Parts {
  session: Session;
  jobs: Jobs;
  candidates: Candidates;
  output: vscode.LogOutputChannel;
}

type Command = (argument?: unknown) => Promise<void>;

/** Register every command. What goes wrong is told in one sentence. */
export function register(context: vscode.ExtensionContext, of: Parts): void {
  const all: Record<string, Command> = { ...onScripts(of), ...onJobs(of), ...onSetUp(of) };
  for (const [name, work] of Object.entries(all)) {
    const told = async (argument?: unknown) => {
      try {
        await work(argument);
      } catch (error) {
        void complain(of, error); // who called the command need not wait until the person has read this
      }
    };
    context.subscriptions.push(vscode.commands.registerCommand(name, told));
  }
}

function onScripts(of: Parts): Record<string, Command> {
  return {
    "diffagent.accelerate": (given) => accelerate(of, given as Partial<OnScript> | undefined),
    "diffagent.profileFile": () => startJob(of, "diffagent.profile", script()),
    "diffagent.estimateFile": async () => {
      const found = await (await of.session.ready()).command<Estimate>("diffagent.estimate", script());
      of.output.info(found.text ?? found.sentence ?? "");
    },
    "diffagent.revertFile": async () => {
      const server = await of.session.ready();
      tell(await server.command<Applied>("diffagent.revert", script()));
    },
  };
}

function onJobs(of: Parts): Record<string, Command> {
  return {
    "diffagent.compare": (given) => compare(of, given as OnCandidate),
    "diffagent.applyCandidate": (given) => apply(of, given as OnCandidate | vscode.Uri | undefined),
    "diffagent.cancelJob": async (given) => {
      const job = (given as OnCandidate | undefined)?.job ?? of.jobs.chosen?.id;
      if (job === undefined) throw new Error("There is no job to cancel.");
      await (await of.session.ready()).command("diffagent.cancel", { job });
      await of.jobs.read();
    },
    "diffagent.openReport": async (given) => {
      const job = (given as OnCandidate | undefined)?.job ?? of.jobs.chosen?.id;
      if (job === undefined) throw new Error("There is no job yet. Accelerate a script first.");
      await (await of.session.ready()).command("diffagent.showReport", { job });
    },
    "diffagent.show": async () => {
      await vscode.commands.executeCommand("diffagent.view.focus");
      await of.jobs.read();
    },
  };
}

function onSetUp(of: Parts): Record<string, Command> {
  return {
    "diffagent.install": () => of.session.install(),
    "diffagent.chooseInterpreter": () => install.choose(),
    "diffagent.restart": () => of.session.restart(),
    "diffagent.showOutput": () => Promise.resolve(of.output.show(true)),
    "diffagent.openSettings": async () => {
      await vscode.commands.executeCommand("workbench.action.openSettings", `@ext:${EXTENSION}`);
    },
  };
}

export const EXTENSION = "diffagent.diffagent";

async function accelerate(of: Parts, given: Partial<OnScript> | undefined): Promise<void> {
  const on: OnScript = given?.uri ? { ...given, uri: given.uri } : script();
  await of.session.ready(); // nothing is asked where nothing can be done
  const settings = vscode.workspace.getConfiguration("diffagent");
  const speedup = await askSpeedup(on.speedup ?? settings.get<number>("speedup") ?? 2);
  if (speedup === undefined) return;
  const bounds = { max_loss: settings.get<number>("maxLoss"), max_drift: settings.get<number>("maxDrift") };
  await startJob(of, "diffagent.optimize", { ...on, speedup, ...bounds });
}

async function askSpeedup(usual: number): Promise<number | undefined> {
  const said = await vscode.window.showInputBox({
    title: "DiffAgent: Accelerate",
    prompt: "How many times faster? The script is run many times to measure this; your file is left alone.",
    value: String(usual),
    validateInput: (text) => (times(text) === undefined ? "A number above 1 and up to 100, such as 2 or 1.5" : undefined),
  });
  return said === undefined ? undefined : times(said);
}

/** `2`, `2x`, `1.5` as a number that makes sense as a speedup. */
export function times(text: string): number | undefined {
  const found = /^\s*(\d+(?:\.\d+)?)\s*[x×]?\s*$/i.exec(text);
  const value = Number(found?.[1]);
  return found && value > 1 && value <= 100 ? value : undefined;
}

/** Start a job on a script as it is saved, and show it. */
export async function startJob(of: Parts, command: string, on: OnScript & Record<string, unknown>): Promise<void> {
  const server = await of.session.ready();
  await save(on.uri);
  const { job } = await server.command<Started>(command, on);
  if (!job) return; // the server has said why
  of.jobs.choose(job);
  await vscode.commands.executeCommand("diffagent.view.focus");
}

async function save(uri: string): Promise<void> {
  const open = [...vscode.workspace.textDocuments, ...vscode.workspace.notebookDocuments];
  const meant = open.find((document) => document.uri.toString() === uri);
  if (meant?.isDirty) await meant.save();
}

async function compare(of: Parts, { job, number }: OnCandidate): Promise<void> {
  const full = await (await of.session.ready()).job(job);
  const candidate = full.candidates.find((one) => one.number === (number ?? full.winner));
  if (!candidate) throw new Error(`Job ${job} has no candidate ${number ?? "that won"}.`);
  await of.candidates.compare(full, candidate);
}

/** Apply a candidate: after a look at it in the diff editor, which has the button, at once; else it asks. */
async function apply(of: Parts, given: OnCandidate | vscode.Uri | undefined): Promise<void> {
  const chosen = of.jobs.chosen;
  const fallback: OnCandidate | undefined = chosen ? { job: chosen.id } : undefined;
  const on: OnCandidate | undefined = given instanceof vscode.Uri ? parts(given) : (given ?? fallback);
  if (!on) throw new Error("There is no candidate yet. Accelerate a script first.");
  const server = await of.session.ready();
  const job = await server.job(on.job);
  const number = on.number ?? job.winner;
  const candidate = job.candidates.find((one) => one.number === number);
  if (!candidate) throw new Error(`Job ${on.job} has no candidate ${number ?? "that won"}.`);
  if (!(given instanceof vscode.Uri)) {
    const answer = await agree(nameOf(job), candidate);
    if (answer === "Compare") await of.candidates.compare(job, candidate);
    if (answer !== "Apply") return;
  }
  tell(await server.agreedCommand<Applied>("diffagent.apply", { job: job.id, number: candidate.number }));
}

async function agree(file: string, candidate: Candidate): Promise<string | undefined> {
  const detail = `${measured(candidate)}; ${candidate.verdict}.\n${candidate.plan}\nThe editor's undo takes it back.`;
  const title = `Apply candidate ${candidate.number} to ${file}?`;
  return await vscode.window.showInformationMessage(title, { modal: true, detail }, "Apply", "Compare");
}

/** The script in front. Throws where none is. */
export function script(): OnScript {
  const document = vscode.window.activeTextEditor?.document;
  const ours = isOurs(document) ? document : vscode.window.visibleTextEditors.map((e) => e.document).find(isOurs);
  if (!ours) throw new Error("Open a Python file or a notebook that imports diffusers first.");
  const notebook = vscode.workspace.notebookDocuments.find((one) => one.getCells().some((c) => c.document === ours));
  return { uri: (notebook ?? ours).uri.toString() };
}

/** Say how an edit went. What the server refuses to do, it has said itself. */
function tell({ applied, sentence }: Applied): void {
  if (applied) void vscode.window.showInformationMessage(sentence);
  else if (applied === false) void vscode.window.showWarningMessage(sentence);
}

async function complain(of: Parts, error: unknown): Promise<void> {
  const sentence = error instanceof Error ? error.message : String(error);
  of.output.error(sentence);
  const notice = of.session.notice();
  const buttons = notice?.command && notice.button ? [notice.button, "Show Output"] : ["Show Output"];
  const answer = await vscode.window.showErrorMessage(sentence, ...buttons);
  if (answer === "Show Output") of.output.show(true);
  else if (answer && notice?.command) await vscode.commands.executeCommand(notice.command);
}
