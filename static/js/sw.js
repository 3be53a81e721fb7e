// The service worker: shows what a page tells it to, and leads there when it is pressed. It keeps nothing.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((windows) => {
      const there = windows.find((page) => new URL(page.url).pathname === url);
      return there ? there.focus() : self.clients.openWindow(url);
    }),
  );
});
