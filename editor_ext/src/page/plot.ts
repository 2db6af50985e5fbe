import type { Candidate, JobInFull } from "../protocol";
import { isNumber, measured } from "../words";
import { roving, shape } from "./dom";

const HIGH = 220;
const LEFT = 40;
const RIGHT = 14;
const TOP = 14;
const BOTTOM = 34;

type Measured = Candidate & { speedup: number; loss: number };

/** Scales of a plot: a speedup to x, a loss to y. */
interface Scale {
  wide: number;
  speeds: [number, number];
  losses: [number, number];
  x(speedup: number): number;
  y(loss: number): number;
}

/** Candidates by speed and loss, the front among them, and the target. Points are pressed by click, Enter or Space. */
export function plot(job: JobInFull, wide: number, open: (candidate: Candidate) => void): SVGSVGElement {
  const points = job.candidates.filter((one): one is Measured => isNumber(one.speedup) && isNumber(one.loss));
  const scale = scaled(job, points, Math.max(200, wide));
  const label = "Candidates: speedup to the right, quality loss upwards. Arrow keys move, Enter compares.";
  const svg = shape("svg", { viewBox: `0 0 ${scale.wide} ${HIGH}`, width: scale.wide, height: HIGH, role: "group", "aria-label": label });
  svg.append(...axes(scale), ...bounds(job, scale), front(points, scale));
  const drawn = [...points].sort((a, b) => a.speedup - b.speedup);
  const dots = drawn.map((one) => dot(one, scale));
  svg.append(...dots);
  const first = Math.max(0, drawn.findIndex((one) => one.winner));
  roving(dots, first, (at) => {
    const one = drawn[at];
    if (one) open(one);
  });
  return svg;
}

function scaled(job: JobInFull, points: Measured[], wide: number): Scale {
  const target = job.target?.speedup ?? 1.5;
  const bound = job.target?.max_loss ?? 0.05;
  const all = points.flatMap((one) => [one.speedup, one.speedup_low ?? one.speedup, one.speedup_high ?? one.speedup]);
  const speeds: [number, number] = [Math.min(1, ...all) - 0.05, Math.max(target, ...all) * 1.05];
  const losses: [number, number] = [
    Math.min(0, ...points.map((one) => one.loss)) - 0.005,
    Math.max(bound, ...points.map((one) => one.loss)) * 1.15,
  ];
  return {
    wide,
    speeds,
    losses,
    x: (speedup) => LEFT + ((wide - LEFT - RIGHT) * (speedup - speeds[0])) / (speeds[1] - speeds[0]),
    y: (loss) => TOP + (HIGH - TOP - BOTTOM) * (1 - (loss - losses[0]) / (losses[1] - losses[0])),
  };
}

function axes(scale: Scale): SVGElement[] {
  const floor = HIGH - BOTTOM;
  const lines = [
    shape("line", { class: "axis", x1: LEFT, x2: scale.wide - RIGHT, y1: floor, y2: floor }),
    shape("line", { class: "axis", x1: LEFT, x2: LEFT, y1: TOP, y2: floor }),
  ];
  const across = ticks(...scale.speeds).map((speed) => text(scale.x(speed), floor + 14, `${short(speed)}x`, "middle"));
  const upwards = ticks(...scale.losses).map((loss) => text(LEFT - 5, scale.y(loss) + 4, `${short(100 * loss)}%`, "end"));
  const names = [text((LEFT + scale.wide - RIGHT) / 2, HIGH - 4, "speedup", "middle"), text(LEFT + 5, TOP, "loss", "start")];
  return [...lines, ...across, ...upwards, ...names];
}

/** Three to six round numbers in a range. */
export function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, at) => (first + at) * step);
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

function bounds({ target }: JobInFull, scale: Scale): SVGElement[] {
  const drawn: SVGElement[] = [];
  if (isNumber(target?.speedup)) {
    const x = scale.x(target.speedup);
    drawn.push(shape("line", { class: "bound", x1: x, x2: x, y1: TOP, y2: HIGH - BOTTOM }));
  }
  if (isNumber(target?.max_loss)) {
    const y = scale.y(target.max_loss);
    drawn.push(shape("line", { class: "bound", x1: LEFT, x2: scale.wide - RIGHT, y1: y, y2: y }));
  }
  return drawn;
}

function front(points: Measured[], scale: Scale): SVGElement {
  const best = points.filter((one) => one.front).sort((a, b) => a.speedup - b.speedup);
  const through = best.map((one) => `${scale.x(one.speedup)},${scale.y(one.loss)}`).join(" ");
  return shape("polyline", { class: "front", points: through });
}

function dot(one: Measured, scale: Scale): SVGElement {
  const [x, y] = [scale.x(one.speedup), scale.y(one.loss)];
  const state = `${one.met ? "met" : "over"}${one.winner ? " winner" : ""}`;
  const said = `Candidate ${one.number}: ${measured(one)}; ${one.verdict}. ${one.plan}`;
  const group = shape("g", { class: `dot ${state}`, role: "button", "aria-label": said, "data-key": `dot ${one.number}` });
  const title = shape("title", {});
  title.textContent = said;
  group.append(title);
  if (isNumber(one.speedup_low) && isNumber(one.speedup_high)) {
    group.append(shape("line", { class: "sure", x1: scale.x(one.speedup_low), x2: scale.x(one.speedup_high), y1: y, y2: y }));
  }
  group.append(shape("circle", { class: "reach", cx: x, cy: y, r: 12 }), shape("circle", { class: "point", cx: x, cy: y, r: one.winner ? 7 : 5 }));
  return group;
}

function text(x: number, y: number, said: string, anchor: string): SVGElement {
  const made = shape("text", { x, y, "text-anchor": anchor });
  made.textContent = said;
  return made;
}
