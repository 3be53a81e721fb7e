// The day: j and k walk its lines, d does one, s puts one off, o opens it. Refreshed after every action; the place is kept.
const page = () => document.querySelector('[data-behaviour="day"]');
const lines = () => [...document.querySelectorAll(".day-line:not(.done)")].filter((line) => line.checkVisibility());
const STALE = 120_000;
let current = "";
let place = 0;
let open = [];
let section = "";
let fetched = Date.now();

function mark(line, { focus = true } = {}) {
  document.querySelectorAll(".day-line.current").forEach((other) => other.classList.remove("current"));
  if (!line) return;
  line.classList.add("current");
  current = line.id;
  place = lines().indexOf(line);
  if (focus) line.querySelector("a.title")?.focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = lines();
  const at = all.findIndex((line) => line.id === current);
  const next = at < 0 ? Math.min(place, all.length - 1) : Math.max(0, Math.min(at + step, all.length - 1));
  mark(all[at < 0 && step < 0 ? Math.max(0, place - 1) : next]);
}

const sectionOf = (line) => line?.closest("section")?.id ?? "";
const chosen = () => lines().find((line) => line.id === current);
const act = {
  d: (line) => line.querySelector("form.tick")?.requestSubmit(),
  s: (line) => {
    const menu = line.querySelector("details.tools");
    if (menu) menu.open = true;
    menu?.querySelector(".menu-item")?.focus();
  },
  o: (line) => (line.querySelector(".sub a") ?? line.querySelector("a.title"))?.click(),
};

function keys(event) {
  if (document.body.dataset.hotkeys !== "on" || event.defaultPrevented || !page()) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input, select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key];
  const line = chosen();
  if (step && lines().length) move(step);
  else if (act[event.key] && line) act[event.key](line);
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", keys);
document.addEventListener("focusin", ({ target }) => {
  const line = target.closest?.(".day-line:not(.done)");
  if (line && line.id !== current) mark(line, { focus: false });
});

// A refresh must not fold what is open, nor lose the line one stands on; one that was put off is not followed to its day.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target !== page()) return;
  const editing = detail.target.querySelector("form.due-form, form.note-form");
  if (editing && detail.requestConfig.elt === detail.target) detail.shouldSwap = false;
  open = [...detail.target.querySelectorAll("details[id][open]")].map((details) => details.id);
  section = sectionOf(chosen());
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== page()?.id) return;
  fetched = Date.now();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  const lost = document.activeElement === document.body && current;
  const stayed = sectionOf(chosen()) === section && chosen();
  const line = stayed || lines()[Math.min(place, lines().length - 1)];
  if (current && line) mark(line, { focus: Boolean(lost) || !stayed });
});

// Hours pass and colleagues work: fetched anew when one comes back, and while nothing is open on it.
const busy = () => document.querySelector("dialog[open], .day details.tools[open], .day form[aria-busy=true]");
function refresh() {
  if (document.hidden || !page() || busy() || Date.now() - fetched < STALE) return;
  page().dispatchEvent(new Event("day:stale"));
}
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, STALE);
