// Relations drawn over a text while one of their mentions is pointed at or focused, and evidence found.
const SVG = "http://www.w3.org/2000/svg";
const TYPES = { h: "holder", o: "org", d: "date" };
const SIDES = { "-": "missed", "+": "spurious" };

const prefixOf = (id) => id.slice(0, id.lastIndexOf("m"));

// The relations that a STATUS lists: « h3 d5- ».
function relationsOf(head) {
  return (head.dataset.r ?? "").split(" ").filter(Boolean).map((told) => {
    const [, type, number, side] = told.match(/^([hod])(\d+)([-+]?)$/);
    return { head, type: TYPES[type], tail: document.getElementById(prefixOf(head.id) + "m" + number), side: SIDES[side] };
  });
}

function relationsAround(mark) {
  if (mark.dataset.r !== undefined) return relationsOf(mark);
  const heads = all("mark[data-r]", mark.closest(".text"));
  return heads.flatMap(relationsOf).filter((relation) => relation.tail === mark);
}

function curve(from, to, origin) {
  const [a, b] = [from, to].map((element) => {
    const box = element.getClientRects()[0];
    return { x: box.left + box.width / 2 - origin.left, top: box.top - origin.top, bottom: box.bottom - origin.top };
  });
  if (Math.abs(a.top - b.top) < 4) {
    const lift = Math.min(16, 6 + Math.abs(a.x - b.x) / 20);
    return `M${a.x},${a.top} C${a.x},${a.top - lift} ${b.x},${b.top - lift} ${b.x},${b.top}`;
  }
  const [y, z] = a.top < b.top ? [a.bottom, b.top] : [a.top, b.bottom];
  return `M${a.x},${y} C${a.x},${(y + z) / 2} ${b.x},${(y + z) / 2} ${b.x},${z}`;
}

function clear() {
  all("svg.relations").forEach((drawing) => drawing.remove());
  all("mark.related").forEach((mark) => mark.classList.remove("related"));
  document.getElementById("details").hidden = true;
}

function show(mark) {
  clear();
  const text = mark.closest(".text");
  const relations = relationsAround(mark);
  const drawing = document.createElementNS(SVG, "svg");
  drawing.classList.add("relations");
  drawing.setAttribute("aria-hidden", "true");
  const origin = text.getBoundingClientRect();
  for (const { head, type, tail, side } of relations) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", curve(head, tail, origin));
    path.setAttribute("class", `${type} ${side ?? ""}`);
    drawing.append(path);
    head.classList.add("related");
    tail.classList.add("related");
  }
  text.append(drawing);
  describe(mark, relations);
}

// The same in words, for whoever does not see the lines.
function describe(mark, relations) {
  const label = ["COUNTRY", "PLACE", "ORG", "DATE", "STATUS"].find((name) => mark.classList.contains(name));
  const about = [say(label)];
  if (mark.dataset.s) about.push(say(mark.dataset.s));
  if (mark.dataset.c) about.push(mark.dataset.c);
  for (const side of Object.values(SIDES)) if (mark.classList.contains(side)) about.push(say(side));
  const details = document.getElementById("details");
  details.replaceChildren();
  const line = (key, name, words) => {
    const entry = document.createElement("div");
    const term = document.createElement("span");
    const text = document.createElement("bdi");
    term.className = key;
    term.textContent = name;
    text.textContent = words;
    text.lang = "fr";
    entry.append(term, " ", text);
    details.append(entry);
  };
  line("subject", about.join(" · "), mark.textContent);
  for (const { head, type, tail, side } of relations) {
    const name = mark === head ? say(type) : `${say(type)} · ${say("STATUS")}`;
    line(`line ${type}`, side ? `${name} (${say(side)})` : name, (mark === head ? tail : head).textContent);
  }
  // Never over the mention that it tells of.
  details.classList.toggle("above", mark.getBoundingClientRect().top > innerHeight / 2);
  details.hidden = false;
}

const markOf = (event) => event.target.closest?.(".text mark[id]");
let pointed = null;
let mouse = "";
document.addEventListener("mousemove", (event) => {
  // What scrolls under a resting mouse is not pointed at.
  const at = `${event.screenX} ${event.screenY}`;
  if (at === mouse) return;
  mouse = at;
  const mark = markOf(event);
  if (mark && mark !== pointed) show(mark);
  pointed = mark;
});
document.addEventListener("mouseout", (event) => {
  if (!pointed || markOf(event) !== pointed) return;
  pointed = null;
  const focused = document.activeElement?.closest(".text mark");
  focused ? show(focused) : clear();
});
document.addEventListener("focusin", (event) => (markOf(event) ? show(markOf(event)) : clear()));
document.addEventListener("keydown", (event) => event.key === "Escape" && clear());
addEventListener("resize", clear);

// A link to evidence marks all of its pieces and puts the focus on the trigger, which draws its relations.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-m]");
  if (!link) return;
  all(".evidence.found").forEach((piece) => piece.classList.remove("found"));
  const target = link.hash.slice(1);
  for (const id of (link.dataset.e ?? target).split(" ")) document.getElementById(id)?.classList.add("found");
  const trigger = document.getElementById(link.dataset.m);
  if (!trigger) return;
  event.preventDefault();
  history.pushState(null, "", link.hash);
  const reveal = () => document.getElementById(target).scrollIntoView({ block: "center" });
  reveal();
  trigger.focus({ preventScroll: true });
  // What comes near the window is laid out only then, and may be of another height than foreseen.
  requestAnimationFrame(() => requestAnimationFrame(reveal));
});
