// <input data-suggest="/companies/suggest/">: asks for <option>s while one types and offers them as a datalist.
import { behaviour } from "./behaviour.js";

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
    const url = new URL(input.dataset.suggest, location.href);
    url.searchParams.set("q", input.value);
    try {
      const answer = await fetch(url, { signal: asked.signal, headers: { "HX-Request": "true" }, redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
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
