// Light or dark at once; the server keeps the choice and writes it into the next page.
import { behaviour } from "./behaviour.js";
import { token } from "./csrf.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
const changed = () => document.dispatchEvent(new CustomEvent("theme:change"));

behaviour('form[data-behaviour="theme"]', (form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const theme = dark() ? "light" : "dark";
    root.dataset.theme = theme;
    changed();
    const body = new FormData(form);
    body.set("theme", theme);
    fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": token() }, redirect: "manual" });
  });
});

system.addEventListener("change", changed);
