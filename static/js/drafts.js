// data-behaviour="draft": what is typed into its box is kept in this tab until it is saved, for the user who typed it:
// a session may end meanwhile, or a page be left by mistake.
import { behaviour } from "./behaviour.js";
import { formSent } from "./forms.js";
import { typedSince } from "./typed.js";

const PREFIX = "rapport-draft ";
const mine = PREFIX + (document.getElementById("bell-live")?.dataset.live ?? "");
const key = (form) => `${mine} ${new URL(form.action).pathname}`;

// Nobody finds what another user of this browser began.
for (const name of Object.keys(sessionStorage)) {
  if (name.startsWith(PREFIX) && !name.startsWith(`${mine} `)) sessionStorage.removeItem(name);
}

behaviour('[data-behaviour~="draft"]', (form) => {
  const box = form.elements.body;
  const kept = sessionStorage.getItem(key(form));
  if (kept && !box.value) {
    box.value = kept;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.addEventListener("input", () => {
    if (box.value.trim()) sessionStorage.setItem(key(form), box.value);
    else sessionStorage.removeItem(key(form));
  });
});

// What was typed on while it was saved is the beginning of the next.
function rest(form) {
  const { now, sent } = typedSince(form).get("body") ?? { now: "", sent: "" };
  return now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
}

// Before the next form comes; a way to the sign-in page comes without a swap.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const form = formSent(detail.requestConfig);
  if (!form || !form.matches('[data-behaviour~="draft"]') || detail.xhr.status >= 300) return;
  if (rest(form)) sessionStorage.setItem(key(form), rest(form));
  else sessionStorage.removeItem(key(form));
});
