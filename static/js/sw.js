// The service worker: shows what a page or a push tells it to, and leads there when it is pressed. It keeps nothing.
const BROWSERS = "/notifications/browsers/";
const windows = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  event.waitUntil(
    windows().then((open) => {
      const there = open.find((page) => new URL(page.url).pathname === url);
      return there ? there.focus() : self.clients.openWindow(url);
    }),
  );
});

// Safari takes the permission away from a site that shows nothing; others let it be while one of its pages has the focus.
async function mustShow() {
  const found = await self.registration.pushManager.getSubscription();
  return Boolean(found) && new URL(found.endpoint).hostname.endsWith(".push.apple.com");
}

// Said by the server in a message that this browser alone can read. Whoever looks at Rapport just now hears the bell.
async function show({ title, body, tag, url }) {
  if ((await windows()).some((page) => page.focused) && !(await mustShow())) return;
  await self.registration.showNotification(title, { body, tag, data: { url } });
}

self.addEventListener("push", (event) => {
  if (event.data) event.waitUntil(show(event.data.json()));
});

// The push service has given this browser another address: the server is told, as long as somebody is signed in here.
async function moved(given) {
  const answer = await fetch(`${BROWSERS}key/`);
  const { key, token } = answer.redirected || !answer.ok ? {} : await answer.json();
  if (!key) return;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const { endpoint, keys } = (given ?? (await self.registration.pushManager.subscribe(options))).toJSON();
  const headers = { "X-CSRFToken": token };
  await fetch(`${BROWSERS}keep/`, { method: "POST", headers, body: new URLSearchParams({ endpoint, ...keys }) });
}

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(moved(event.newSubscription)));
