// Ctrl+K: pages and actions are filtered here, records are asked from the server 150 ms after the last key; Enter waits.
import { found } from "./found.js";

const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const part = (name) => palette.querySelector(`[data-palette="${name}"]`);
const visible = () => [...palette.querySelectorAll('[role="option"]')].filter((option) => !option.closest("[hidden]"));
let timer = 0;
let asked = null;
let entered = null;

export function openPalette() {
  if (!palette || palette.open) return;
  palette.showModal();
  input.value = "";
  filter();
  input.focus();
}

function choose(option) {
  palette.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
}

function filter() {
  const onlyActions = input.value.startsWith(">");
  const words = input.value.replace(/^>/, "").trim().toLowerCase();
  for (const group of [part("pages"), part("actions")]) {
    for (const option of group.querySelectorAll('[role="option"]')) {
      option.hidden = !option.textContent.toLowerCase().includes(words);
    }
    const some = group.querySelector('[role="option"]:not([hidden])');
    group.hidden = !some || (onlyActions && group === part("pages"));
  }
  clearTimeout(timer);
  asked?.abort();
  entered = null;
  timer = onlyActions || !words ? 0 : setTimeout(ask, 150, input.value.trim());
  if (!timer) part("records").replaceChildren();
  show(!timer);
}

// What was not answered is not "nothing": of that nothing is said.
async function ask(query) {
  asked = new AbortController();
  const answer = await found(palette.dataset.url, query, asked.signal).catch((error) => error);
  if (answer.name === "AbortError") return;
  const isKnown = !(answer instanceof Error);
  part("records").replaceChildren(...(isKnown ? answer.childNodes : []));
  timer = 0;
  show(isKnown);
  if (entered && palette.open) go(visible()[0], entered);
}

function show(final) {
  const options = visible();
  palette.querySelector(".nothing").hidden = !final || options.length > 0;
  const { one, many } = part("count").dataset;
  part("count").textContent = final ? `${options.length} ${options.length === 1 ? one : many}` : "";
  choose(options[0]);
}

function go(option, event) {
  if (!option) return;
  if (option.href) {
    if (event.ctrlKey || event.metaKey) window.open(option.href);
    else location.assign(option.href);
  }
  palette.close();
  if (option.dataset.click) document.querySelector(option.dataset.click)?.click();
}

function keys(event) {
  const options = visible();
  const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(options.at((place + step) % options.length));
  else if (event.key === "Enter" && timer && (!options[place] || part("records").contains(options[place]))) entered = event;
  else if (event.key === "Enter") go(options[place], event);
  else return;
  event.preventDefault();
}

if (palette) {
  input.addEventListener("input", filter);
  input.addEventListener("keydown", keys);
  palette.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option?.dataset.click) go(option, event);
    if (event.target === palette || event.target.closest('[data-palette="close"]')) palette.close();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest('[data-behaviour="palette-open"]') || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openPalette();
  });
}
