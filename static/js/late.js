// A part that follows what changes, and an answer that comes late for it.
const missed = new Map();

const again = (part) => part.dispatchEvent(new CustomEvent("live:change"));

// Another address than it has by now, because somebody has searched or filtered meanwhile: it is asked for anew.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, path } = detail.requestConfig;
  if (!elt.matches("[data-live][hx-get]") || detail.target !== elt) return;
  if (path === (elt.getAttribute("hx-get") || location.href)) return;
  detail.shouldSwap = false;
  setTimeout(again, 0, elt);
});

// What changes while it is fetched is asked for afterwards, by the part that was fetched: the one that heard is gone.
function hear(part) {
  if (part.matches("[data-live]") && (part.matches(".htmx-request") || part.querySelector(".htmx-request"))) missed.set(part.id, part);
}

document.addEventListener("live:change", ({ target }) => hear(target), true);
document.addEventListener("record:changed", () => document.querySelectorAll('[hx-trigger*="record:changed"]').forEach(hear));
document.addEventListener("htmx:load", ({ target }) => {
  const before = missed.get(target.id);
  if (!before || before === target) return;
  missed.delete(target.id);
  again(target);
});
