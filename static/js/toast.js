// Short messages, with undo. They stay at least eight seconds, wait while hovered or focused; errors stay until closed.
const STAY = 8000;
const pattern = document.getElementById("toast");
const errorIcon = document.getElementById("toast-error-icon");
const region = document.getElementById("toasts");

// A modal dialog makes all outside it unreachable: while one is open, what is said stands in it.
function place() {
  const around = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  if (region && region.parentElement !== around) around.append(region);
}

export function toast({ text, undo = "", level = "success", retry = null }) {
  if (!pattern || !text) return;
  const element = pattern.content.firstElementChild.cloneNode(true);
  element.classList.add(level);
  element.querySelector("p").textContent = text;
  if (level === "error") element.querySelector(".icon").replaceWith(errorIcon.content.cloneNode(true));
  if (undo) offerUndo(element, undo);
  if (retry) offerRetry(element, retry);
  place();
  document.querySelector(`[data-toasts="${level === "error" ? "alert" : "status"}"]`).append(element);
  watch(element);
}

function offerUndo(element, url) {
  const form = element.querySelector("form");
  form.action = url;
  form.elements.next.value = location.pathname + location.search;
  form.hidden = false;
}

function offerRetry(element, retry) {
  const button = element.querySelector('[data-toast="retry"]');
  button.hidden = false;
  button.addEventListener("click", () => {
    element.remove();
    retry();
  });
}

function watch(element) {
  element.querySelector('[data-toast="close"]').addEventListener("click", () => element.remove());
  if (element.classList.contains("error")) return;
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => element.remove(), STAY);
  };
  const pause = () => clearTimeout(timer);
  element.addEventListener("pointerenter", pause);
  element.addEventListener("focusin", pause);
  element.addEventListener("pointerleave", wait);
  element.addEventListener("focusout", wait);
  wait();
}

document.addEventListener("toast", ({ detail }) => toast(detail));
document.addEventListener("toggle", place, true);
document.querySelectorAll(".toasts .toast").forEach(watch);
