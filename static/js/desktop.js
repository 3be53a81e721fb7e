// Notifications on the screen of whoever looks elsewhere, in the browsers in which they were allowed.
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
const state = () => {
  if (!isPossible) return "impossible";
  if (Notification.permission === "denied") return "refused";
  return isOn() ? "on" : "off";
};

function draw(card) {
  for (const part of card.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state();
}

document.querySelectorAll("[data-desktop]").forEach((card) => {
  draw(card);
  card.addEventListener("click", async ({ target }) => {
    const wish = target.closest("[data-desktop-wish]")?.dataset.desktopWish;
    if (!wish) return;
    if (wish === "on" && (await Notification.requestPermission()) === "granted") await worker();
    localStorage.setItem(ALLOWED, wish);
    draw(card);
  });
});
