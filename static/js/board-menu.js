// "Move to…": one menu for all cards of a board. Without it the button is a link to a page that asks the same.
import { current, placeOf } from "./board-card.js";
import { move } from "./board-move.js";

let card = null;

const menu = () => document.getElementById("kanban-menu");

function place(button) {
  const box = button.getBoundingClientRect();
  const panel = menu();
  if (matchMedia("(max-width: 760px)").matches) {
    panel.style.removeProperty("left");
    panel.style.removeProperty("top");
    return;
  }
  const { offsetWidth: width, offsetHeight: height } = panel;
  panel.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  panel.style.top = `${box.bottom + height + 12 > innerHeight ? Math.max(8, box.top - height - 4) : box.bottom + 4}px`;
}

function open(button) {
  card = button.closest("[data-card]");
  const here = card.closest("[data-column]").dataset.column;
  for (const item of menu().querySelectorAll("[data-board-to]")) item.hidden = item.dataset.boardTo === here;
  menu().showPopover();
  place(button);
  menu().querySelector("[data-board-to]:not([hidden])")?.focus();
}

function choose(key) {
  const chosen = current(card);
  menu().hidePopover();
  if (!chosen.isConnected) return;
  const from = placeOf(chosen);
  const list = document.querySelector(`[data-column="${CSS.escape(key)}"] [data-cards]`);
  if (list) list.prepend(chosen);
  chosen.querySelector(".title").focus();
  move(chosen, { from, to: key });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-board-menu]");
  if (button && menu() && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (!button.closest("[data-card]").hasAttribute("aria-busy")) open(button);
  }
  const item = event.target.closest("[data-board-to]");
  if (item && card) choose(item.dataset.boardTo);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-board-to]")) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu().querySelectorAll("[data-board-to]:not([hidden])")];
  items[(items.indexOf(event.target) + step + items.length) % items.length].focus();
});
