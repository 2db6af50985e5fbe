import type { Picture } from "../protocol";
import { element } from "./dom";

let addresses: string[] = [];
let drawn: Picture[] | undefined;

/** Pictures side by side: before on the left, after on the right, at the same prompt and seed. */
export function pairs(part: HTMLElement, pictures: Picture[]): void {
  if (pictures === drawn || (pictures.length === 0 && drawn?.length === 0)) return;
  drawn = pictures;
  addresses.forEach((address) => URL.revokeObjectURL(address));
  addresses = [];
  part.replaceChildren();
  if (pictures.length === 0) return;
  part.append(element("h2", {}, "Before and after"));
  part.append(element("p", { class: "faint" }, "At the same prompts and seeds."));
  part.append(...pictures.map(pair));
}

function pair({ prompt, before, after }: Picture): HTMLElement {
  const figure = element("figure", {});
  figure.append(image(before, `Before: ${prompt}`), image(after, `After: ${prompt}`));
  figure.append(element("figcaption", {}, prompt));
  return figure;
}

function image(bytes: Uint8Array, said: string): HTMLElement {
  const address = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
  addresses.push(address);
  return element("img", { src: address, alt: said, title: said });
}
