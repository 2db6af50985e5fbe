import type { FromPage, JobInFull, Picture, ToPage } from "../protocol";
import { detail } from "./detail";
import { element } from "./dom";
import { list } from "./list";
import { pairs } from "./pictures";

interface Host {
  postMessage(message: FromPage): void;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const root = document.getElementById("root") as HTMLElement;
const notice = element("section", { class: "notice", "aria-live": "polite" });
const jobs = element("nav", { class: "jobs", "aria-label": "Jobs" });
const chosen = element("section", { class: "chosen", "aria-label": "The chosen job" });
const pictures = element("section", { class: "pictures", "aria-label": "Pictures before and after" });
root.append(notice, jobs, chosen, pictures);

let drawn = "";
let shown: JobInFull | null = null;
let kept: { job: string; pictures: Picture[] } | null = null;

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === "pictures") kept = data;
  else draw(data);
  pairs(pictures, shown && kept?.job === shown.id ? kept.pictures : []);
});
// a plot is as wide as the view: draw it anew when that changes
new ResizeObserver(() => shown && detail(chosen, shown, send)).observe(root);
send({ kind: "ready" });

function send(message: FromPage): void {
  host.postMessage(message);
}

function draw(state: Extract<ToPage, { kind: "state" }>): void {
  const now = JSON.stringify(state);
  if (now === drawn) return;
  drawn = now;
  shown = state.chosen;
  tell(state);
  list(jobs, state.jobs, state.chosen?.id, (job) => send({ kind: "choose", job }));
  if (shown) detail(chosen, shown, send);
  else chosen.replaceChildren();
}

function tell({ notice: said, jobs: known }: Extract<ToPage, { kind: "state" }>): void {
  const none = { sentence: "No job yet.", command: "diffagent.accelerate", button: "Accelerate This Script" };
  const shownNotice = said ?? (known.length === 0 ? none : null);
  notice.replaceChildren();
  if (!shownNotice) return;
  notice.append(element("p", {}, shownNotice.sentence));
  const { command, button } = shownNotice;
  if (!command || !button) return;
  const press = element("button", { type: "button", class: "primary" }, button);
  press.addEventListener("click", () => send({ kind: "command", command }));
  notice.append(press);
}
