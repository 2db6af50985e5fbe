// What the language server and the extension say to each other, and the extension to the page of its view.

export type State = "waiting" | "starting" | "running" | "parked" | "done" | "failed" | "cancelled";

/** States in which a job can still change by itself. */
export const OPEN: readonly State[] = ["waiting", "starting", "running"];

/** A job in short. `at` is when it was asked; `measured` of `budget` candidates are done. */
export interface Job {
  id: string;
  kind: "debug" | "profile" | "evaluate" | "optimize";
  state: State;
  sentence: string;
  path: string;
  at?: string | number | null;
  changed?: string | number | null;
  good?: boolean | null;
  numbers?: Record<string, number> | null;
  where?: string | null;
  report?: string | null;
  measured?: number | null;
  budget?: number | null;
}

/** One candidate of a search. Losses and drifts are shares: 0.05 is five percent. */
export interface Candidate {
  number: number;
  plan: string;
  speedup?: number | null;
  speedup_low?: number | null;
  speedup_high?: number | null;
  loss?: number | null;
  drift?: number | null;
  verdict: string;
  front: boolean;
  met: boolean;
  winner: boolean;
  reason?: string | null;
}

export interface Target {
  speedup?: number | null;
  max_loss?: number | null;
  max_drift?: number | null;
}

/** Paths of the two pictures that one prompt gave. */
export interface Pair {
  prompt: string;
  before: string;
  after: string;
}

export interface JobInFull extends Job {
  said: string[];
  target?: Target | null;
  winner?: number | null;
  candidates: Candidate[];
  pictures: Pair[];
}

/** A candidate's whole text, and the text that it was made from. */
export interface CandidateCode {
  code: string;
  diff: string;
  before: string;
}

/** What a command that starts a job answers: the job, or why there is none. */
export interface Started {
  job?: string;
  sentence?: string;
}

/** An estimate, or why there is none. */
export interface Estimate {
  answer?: string;
  because?: string;
  text?: string;
  sentence?: string;
}

/** What a command says about an edit; `applied` is missing where it was refused. */
export interface Applied {
  applied?: boolean;
  sentence: string;
}

/** Why the view has nothing to show, and the command that helps. */
export interface Notice {
  sentence: string;
  command?: string;
  button?: string;
}

/** Two pictures as they are sent to the page. */
export interface Picture {
  prompt: string;
  before: Uint8Array;
  after: Uint8Array;
}

/** Extension → page. */
export type ToPage =
  | { kind: "state"; notice: Notice | null; jobs: Job[]; chosen: JobInFull | null }
  | { kind: "pictures"; job: string; pictures: Picture[] };

/** Page → extension. */
export type FromPage =
  | { kind: "ready" }
  | { kind: "choose"; job: string }
  | { kind: "open" | "apply"; job: string; number: number }
  | { kind: "cancel" | "report"; job: string }
  | { kind: "command"; command: string };
