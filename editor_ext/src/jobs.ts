import * as vscode from "vscode";
import { OPEN, type Job, type JobInFull } from "./protocol";
import type { Session } from "./session";

const POLL_MS = 2000;

/** The jobs of the store as this window knows them, kept up to date while one is at work. */
export class Jobs implements vscode.Disposable {
  all: Job[] = [];
  chosen: JobInFull | undefined;
  private wanted: string | undefined;
  private reading = false;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onChange = this.changes.event;
  private readonly listening: vscode.Disposable;

  constructor(
    private readonly session: Session,
    private readonly output: vscode.LogOutputChannel,
  ) {
    this.listening = vscode.Disposable.from(
      session.onChange(() => void this.read()),
      session.onJobs((started) => (started ? this.choose(started) : void this.read())),
    );
  }

  /** Look at one job in full; without one, at the latest. */
  choose(id: string): void {
    this.wanted = id;
    void this.read();
  }

  /** Ask the server again. While it answers, further calls are one more question afterwards. */
  async read(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return;
    }
    this.reading = true;
    do {
      this.again = false;
      await this.ask();
    } while (this.again);
    this.reading = false;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listening.dispose();
    this.changes.dispose();
  }

  private async ask(): Promise<void> {
    const server = this.session.server;
    clearTimeout(this.timer);
    if (server && this.session.standing.kind === "ready") {
      try {
        this.all = await server.jobs();
        const id = this.wanted ?? this.all[0]?.id;
        this.chosen = id === undefined ? undefined : await server.job(id);
        this.all = this.all.map((job) => (job.id === id ? { ...job, measured: this.chosen?.measured ?? null } : job));
      } catch (error) {
        this.output.warn(`jobs cannot be read: ${String(error)}`);
        this.wanted = undefined;
      }
      if (this.all.some((job) => OPEN.includes(job.state))) this.timer = setTimeout(() => void this.read(), POLL_MS);
    }
    this.changes.fire();
  }
}
