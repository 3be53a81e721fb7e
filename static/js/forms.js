// A form is sent once: its button is busy until the answer, or until the page is shown again by Back.
import { behaviour } from "./behaviour.js";

// An answer that is a file leaves the page as it is: then the form is free again after a while.
const PATIENCE = 5000;

function release(form) {
  form.removeAttribute("aria-busy");
  form.querySelectorAll("button[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(release, PATIENCE, form);
});

// What htmx sends is under way until its answer has come, and where that names another page, until this page has come:
// a second answer would ask for that page again, and what was to be said there would have been said to nobody.
let sent = new WeakSet();

// The form that is sent by a request; what is only asked while one types sends none.
export const formSent = ({ elt, verb }) => verb !== "get" && elt.matches?.("form, button") && elt.closest("form");

// A link is asked for once too: what a second click brings would take the place of what somebody has begun to fill in.
const sender = (request) => (request.elt.matches?.("a") ? request.elt : formSent(request) ?? request.elt);

document.addEventListener("htmx:confirm", (event) => {
  if (sent.has(sender(event.detail))) event.preventDefault();
});
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const form = sender(detail.requestConfig);
  if (form) sent.add(form);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = sender(detail.requestConfig);
  if (!form) return;
  if (detail.xhr.getResponseHeader("HX-Redirect")) setTimeout(() => sent.delete(form), PATIENCE);
  else sent.delete(form);
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll('form[aria-busy="true"]').forEach(release);
  sent = new WeakSet();
});

behaviour('[data-behaviour="password"]', (box) => {
  const input = box.querySelector("input");
  const button = box.querySelector("button");
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  });
});

// A browser sends nothing for a number or a day that it cannot read: what was there would be emptied unseen.
document.addEventListener("submit", (event) => {
  const unread = [...event.target.elements].find((input) => input.validity?.badInput);
  if (!unread) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  unread.reportValidity();
}, true);
