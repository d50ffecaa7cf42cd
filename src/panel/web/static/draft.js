// The draft page: move by keys, decide without a reload, edit in place with the change shown, keep what is typed.
// Without this file every act is a plain form that leads back to the page.
import { keepTyped } from "./unsaved.js";
import { swap } from "./form_swap.js";

const REST_MS = 300;
let resting = 0;
const TYPING = "input:not([type=checkbox]):not([type=hidden]), textarea, select";
const main = document.getElementById("main");
const live = document.getElementById("live");

const keysOn = () => localStorage.getItem("panel-keys") !== "off";
const stops = () => [...main.querySelectorAll("#beside .stop[data-at]")];
const shown = () => stops().find((stop) => !stop.hidden);

/** Put a stop in focus: its passage stands beside its sentence. */
function show(at) {
  const target = stops().find((stop) => stop.dataset.at === at);
  if (!target) return;
  for (const stop of stops()) stop.hidden = stop !== target;
  for (const item of main.querySelectorAll("[data-item]")) {
    const here = item.dataset.item === at;
    item.classList.toggle("here", here);
    const words = item.querySelector("[data-to]");
    if (words) here ? words.setAttribute("aria-current", "true") : words.removeAttribute("aria-current");
  }
  bring();
  const url = new URL(location.href);
  url.searchParams.set("at", at);
  url.hash = "";
  history.replaceState(null, "", url);
}

/** What stands in focus comes into view: its sentence beside it, or itself where the page has one column. */
function bring() {
  const beside = getComputedStyle(main.querySelector("#work")).gridTemplateColumns.includes(" ");
  const here = beside ? main.querySelector(".item.here") : shown();
  here?.scrollIntoView({ block: "nearest" });
}

/** Say where one is to who does not see it: what was done, what is left, the sentence and its lit evidence. */
function say(done = false, instead = "") {
  note(instead);
  if (instead) {
    live.textContent = instead;
    return;
  }
  const text = (selector, within = shown()) => within?.querySelector(selector)?.textContent.trim() ?? "";
  const evidence = [...(shown()?.querySelectorAll("mark") ?? [])].map((mark) => mark.textContent).join(" … ");
  const said = [done && text(".bar .left", main), text(".whose"), text(".said-again"), text(".told"), evidence && `Evidence: ${evidence}`];
  live.textContent = said.filter(Boolean).map((part) => (/[.!?]$/.test(part) ? part : `${part}.`)).join(" ");
}

/** A remark beside what is left, for who looks: why a key did nothing. */
function note(remark) {
  const left = main.querySelector(".bar .left");
  left?.querySelector(".remark")?.remove();
  if (!left || !remark) return;
  const said = document.createElement("span");
  said.className = "remark";
  said.textContent = `. ${remark}`;
  left.append(said);
}

function move(step) {
  const all = stops();
  const at = all.indexOf(shown());
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  if (!next) return;
  show(next.dataset.at);
  say();
}

function press(key) {
  const inside = shown();
  const held = inside?.dataset.at === "held" ? main.querySelector("#held") : null;
  const button =
    (held ?? inside)?.querySelector(`[data-key="${key}"]`) ||
    main.querySelector(`.bar [data-key="${key}"]`);
  if (button) button.click();
  else say(false, "That key does nothing here.");
}

let typedAtNothing = -Infinity; // ms; whoever pressed `e` in vain goes on typing a sentence: its letters are no keys
const PAUSE_MS = 1500;

function edit(event) {
  const details = shown()?.querySelector("details.edit");
  if (!details) {
    typedAtNothing = event.timeStamp;
    say(false, "Nothing here can be edited.");
    return;
  }
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
      event.target.form?.requestSubmit(event.target.form.querySelector("button:not([type='button'])"));
    }
    return;
  }
  if (event.repeat && event.key === "Enter" && event.target.matches("button")) event.preventDefault();
  if (event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
  if (event.timeStamp - typedAtNothing < PAUSE_MS) {
    typedAtNothing = event.timeStamp;
    return;
  }
  if (event.repeat && !"jk".includes(event.key)) return; // a key that is held down decides of one claim, not of all
  if (main.dataset.resting && "amxu".includes(event.key)) {
    event.preventDefault(); // a bounced key would decide of a sentence that nobody has seen
    return;
  }
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
  act(event);
});

main.addEventListener("click", (event) => {
  const to = event.target.closest("[data-to]");
  if (to && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    show(to.dataset.to);
    shown()?.focus({ preventScroll: true });
    return;
  }
  const restore = event.target.closest("[data-restore]");
  if (restore) {
    const field = restore.form.elements.text;
    field.value = field.dataset.model;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
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

/** Set the page up. inside: the focus stood in what was swapped, and must not be lost. */
function begin(inside = false) {
  const box = main.querySelector("#keys-on");
  if (box) box.checked = keysOn();
  watch();
  const typed = keepTyped(main);
  if (!main.querySelector("#work")) return; // a conflict: read from its top
  const approve = main.querySelector("#approve[data-first]");
  if (approve) approve.focus({ preventScroll: true });
  else if (inside) shown()?.focus({ preventScroll: true });
  return typed;
}

/** A passage was seen when it was on the screen: until then its form says that it stood on the page. */
function watch() {
  seeing.disconnect();
  for (const passage of main.querySelectorAll(".stop .passage")) seeing.observe(passage.querySelector("mark") ?? passage);
}

const seeing = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    target.closest(".passage").dataset.seen = "yes";
    const stop = target.closest(".stop");
    if (stop.querySelector(".passage:not([data-seen])")) continue;
    for (const field of stop.querySelectorAll("input[name=seen]")) field.value = "seen";
  }
});

/** Keys that decide rest for as long as it takes to see what came up. */
function rest() {
  clearTimeout(resting);
  main.dataset.resting = "yes";
  resting = setTimeout(() => delete main.dataset.resting, REST_MS);
}

/** After an act: what came of it is seen in the bar, and heard. said: by the server. */
function after(said, inside) {
  rest();
  begin(inside);
  const left = main.querySelector(".bar .left");
  if (!left) return;
  if (said) {
    const done = document.createElement("span");
    done.className = "done";
    done.textContent = said;
    left.append(". ", done);
  }
  bring();
  say(true);
}

swap(main, after);
const first = begin()?.closest(".stop")?.dataset.at;
if (first && !new URL(location.href).searchParams.has("at")) show(first);
