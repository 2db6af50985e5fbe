/** An HTML element with attributes and text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

/** An SVG element with attributes. */
export function shape<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string | number>,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** One tab stop for a group: arrows move the focus in it, Enter and Space press. */
export function roving(items: (HTMLElement | SVGElement)[], first: number, press: (at: number) => void): void {
  items.forEach((item, at) => {
    item.setAttribute("tabindex", at === first ? "0" : "-1");
    item.addEventListener("click", () => press(at));
    item.addEventListener("keydown", (event) => {
      const { key } = event as KeyboardEvent;
      if (key === "Enter" || key === " ") press(at);
      else if (!move(items, at, key)) return;
      event.preventDefault();
    });
  });
}

function move(items: (HTMLElement | SVGElement)[], at: number, key: string): boolean {
  const last = items.length - 1;
  const to: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowRight: at + 1,
    ArrowUp: at - 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: last,
  };
  const next = to[key];
  if (next === undefined) return false;
  const goal = items[Math.max(0, Math.min(last, next))];
  for (const item of items) item.setAttribute("tabindex", item === goal ? "0" : "-1");
  goal?.focus();
  return true;
}

/** Draw a part anew, and give the focus back to the item that had it. */
export function keepingFocus(part: HTMLElement, draw: () => void): void {
  const key = part.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null;
  draw();
  if (key) part.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}
