// Push: this browser shows what happens also when no page of Rapport is open. While it does, no tab shows it.
import { token } from "./csrf.js";

const KEPT = "rapport-push";
const TRIED = "rapport-push-tried";
// What a page that is being left did not get done is no failure: the next page does it.
let gone = false;
addEventListener("pagehide", () => (gone = true));
addEventListener("pageshow", () => (gone = false));
const bell = () => document.getElementById("bell-live");
const mark = () => bell()?.dataset.mark ?? "";
const address = (name) => `${bell().dataset.browsers}${name}/`;
const worker = () => navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready);
// Under which session the server knows which address of this browser
const stamp = ({ endpoint }) => `${mark()} ${endpoint}`;

async function present() {
  const registration = await navigator.serviceWorker?.getRegistration("/");
  return (await registration?.pushManager?.getSubscription()) ?? null;
}

// Whether what happens comes by push
export async function isPushed() {
  const found = await present();
  return Boolean(found) && localStorage.getItem(KEPT) === stamp(found);
}

const send = (name, fields) =>
  fetch(address(name), {
    method: "POST",
    headers: { "X-CSRFToken": token() },
    body: new URLSearchParams(fields),
  }).then(({ status }) => status === 204);

const encoded = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// With the key of this installation; one that listens to another key hears nothing.
async function subscribed(key) {
  const { pushManager } = await worker();
  const found = await pushManager.getSubscription();
  if (found && encoded(found.options.applicationServerKey) === key) return found;
  await found?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function keepNow() {
  if (await isPushed()) return true;
  const { key } = await fetch(address("key")).then((answer) => answer.json());
  if (!key) return false;
  const found = await subscribed(key);
  const { endpoint, keys } = found.toJSON();
  if (!(await send("keep", { endpoint, ...keys }))) throw new Error("not kept");
  localStorage.setItem(KEPT, stamp(found));
  return true;
}

// Without a push service that answers, false: then an open tab shows what happens, as before there was push.
export const keep = () =>
  navigator.locks.request("rapport-push", () =>
    keepNow().catch(async () => {
      if (!gone) await (await present())?.unsubscribe().catch(() => {});
      return false;
    }));

// After a sign-in, and once a day where it failed: a network may have opened. Whether it is new.
export async function keepUp() {
  const now = `${mark()} ${new Date().toDateString()}`;
  if (!mark() || localStorage.getItem(TRIED) === now || (await isPushed())) return false;
  const isNew = await keep();
  if (!isNew && !gone) localStorage.setItem(TRIED, now);
  return isNew;
}

export async function leave() {
  const found = await present();
  localStorage.removeItem(KEPT);
  if (!found) return;
  if (mark()) await send("leave", { endpoint: found.endpoint }).catch(() => {});
  await found.unsubscribe();
}
