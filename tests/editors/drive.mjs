// The person's way through the extension, end to end, in a real editor. Each step asserts; pictures are kept.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { E, Editor, install } from "./editor.mjs";
import { STEPS } from "./steps.mjs";
import { TROUBLE } from "./trouble.mjs";

const only = process.argv.slice(2);
const failures = [];

function workspace(name) {
  const folder = path.join(E.FOLDER, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(path.join(E.ROOT, "examples/sd15_text2img.py"), path.join(folder, "draw.py"));
  fs.copyFileSync(path.join(E.ROOT, "tests/editors/hints.py.txt"), path.join(folder, "hints.py"));
  fs.copyFileSync(path.join(E.ROOT, "examples/sd15_text2img.py"), path.join(folder, "again.py"));
  fs.writeFileSync(path.join(folder, "cells.ipynb"), JSON.stringify(cells(path.join(folder, "hints.py"))));
  fs.writeFileSync(path.join(folder, "plain.py"), "print('no pipeline here')\n");
  return folder;
}

/** A script as a notebook: a cell for each of its paragraphs. */
function cells(script) {
  const code = fs.readFileSync(script, "utf8").trimEnd().split(/\n\n+/);
  const all = code.map((source) => ({ cell_type: "code", source, metadata: {}, outputs: [], execution_count: null }));
  const kernel = { display_name: "Python 3", language: "python", name: "python3" };
  return { cells: all, metadata: { kernelspec: kernel, language_info: { name: "python" } }, nbformat: 4, nbformat_minor: 5 };
}

function wanted(name) {
  return only.length === 0 || only.some((word) => name.includes(word));
}

async function run(name, work, editor) {
  const started = Date.now();
  try {
    await work(editor, assert);
    console.log(`ok    ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures.push(name);
    console.log(`FAIL  ${name}: ${error.message}`);
    await editor?.picture(`failed-${name.replace(/\W+/g, "-")}`).catch(() => undefined);
  }
}

/** One window, its steps, and its logs where something did not hold. */
async function inWindow(name, settings, options, steps) {
  const chosen = steps.filter(([step]) => wanted(step));
  if (chosen.length === 0) return;
  const before = failures.length;
  let editor;
  await run(`${name}: the editor opens`, async () => {
    const folder = workspace(name);
    editor = await Editor.open(name, folder, { ...usual, ...settings }, options);
    editor.folder = folder;
  });
  if (!editor) return;
  for (const [step, work] of chosen) await run(step, work, editor);
  if (failures.length > before) {
    fs.cpSync(path.join(editor.user, "logs"), path.join(E.PICTURES, `logs-${name}`), { recursive: true });
  }
  await editor.close();
}

const usual = { "diffagent.interpreter": E.PYTHON, "diffagent.models": "zoo", "diffagent.threads": 1 };
install();
for (const [name, { settings, trust, work }] of TROUBLE) {
  await inWindow(name.replace(/\W+/g, "-"), settings, { trust }, [[name, work]]);
}
await inWindow("project", {}, {}, STEPS);
console.log(`${failures.length > 0 ? `${failures.length} failed` : "all held"}; pictures are in ${E.PICTURES}`);
process.exit(failures.length > 0 ? 1 : 0);
