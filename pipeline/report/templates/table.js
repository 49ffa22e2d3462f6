// The triple table: sorted by a column's button, filtered by words, status and outcome, some rows at a time.
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Shows the first of `items` that pass, and the button for more where there are more. Gives how many pass.
function showSome(items, passes, limit, more) {
  let passed = 0;
  for (const item of items) {
    const fits = passes(item);
    item.hidden = !fits || ++passed > limit;
  }
  more.hidden = passed <= limit;
  return passed;
}

for (const table of all("table.triples")) {
  const body = table.tBodies[0];
  const section = table.closest("section");
  const more = section.querySelector(".more");
  const form = document.getElementById("filter");
  let limit = Number(table.dataset.shown);

  function refresh() {
    const words = fold(form.words.value).split(/\s+/).filter(Boolean);
    const passes = (row) =>
      (!form.status.value || row.querySelector(`[data-t="${form.status.value}"]`)) &&
      (!form.outcome?.value || row.cells[0].dataset.t === form.outcome.value) &&
      has(row, words);
    const passed = showSome(body.rows, passes, limit, more);
    section.querySelector(".count").textContent = `${Math.min(passed, limit)} / ${body.rows.length}`;
  }

  const has = (row, words) => {
    if (!words.length) return true;
    const text = fold(row.textContent);
    return words.every((word) => text.includes(word));
  };

  function sort(header) {
    const descending = header.ariaSort === "ascending";
    all("th", table).forEach((other) => other.removeAttribute("aria-sort"));
    header.ariaSort = descending ? "descending" : "ascending";
    const collator = new Intl.Collator(language(), { numeric: true });
    const numeric = header.classList.contains("confidence");
    const keyed = [...body.rows].map((row) => [row.cells[header.cellIndex].textContent.trim(), row]);
    const compare = numeric
      ? (a, b) => (parseFloat(a) || 0) - (parseFloat(b) || 0)
      // EDTF sorts by its characters: open starts, then years, then unspecified ones.
      : header.classList.contains("date") ? (a, b) => (a < b ? -1 : Number(a > b)) : collator.compare;
    keyed.sort((a, b) => (descending ? -1 : 1) * compare(a[0], b[0]));
    body.append(...keyed.map(([, row]) => row));
    refresh();
  }

  table.tHead.addEventListener("click", (event) => {
    if (event.target.closest("button")) sort(event.target.closest("th"));
  });
  more.addEventListener("click", () => {
    limit += Number(table.dataset.shown);
    refresh();
  });
  form.addEventListener("input", refresh);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("language", refresh);
}
