// The timeline's axis, its extent in years, and its lanes under the page's filter.
const STEPS = [1 / 12, 1 / 4, 1 / 2, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

for (const frame of all(".timeline")) {
  const section = frame.closest("section");
  const form = section.querySelector("form.years");
  const filter = document.getElementById("filter");
  const more = section.querySelector(".more");
  const whole = ["--lo", "--hi"].map((name) => Number(frame.style.getPropertyValue(name)));
  let limit = Number(frame.dataset.shown);

  function draw([low, high]) {
    frame.style.setProperty("--lo", low);
    frame.style.setProperty("--hi", high);
    const ticks = frame.querySelector(".ticks");
    // Years in a pixel; a label of a month takes some 80 pixels, one of a year 45.
    const scale = (high - low) / Math.max(ticks.clientWidth, 100);
    const step = STEPS.find((each) => each >= (each < 1 ? 80 : 45) * scale) ?? 1000;
    const short = new Intl.DateTimeFormat(language(), { month: "short", year: "numeric", timeZone: "UTC" });
    ticks.replaceChildren();
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high; n++) {
      const months = Math.round(n * step * 12);
      const tick = document.createElement("span");
      tick.style.setProperty("--a", months / 12);
      const label = months % 12 ? short.format(Date.UTC(Math.floor(months / 12), months % 12)) : months / 12;
      // A label needs room to its right.
      if (months / 12 < high - (months % 12 ? 80 : 40) * scale) tick.textContent = label;
      ticks.append(tick);
    }
  }

  function chosen() {
    const [low, high] = [form.low.valueAsNumber, form.high.valueAsNumber];
    return low < high ? [low, high] : whole;
  }

  function refresh() {
    const words = fold(filter.words.value).split(/\s+/).filter(Boolean);
    const status = filter.status.value;
    const passes = (lane) =>
      (!status || lane.querySelector(`.bar.${status}`)) && words.every((word) => fold(lane.textContent).includes(word));
    showSome(all(".lane", frame), passes, limit, more);
  }

  let extent = whole;
  form.addEventListener("input", () => draw((extent = chosen())));
  form.addEventListener("reset", () => draw((extent = whole)));
  form.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("input", refresh);
  more.addEventListener("click", () => {
    limit += Number(frame.dataset.shown);
    refresh();
  });
  document.addEventListener("language", () => {
    draw(extent);
    refresh();
  });
  addEventListener("resize", () => draw(extent));
}
