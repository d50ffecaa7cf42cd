// The draft page: move by keys, decide without a reload, edit in place with the change shown, keep what is typed.
// Without this file every act is a plain form that leads back to the page.
import { keepTyped } from "./typed.js";
import { swap } from "./swap.js";

const TYPING = "input:not([type=checkbox]):not([type=hidden]), textarea, select";
const main = document.getElementById("main");

const keysOn = () => localStorage.getItem("panel-keys") !== "off";
const stops = () => [...main.querySelectorAll("#beside .stop[data-at]")];
const shown = () => stops().find((stop) => !stop.hidden);

/** Put a stop in focus: its passage stands beside its sentence. */
function show(at, { scroll = true } = {}) {
  const target = stops().find((stop) => stop.dataset.at === at);
  if (!target) return;
  for (const stop of stops()) stop.hidden = stop !== target;
  for (const item of main.querySelectorAll("[data-item]")) {
    const here = item.dataset.item === at;
    item.classList.toggle("here", here);
    const words = item.querySelector("[data-to]");
    if (words) here ? words.setAttribute("aria-current", "true") : words.removeAttribute("aria-current");
    if (here && scroll) item.scrollIntoView({ block: "nearest" });
  }
  const url = new URL(location.href);
  url.searchParams.set("at", at);
  url.hash = "";
  history.replaceState(null, "", url);
}

function move(step) {
  const all = stops();
  const at = all.indexOf(shown());
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  if (next) show(next.dataset.at);
}

function press(key) {
  const inside = shown();
  const held = main.querySelector(".held-block.here");
  const button =
    (key === "a" && held?.querySelector("[data-key=a]")) ||
    inside?.querySelector(`[data-key="${key}"]`) ||
    main.querySelector(`.bar [data-key="${key}"]`);
  button?.click();
}

function edit() {
  const details = shown()?.querySelector("details.edit");
  if (!details) return;
  details.open = true;
  const field = details.querySelector("textarea");
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

addEventListener("keydown", (event) => {
  if (event.target.matches(TYPING)) {
    if (event.key === "Escape") {
      const details = event.target.closest("details.edit");
      event.target.blur();
      if (details) details.open = false;
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.target.form?.requestSubmit(event.target.form.querySelector("button.main, button"));
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
  const act = {
    j: () => move(1),
    k: () => move(-1),
    a: () => press("a"),
    m: () => press("m"),
    x: () => press("x"),
    u: () => press("u"),
    e: edit,
    o: () => shown()?.querySelector("[data-live]")?.click(),
    "?": () => main.querySelector(".keys")?.toggleAttribute("open"),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

main.addEventListener("click", (event) => {
  const to = event.target.closest("[data-to]");
  if (to && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    show(to.dataset.to);
    return;
  }
  if (event.target.closest("[data-live]")) {
    const opened = shown()?.querySelector("input[name=opened]");
    if (opened) opened.checked = true;
    for (const form of shown()?.querySelectorAll("form") ?? []) mark(form);
    return;
  }
  if (event.target.closest("[data-next]")) {
    event.preventDefault();
    const left = main.querySelector(".item.is-left [data-to]");
    if (left) show(left.dataset.to);
    else main.querySelector("#held .main, #general select")?.focus();
  }
});

/** An edit made after the live page was opened says so, too. */
function mark(form) {
  if (!form.action.endsWith("/save") || form.elements.opened) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "opened", value: "true" });
  form.append(field);
}

main.addEventListener("change", (event) => {
  if (event.target.id === "keys-on") localStorage.setItem("panel-keys", event.target.checked ? "on" : "off");
});

function begin() {
  const box = main.querySelector("#keys-on");
  if (box) box.checked = keysOn();
  keepTyped(main);
  const here = main.querySelector(".item.here");
  here?.scrollIntoView({ block: "nearest" });
  main.querySelector("#approve[autofocus]")?.focus();
}

swap(main, begin);
begin();
