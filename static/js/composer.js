// data-behaviour="composer": the text box follows its tab, files are named and weighed before they are sent.
// data-behaviour="upload": chosen files are sent at once. data-behaviour="drawer-skip": closes the drawer.
import { behaviour } from "./behaviour.js";
import { word } from "./words.js";

const MEGABYTE = 1024 * 1024;

function weigh(input, limit) {
  const heavy = [...input.files].find((file) => file.size > limit * MEGABYTE);
  input.setCustomValidity(heavy ? `${heavy.name}: ${word("too_large")} ${limit} MB` : "");
  return input.reportValidity();
}

behaviour('[data-behaviour~="composer"]', (form) => {
  const files = form.elements.files;
  form.addEventListener("change", ({ target }) => {
    if (target.name === "kind") {
      // A task is something to do, a call something done, until somebody says otherwise.
      const state = target.value === "task" ? "planned" : "done";
      for (const radio of form.querySelectorAll("[name=state]")) radio.checked = radio.value === state;
      for (const radio of form.querySelectorAll("[name=outcome]")) radio.checked = false;
    }
    if (target !== files) return;
    if (!weigh(files, Number(files.dataset.most))) files.value = "";
    const names = [...files.files].map((file) => file.name);
    form.querySelector(".file-names").textContent = names.join(", ");
  });
});

behaviour('[data-behaviour~="upload"]', (form) => {
  const files = form.elements.files;
  files.addEventListener("change", () => {
    if (!files.files.length) return;
    if (weigh(files, Number(form.dataset.most))) form.requestSubmit();
    else form.reset();
  });
});

document.addEventListener("click", (event) => {
  const skip = event.target.closest?.('[data-behaviour="drawer-skip"]');
  const drawer = skip?.closest("dialog");
  if (!drawer) return;
  event.preventDefault();
  drawer.close();
});
