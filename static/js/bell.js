// A notification is read by going to what it is about. Opened in another tab, the link stays a plain link.
import { token } from "./csrf.js";

const PATIENCE = 1_000;
let going = null;

document.addEventListener("click", (event) => {
  // Whoever clicks on something else meanwhile goes there.
  const way = (going = {});
  const link = event.target.closest?.("a[data-read]");
  if (!link) return;
  const told = fetch(link.dataset.read, {
    method: "POST",
    keepalive: true,
    headers: { "X-CSRFToken": token(), "HX-Request": "true" },
  });
  link.closest("li")?.classList.remove("unread");
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  // The page that comes next counts what is unread.
  event.preventDefault();
  const patience = new Promise((go) => setTimeout(go, PATIENCE));
  Promise.race([told.catch(() => {}), patience]).then(() => way === going && location.assign(link.href));
});
