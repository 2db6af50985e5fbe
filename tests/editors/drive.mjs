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
  fs.writeFileSync(path.join(folder, "plain.py"), "print('no pipeline here')\n");
  return folder;
}

async function run(name, work, editor) {
  if (only.length > 0 && !only.some((word) => name.includes(word) || word === "all")) return;
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

const usual = { "diffagent.interpreter": E.PYTHON, "diffagent.models": "zoo", "diffagent.threads": 1 };
install();
if (!only.includes("trouble")) {
  const folder = workspace("project");
  const editor = await Editor.open("main", folder, usual);
  editor.folder = folder;
  for (const [name, work] of STEPS) await run(name, work, editor);
  fs.cpSync(path.join(editor.user, "logs"), path.join(E.PICTURES, "logs"), { recursive: true });
  await editor.close();
}
for (const [name, { settings, trust, work }] of TROUBLE) {
  if (only.length > 0 && !only.includes("trouble") && !only.some((word) => name.includes(word))) continue;
  const folder = workspace(name.replace(/\W+/g, "-"));
  const editor = await Editor.open(name.replace(/\W+/g, "-"), folder, { ...usual, ...settings }, { trust });
  editor.folder = folder;
  await run(name, work, editor);
  await editor.close();
}
console.log(failures.length > 0 ? `${failures.length} failed; pictures are in ${E.PICTURES}` : `all held; pictures are in ${E.PICTURES}`);
process.exit(failures.length > 0 ? 1 : 0);
