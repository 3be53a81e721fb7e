// <input data-suggest="/companies/suggest/">: asks for <option>s while one types and offers them as a datalist.
import { behaviour } from "./behaviour.js";
import { found } from "./found.js";

behaviour("input[data-suggest]", (input) => {
  const list = document.createElement("datalist");
  list.id = `${input.id}-suggestions`;
  input.after(list);
  input.setAttribute("list", list.id);
  let timer = 0;
  let asked = null;

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    try {
      const page = await found(input.dataset.suggest, input.value, asked.signal);
      list.replaceChildren(...page.querySelectorAll("option"));
    } catch {
      // Without suggestions the name can still be typed.
    }
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    // A choice from the list is no new question.
    if (event.inputType !== "insertReplacementText" && input.value.trim()) timer = setTimeout(ask, 150);
  });
});
