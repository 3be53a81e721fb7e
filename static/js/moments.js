// <time datetime="…" data-relative>: "2 hours ago", kept true while the page is open. The title has the full date.
const UNITS = [
  ["year", 31557600],
  ["month", 2629800],
  ["week", 604800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const format = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });

function relative(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return format.format(Math.round(seconds / size), unit);
}

function refresh(root = document) {
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const moment = Date.parse(element.dateTime);
    if (!Number.isNaN(moment)) element.textContent = relative(moment);
  }
}

refresh();
setInterval(refresh, 60_000);
document.addEventListener("htmx:load", (event) => refresh(event.target));
