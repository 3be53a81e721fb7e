// Notifications on the screen of whoever looks elsewhere, in the browsers in which they were allowed: by push, else by an
// open tab.
import { isPushed, keep, keepUp, leave } from "./push.js";

const ALLOWED = "rapport-desktop";
const LAST = "rapport-desktop-last";
const isPossible = "serviceWorker" in navigator && "Notification" in window;
const isOn = () => isPossible && Notification.permission === "granted" && localStorage.getItem(ALLOWED) === "on";
const worker = () => navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready);

async function news(url) {
  const answer = await fetch(`${url}?after=${localStorage.getItem(LAST) ?? ""}`);
  if (!answer.ok) return [];
  const { last, news: found } = await answer.json();
  localStorage.setItem(LAST, last);
  return found;
}

async function show(url) {
  if (await isPushed()) return;
  // Of several tabs one asks; what it has shown the others find as shown.
  const found = await navigator.locks.request("rapport-desktop", () => news(url));
  const registration = found.length ? await worker() : null;
  for (const { id, text, url: to } of found) {
    await registration.showNotification(document.getElementById("bell").dataset.from, {
      body: text,
      tag: `notification-${id}`,
      data: { url: to },
    });
  }
}

// The bell hears of it by its topic; that does not bubble.
document.addEventListener("live:change", ({ target }) => {
  if (target.id === "bell-live" && isOn() && !document.hasFocus()) show(target.dataset.news);
}, true);

// Where it is allowed and forbidden again
async function state() {
  if (!isPossible) return "impossible";
  if (Notification.permission === "denied") return "refused";
  if (!isOn()) return "off";
  return (await isPushed()) ? "on" : "tab";
}

async function draw(card) {
  const now = await state();
  for (const part of card.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(now);
}

const changed = () => document.getElementById("browsers")?.dispatchEvent(new CustomEvent("browsers:change"));

async function wish(on) {
  if (on && (await Notification.requestPermission()) !== "granted") return;
  localStorage.setItem(ALLOWED, on ? "on" : "off");
  if (!on) await leave();
  else if (!(await keep())) await worker();
  changed();
}

const cards = [...document.querySelectorAll("[data-desktop]")];
// From the list, here or from elsewhere
const isRemoved = async () => cards.length && (await isPushed()) && !document.querySelector("#browsers [data-this]");

async function begin() {
  if (isOn() && (await isRemoved())) await wish(false);
  else if (isOn() && (await keepUp())) changed();
  cards.forEach(draw);
}

for (const card of cards) {
  card.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-desktop-wish]");
    if (!button) return;
    // A network without a way out may take long to say so.
    const slow = setTimeout(() => draw(card), 1_500);
    await wish(button.dataset.desktopWish === "on");
    clearTimeout(slow);
    await draw(card);
  });
}
begin();
