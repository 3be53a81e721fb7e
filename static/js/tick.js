// data-tick="5": the element hears `tick` every five seconds while somebody looks at the page: hx-trigger="tick".
import { behaviour } from "./behaviour.js";
import { busy } from "./live-parts.js";

behaviour("[data-tick]", (element) => {
  const beat = setInterval(() => {
    if (!element.isConnected) clearInterval(beat);
    else if (!document.hidden && !busy(element)) element.dispatchEvent(new CustomEvent("tick"));
  }, Number(element.dataset.tick) * 1000);
});
