import * as vscode from "vscode";
import type { Jobs } from "./jobs";
import { OPEN, type Job } from "./protocol";
import { isOurs, type Session } from "./session";
import { times } from "./words";

/** An entry in the status bar: how the extension stands, and what the job at work has found. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("diffagent.status", vscode.StatusBarAlignment.Left, 10);
  private readonly listening: vscode.Disposable;

  constructor(
    private readonly session: Session,
    private readonly jobs: Jobs,
  ) {
    this.item.name = "DiffAgent";
    const show = () => this.show();
    this.listening = vscode.Disposable.from(
      session.onChange(show),
      jobs.onChange(show),
      vscode.window.onDidChangeActiveTextEditor(show),
    );
    this.show();
  }

  dispose(): void {
    this.listening.dispose();
    this.item.dispose();
  }

  private show(): void {
    const atWork = this.jobs.all.find((job) => OPEN.includes(job.state));
    const notice = this.session.notice();
    const shown = atWork ?? isOurs(vscode.window.activeTextEditor?.document);
    if (!shown && this.session.standing.kind === "idle") return this.item.hide();
    this.item.backgroundColor = undefined;
    if (atWork) this.busy(atWork);
    else if (notice?.command) this.trouble(notice.sentence, notice.command);
    else this.quiet();
    this.item.show();
  }

  private busy(job: Job): void {
    const done = job.measured && job.budget ? ` ${job.measured}/${job.budget}` : "";
    const best = job.numbers?.["speedup"];
    this.say(`$(sync~spin) DiffAgent: ${job.kind}${done}${best ? `, ${times(best)}` : ""}`, job.sentence);
  }

  private trouble(sentence: string, command: string): void {
    this.say("$(warning) DiffAgent", sentence, command);
    this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
  }

  private quiet(): void {
    const { kind } = this.session.standing;
    if (kind === "starting") this.say("$(sync~spin) DiffAgent", "DiffAgent is starting");
    else if (kind === "reading") this.say("$(shield) DiffAgent", "The folder is not trusted: files are read, never run");
    else this.say("$(rocket) DiffAgent", "Show jobs and candidates");
  }

  private say(text: string, tooltip: string, command = "diffagent.show"): void {
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.command = command;
    const plain = text.replace(/\$\([^)]*\) ?/g, "");
    this.item.accessibilityInformation = { label: `${plain}. ${tooltip}`, role: "button" };
  }
}
