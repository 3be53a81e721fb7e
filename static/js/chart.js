// Draws the table that is already on the page: <figure data-chart="bar"> with a <canvas> and a <table data-chart-table>.
// A column is a series when its <th> has data-series ("bar", "line", "dashed"); numbers come from data-value.
import { behaviour } from "./behaviour.js";
import { colour } from "./colour.js";

const SERIES = ["--series-1", "--series-2", "--series-3", "--series-4"];
const SHAPES = ["circle", "rectRot", "triangle", "rect"];
const still = matchMedia("(prefers-reduced-motion: reduce)");

const number = (cell) => (cell?.dataset.value === undefined || cell.dataset.value === "" ? null : Number(cell.dataset.value));

function series(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const columns = heads.map((head, place) => ({ head, place })).filter(({ head }) => head.dataset.series);
  return {
    labels: rows.map((row) => row.cells[0].dataset.short ?? row.cells[0].textContent.trim()),
    datasets: columns.map(({ head, place }, index) => dataset(head, index, rows.map((row) => number(row.cells[place])))),
  };
}

function dataset(head, index, data) {
  const ink = colour(SERIES[index % SERIES.length]);
  const line = head.dataset.series !== "bar";
  return {
    label: head.textContent.trim(),
    data,
    type: line ? "line" : "bar",
    order: line ? 0 : 1,
    backgroundColor: ink,
    borderColor: ink,
    borderWidth: line ? 2 : 0,
    borderDash: head.dataset.series === "dashed" ? [5, 4] : [],
    stack: head.dataset.stack ?? `${index}`,
    pointStyle: line ? SHAPES[index % SHAPES.length] : "rectRounded",
    pointRadius: data.length > 40 ? 0 : 3,
    pointHoverRadius: 5,
    tension: 0.25,
    borderRadius: 4,
    maxBarThickness: 26,
    yAxisID: head.dataset.axis ?? "y",
  };
}

function options(table, data) {
  const font = { family: getComputedStyle(document.body).fontFamily, size: 11 };
  const muted = colour("--muted");
  const language = document.documentElement.lang || "en";
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const cell = ({ dataIndex, dataset: { label } }) =>
    table.tBodies[0].rows[dataIndex].cells[[...table.tHead.rows[0].cells].findIndex((head) => head.textContent.trim() === label)];
  const axis = (side, grid) => ({
    position: side,
    beginAtZero: true,
    border: { display: false },
    grid: { color: grid ? colour("--line") : "transparent" },
    ticks: { color: muted, font, maxTicksLimit: 6, callback: (value) => short.format(value) },
  });
  const scales = {
    x: { stacked: true, grid: { display: false }, border: { display: false }, ticks: { color: muted, font, maxRotation: 0, autoSkipPadding: 14 } },
    y: { ...axis("left", true), stacked: true },
  };
  if (data.datasets.some((set) => set.yAxisID === "y2")) scales.y2 = axis("right", false);
  return {
    maintainAspectRatio: false,
    animation: still.matches ? false : { duration: 250 },
    interaction: { mode: "index", intersect: false },
    scales,
    plugins: {
      legend: { display: data.datasets.length > 1, align: "end", labels: { color: muted, font: { ...font, size: 12 }, usePointStyle: true, boxHeight: 7, sort: (a, b) => a.datasetIndex - b.datasetIndex } },
      tooltip: { bodyFont: font, titleFont: { ...font, weight: "600" }, padding: 10, callbacks: { label: (item) => `${item.dataset.label}: ${cell(item).textContent.trim()}` } },
    },
  };
}

await Promise.all([document.fonts.load("11px Inter"), document.fonts.load("600 11px Inter")]).catch(() => {});
behaviour("[data-chart]", (figure) => {
  const table = figure.querySelector("[data-chart-table]");
  let chart = null;
  const draw = () => {
    chart?.destroy();
    const data = series(table);
    chart = new Chart(figure.querySelector("canvas"), { type: "bar", data, options: options(table, data) });
  };
  draw();
  const redraw = () => {
    if (figure.isConnected) return draw();
    chart.destroy();
    document.removeEventListener("theme:change", redraw);
  };
  document.addEventListener("theme:change", redraw);
});
