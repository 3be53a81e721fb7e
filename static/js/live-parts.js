// The parts of a page that follow what changes: when one is fetched again, and when it waits.
const told = new Map();
const waiting = new Set();
const timers = new Map();

export const parts = () => [...document.querySelectorAll("[data-live]")];

// The class "editing" comes only when htmx has settled: a fact with a form in it is one that is edited.
const busy = (part) =>
  part.matches(".dragging") ||
  part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea") ||
  part.querySelector(
    ".fact form, .note-form, .merge, [aria-busy='true'], .menu-details[open], .comments form",
  );

// What takes long to make is fetched no more often than every so many seconds, and only while it is looked at.
export function tell(part) {
  const pause = 1000 * (part.dataset.liveEvery ?? 0);
  const left = (told.get(part.id) ?? 0) + pause - Date.now();
  // An open form is not taken away from under somebody's hands: the part is fetched when it is closed.
  if (busy(part) || (pause && document.hidden)) waiting.add(part.id);
  else if (left > 0) later(part.id, left);
  else {
    waiting.delete(part.id);
    told.set(part.id, Date.now());
    part.dispatchEvent(new CustomEvent("live:change", { bubbles: false }));
  }
}

function later(id, delay) {
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => parts().filter((part) => part.id === id).forEach(tell), delay));
}

export const tellWaiting = () => parts().filter((part) => waiting.has(part.id)).forEach(tell);

// Asked for before the form was opened, answered after: the answer waits too.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const part = detail.requestConfig.elt;
  if (!part.matches("[data-live]") || detail.target !== part || !busy(part)) return;
  detail.shouldSwap = false;
  waiting.add(part.id);
});

// Who has another tab before them looks at nothing: no sign is given that they do.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (!document.hidden || !elt.matches("[data-live-seen]")) return;
  event.preventDefault();
  waiting.add(elt.id);
});
