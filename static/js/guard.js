// data-behaviour="guard": leaving a page with text that is not saved asks first.
import { formSent } from "./forms.js";

const changed = new Set();

const guarded = (target) => target.closest?.('form[data-behaviour~="guard"]');

document.addEventListener("input", ({ target }) => {
  const form = guarded(target);
  if (form) changed.add(form);
});
// What htmx sends is saved when the answer says so: until then, leaving would stop it on its way.
document.addEventListener("submit", ({ target }) => target.hasAttribute("hx-post") || changed.delete(target), true);
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (xhr.status < 400 && !event.defaultPrevented) changed.delete(formSent(requestConfig));
});
document.addEventListener("reset", ({ target }) => changed.delete(target), true);
// An answer that keeps the form on the page (422, 409, or a failure) keeps the text unsaved.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr.status >= 400 || detail.xhr.status === 0) {
    const form = guarded(detail.elt);
    if (form?.isConnected) changed.add(form);
  }
});

window.addEventListener("beforeunload", (event) => {
  const lost = [...changed].some((form) => form.isConnected);
  if (lost) event.preventDefault();
});
