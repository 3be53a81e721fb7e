// <input type="date">: each browser writes a day in a way of its own. Below it stands in words which day it is.
const lang = document.documentElement.lang || "en";
const language = lang === "en" ? "en-GB" : lang;
const DAY = 86_400_000;
const NEAR = 31;
const parts = { weekday: "short", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
const day = new Intl.DateTimeFormat(language, parts);
const near = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const far = new Intl.RelativeTimeFormat(language);

function away(days) {
  if (Math.abs(days) < NEAR) return near.format(days, "day");
  const months = Math.round(days / 30.44);
  return Math.abs(months) < 24 ? far.format(months, "month") : far.format(Math.round(days / 365.25), "year");
}

// Half a year that is being typed is the year 2 or 20: of that nothing is said.
function words(moment) {
  const year = new Date(moment).getUTCFullYear();
  if (!(year >= 1900 && year <= 2200)) return "";
  const now = new Date();
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return `${day.format(moment)}, ${away(Math.round((moment - today) / DAY))}`;
}

function tell(input) {
  const box = document.getElementById(`${input.id}_words`);
  if (!box) return;
  box.textContent = words(input.valueAsNumber);
  const described = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)).add(box.id);
  input.setAttribute("aria-describedby", [...described].join(" "));
}

const tellAll = () => document.querySelectorAll('input[type="date"]').forEach(tell);

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => target.matches?.('input[type="date"]') && tell(target));
}
document.addEventListener("reset", () => setTimeout(tellAll));
document.addEventListener("htmx:afterSettle", tellAll);
tellAll();
