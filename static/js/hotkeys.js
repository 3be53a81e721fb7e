// Single keys press what carries them in data-hotkey ("c", "g o"). Never while somebody types, never when switched off.
import { openPalette } from "./palette.js";

const WAIT = 1200;
const shortcuts = document.getElementById("shortcuts");
let first = "";
let timer = 0;

const typing = (target) =>
  target.isContentEditable || target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea");
const shown = (element) => element.checkVisibility?.() ?? true;

function press(keys) {
  const element = [...document.querySelectorAll(`[data-hotkey="${CSS.escape(keys)}"]`)].find(
    (candidate) => shown(candidate) || candidate.closest("[popover]"),
  );
  if (!element) return false;
  if (element.matches("input, textarea")) element.focus();
  else element.click();
  return true;
}

function saves(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return false;
  event.target.closest?.("form")?.requestSubmit();
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (saves(event) || document.body.dataset.hotkeys !== "on") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const keys = first ? `${first} ${event.key}` : event.key;
  clearTimeout(timer);
  first = "";
  if (press(keys)) event.preventDefault();
  else if (event.key === "g") {
    first = "g";
    timer = setTimeout(() => (first = ""), WAIT);
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest('[data-behaviour="shortcuts-open"]')) {
    document.querySelector("[popover]:popover-open")?.hidePopover();
    shortcuts.showModal();
  }
  if (event.target === shortcuts) shortcuts.close();
});
