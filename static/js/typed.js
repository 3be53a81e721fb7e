// What is typed into a form while it is under way is not lost with its answer: where the answer finds fault, it stands in
// the form that comes.
import { formSent } from "./forms.js";

const sent = new WeakMap();
const kept = new Map();

const BOXES =
  "textarea, select:not([multiple]), input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=password])";
const named = (form, name) => [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].filter((box) => box.matches(BOXES));
const action = (form) => form.getAttribute("action") ?? "";

// Boxes that share a name are not told apart by it.
function values(form) {
  const boxes = [...form.querySelectorAll(BOXES)].filter(({ name }) => name && named(form, name).length === 1);
  return new Map(boxes.map(({ name, value }) => [name, value]));
}

// By name, what a box holds now and what was sent, where that differs
export function typedSince(form) {
  const then = sent.get(form) ?? new Map();
  const changed = [...values(form)].filter(([name, value]) => then.has(name) && then.get(name) !== value);
  return new Map(changed.map(([name, value]) => [name, { now: value, sent: then.get(name) }]));
}

document.addEventListener("htmx:beforeSend", ({ detail: { requestConfig } }) => {
  const form = formSent(requestConfig);
  if (form) sent.set(form, values(form));
});

document.addEventListener("htmx:beforeSwap", ({ detail: { requestConfig, shouldSwap, xhr } }) => {
  const form = formSent(requestConfig);
  if (!form) return;
  if (shouldSwap && xhr.status >= 400) kept.set(action(form), typedSince(form));
  else kept.delete(action(form));
});

document.addEventListener("htmx:load", ({ target }) => {
  const form = [target, ...target.querySelectorAll("form")].find((found) => kept.has(action(found)));
  if (!form) return;
  for (const [name, { now }] of kept.get(action(form))) {
    const [box] = named(form, name);
    if (!box) continue;
    box.value = now;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  kept.delete(action(form));
});
