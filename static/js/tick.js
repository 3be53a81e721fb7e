// data-tick="5": the element hears `tick` every five seconds while somebody looks at the page: hx-trigger="tick".
import { behaviour } from "./behaviour.js";

behaviour("[data-tick]", (element) => {
  const beat = setInterval(() => {
    if (!element.isConnected) clearInterval(beat);
    else if (!document.hidden) element.dispatchEvent(new CustomEvent("tick"));
  }, Number(element.dataset.tick) * 1000);
});
