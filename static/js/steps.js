// On a phone the way of a deal is wider than the screen: it begins where the deal is.
import { behaviour } from "./behaviour.js";

behaviour(".deal-steps", (list) => {
  const current = list.querySelector('[aria-current="step"]');
  if (current) list.scrollLeft = current.offsetLeft - list.offsetLeft - 24;
});
