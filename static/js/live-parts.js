// The parts of a page that follow what changes: when one is fetched again, and when it waits.
const told = new Map();
const waiting = new Set();
const timers = new Map();
const forced = new Set();

const newsOf = (part) => document.querySelector(`[data-live-news="${part.id}"]`);

export const parts = () => [...document.querySelectorAll("[data-live]")];

// The class "editing" comes only when htmx has settled: a fact with a form in it is one that is edited.
export const busy = (part) =>
  part.matches(".dragging") ||
  isRead(part) ||
  part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea") ||
  part.querySelector(
    ".fact form, .note-form, .merge, [aria-busy='true'], [data-resting], .menu-details[open], .menu:popover-open, " +
      ".comments form, :is(form, button).htmx-request",
  );

// Rows do not move under the pointer, under the keys, under what is chosen, nor under a finger that may come any time.
const isRead = (part) =>
  part.matches("[data-live-still]") &&
  (matchMedia("(hover: none)").matches ||
    part.matches(":hover") ||
    part.contains(document.activeElement) ||
    part.querySelector("form.cell-form, :checked"));

function wait(part) {
  waiting.add(part.id);
  const news = newsOf(part);
  if (news) news.hidden = false;
}

function fetchAgain(part) {
  waiting.delete(part.id);
  told.set(part.id, Date.now());
  const news = newsOf(part);
  if (news) news.hidden = true;
  part.dispatchEvent(new CustomEvent("live:change", { bubbles: false }));
}

// What takes long to make is fetched no more often than every so many seconds, and only while it is looked at.
export function tell(part) {
  const pause = 1000 * (part.dataset.liveEvery ?? 0);
  const left = (told.get(part.id) ?? 0) + pause - Date.now();
  // An open form is not taken away from under somebody's hands: the part is fetched when it is closed. Nor is the place
  // of whoever has come far down, by loading what is older: they say when.
  if (busy(part) || part.querySelector("[data-live-grown]") || (pause && document.hidden)) wait(part);
  else if (left > 0) later(part.id, left);
  else fetchAgain(part);
}

function later(id, delay) {
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => parts().filter((part) => part.id === id).forEach(tell), delay));
}

export const tellWaiting = () => parts().filter((part) => waiting.has(part.id)).forEach(tell);

// Asked for before the form was opened, answered after: the answer waits too.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const part = detail.requestConfig.elt;
  if (!part.matches("[data-live]") || detail.target !== part || forced.delete(part.id) || !busy(part)) return;
  detail.shouldSwap = false;
  wait(part);
});

document.addEventListener("click", ({ target }) => {
  const news = target.closest("[data-live-news]");
  if (!news) return;
  forced.add(news.dataset.liveNews);
  fetchAgain(document.getElementById(news.dataset.liveNews));
});

// Who has another tab before them looks at nothing: no sign is given that they do.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (!document.hidden || !elt.matches("[data-live-seen]")) return;
  event.preventDefault();
  waiting.add(elt.id);
});
