// A form is sent once: its button is busy until the answer, or until the page is shown again by Back.
import { behaviour } from "./behaviour.js";

const buttons = (form) => form.querySelectorAll('button:not([type="button"])');

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
  event.submitter?.setAttribute("aria-busy", "true");
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll('form[aria-busy="true"]')) {
    form.removeAttribute("aria-busy");
    buttons(form).forEach((button) => button.removeAttribute("aria-busy"));
  }
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
