// <textarea data-mentions="/activities/about/deal/5/people/">: typing "@" offers the colleagues who may be mentioned.
import { behaviour } from "./behaviour.js";
import { found } from "./found.js";

const BEFORE = /(?:^|[^\p{L}\p{N}_])@([\p{L}\p{N}_.'’ -]{0,40})$/u;
let ids = 0;

behaviour("textarea[data-mentions]", (box) => {
  const list = document.createElement("div");
  list.className = "mention-list";
  list.id = `mentions-${++ids}`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  const holder = document.createElement("div");
  holder.className = "mention-box";
  holder.append(list);
  box.after(holder);
  box.setAttribute("aria-controls", list.id);
  let asked = null;
  let timer = 0;

  const chosen = () => list.querySelector('[aria-selected="true"]');
  const typed = () => BEFORE.exec(box.value.slice(0, box.selectionStart))?.[1];

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    list.replaceChildren();
    box.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    for (const other of list.children) other.setAttribute("aria-selected", String(other === option));
    box.setAttribute("aria-activedescendant", option.id);
  }

  function write(name) {
    const end = box.selectionStart;
    const start = end - typed().length;
    box.setRangeText(`${name} `, start, end, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    box.focus();
  }

  function offer(names) {
    list.replaceChildren(
      ...names.map((name, place) => {
        const option = document.createElement("div");
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        option.textContent = name;
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          write(name);
        });
        return option;
      }),
    );
    list.hidden = !names.length;
    if (names.length) choose(list.firstElementChild);
  }

  async function ask(text) {
    asked?.abort();
    asked = new AbortController();
    try {
      const page = await found(box.dataset.mentions, text.trim(), asked.signal);
      if (typed() === text) offer([...page.querySelectorAll("option")].map((option) => option.value));
    } catch {
      // Without suggestions the name can still be typed.
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    const text = typed();
    if (text === undefined) close();
    else timer = setTimeout(ask, 120, text);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && list.hidden) close();
    if (list.hidden) return;
    const options = [...list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(options.at((options.indexOf(chosen()) + step) % options.length));
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") write(chosen().textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
});
