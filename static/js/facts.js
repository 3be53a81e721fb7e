// Editing in place: Esc brings the value back as it was, and the focus returns to the fact after saving or cancelling.
const before = new Map();

const box = (element) => element.closest?.(".fact");

function focusFact(id) {
  document.getElementById(id)?.querySelector(".edit")?.focus({ preventScroll: true });
}

function cancel(fact) {
  const old = before.get(fact.id);
  if (!old) return false;
  fact.replaceWith(old);
  htmx.process(old);
  before.delete(fact.id);
  focusFact(old.id);
  return true;
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const fact = box(detail.target);
  if (fact && !fact.classList.contains("editing")) before.set(fact.id, fact.cloneNode(true));
});

// htmx:load comes from the new element; after an outerHTML swap htmx:afterSwap would come from the one that is gone.
document.addEventListener("htmx:load", ({ target: fact }) => {
  if (!fact.matches?.(".fact") || !before.has(fact.id)) return;
  if (fact.classList.contains("editing")) (fact.querySelector("[autofocus]") ?? fact.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
  else {
    before.delete(fact.id);
    focusFact(fact.id);
  }
});

document.addEventListener("keydown", (event) => {
  const fact = box(event.target);
  if (event.key === "Escape" && fact?.querySelector("form") && cancel(fact)) event.preventDefault();
});

// The whole row edits, unless the click was meant for a link in it, or to mark text.
document.addEventListener("click", (event) => {
  const fact = box(event.target);
  if (!fact || event.target.closest("a, button, input, select, textarea, label") || String(getSelection())) return;
  fact.querySelector(".edit")?.click();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fact-cancel]");
  if (button && cancel(box(button))) event.preventDefault();
});
