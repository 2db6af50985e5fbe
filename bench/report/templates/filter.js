(() => {
  const form = document.getElementById("filter"), rows = [...document.querySelectorAll("#list tbody tr")];
  const shown = document.getElementById("shown"), none = document.getElementById("none");
  const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const update = () => {
    const { level, pipeline, verdict, words } = Object.fromEntries(new FormData(form));
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const d = row.dataset;
      const said = !verdict || verdict === d.verdict || (verdict === "failed" && d.verdict !== "passed");
      const fits = said && (!level || level === d.level) && (!pipeline || pipeline === d.pipeline);
      row.hidden = !(fits && wanted.every((word) => text.get(row).includes(word)));
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = count + " of " + rows.length + " shown";
    none.hidden = count > 0;
  };
  form.hidden = false;
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));
  update();
})();
