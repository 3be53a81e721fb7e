// Binds a behaviour to the elements that ask for it, now and after every swap.
const bound = new WeakMap();

export function behaviour(selector, bind) {
  const start = (root) => {
    const found = root.matches?.(selector) ? [root] : [];
    for (const element of [...found, ...root.querySelectorAll(selector)]) {
      const done = bound.get(element) ?? new Set();
      if (done.has(bind)) continue;
      bound.set(element, done.add(bind));
      bind(element);
    }
  };
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt ?? event.target));
}
