// What is typed is kept: in this browser at every key, at the desk while one types. Beside it the change from what the
// model wrote, word by word, and how many words a note has left.
import { changes } from "./changes.js";

const PAUSE_MS = 600;
const RETRY_MS = 4000;
const tab = (sessionStorage["panel-tab"] ??= crypto.randomUUID());

/** Set up every form of `main` that says where unsaved words go. */
export function keepTyped(main) {
  for (const form of main.querySelectorAll("form[data-autosave]")) {
    const field = form.elements.text;
    form.elements.tab.value = tab;
    let timer = 0;
    const draw = () => {
      showChange(form, field);
      showCount(form, field);
    };
    const later = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(now, ms);
    };
    const now = async () => {
      clearTimeout(timer);
      timer = 0;
      if (form.isConnected && !(await keep(form, field))) later(RETRY_MS);
    };
    field.addEventListener("input", () => {
      draw();
      localStorage.setItem(slot(form), field.value);
      later(PAUSE_MS);
    });
    field.addEventListener("blur", () => timer && now());
    form.addEventListener("submit", () => clearTimeout(timer));
    form.addEventListener("kept", () => localStorage.removeItem(slot(form)));
    const held = localStorage.getItem(slot(form));
    if (held !== null && held !== field.value) {
      field.value = held;
      form.closest("details")?.setAttribute("open", "");
      now();
    }
    draw();
  }
}

// By account, so that whoever signs in next in this browser never sees somebody else's words.
const slot = (form) =>
  `panel-typed:${document.body.dataset.me}:${form.dataset.autosave}:${form.elements.field.value}`;

// The page names the saved words, and the model's, only where they are not what the field came with.
const saved = (field) => field.dataset.saved ?? field.defaultValue;

/** Whether the desk has it now. If not, it stays in this browser and is there when the page is opened again. */
async function keep(form, field) {
  const text = field.value;
  const body = new URLSearchParams({ field: form.elements.field.value, number: form.elements.number.value, tab, text });
  if (text === saved(field)) body.set("drop", "true");
  let kept = false;
  try {
    kept = (await fetch(form.dataset.autosave, { method: "POST", body, keepalive: true })).ok;
  } catch {
    // the desk does not answer
  }
  if (kept && field.value === text) localStorage.removeItem(slot(form));
  const at = form.querySelector("[data-kept]");
  if (at) at.textContent = kept ? "Kept, not saved." : "Kept in this browser: the desk does not answer.";
  return kept;
}

function showChange(form, field) {
  const at = form.querySelector(".diff");
  if (!at) return;
  const runs = changes(field.dataset.model ?? saved(field), field.value);
  at.hidden = runs.every((run) => run.mark === "");
  at.replaceChildren(
    ...runs.map(({ text, mark }) => {
      if (!mark) return document.createTextNode(text);
      const part = document.createElement(mark === "new" ? "ins" : "del");
      part.textContent = text;
      return part;
    }),
  );
}

function showCount(form, field) {
  const at = form.querySelector("[data-count]");
  if (!at) return;
  const words = field.value.trim() ? field.value.trim().split(/\s+/).length : 0;
  const most = Number(field.dataset.mostWords);
  at.textContent = words ? `${words} of ${most} words.` : "";
  at.classList.toggle("over", words > most);
}
