// What is typed is kept: sent to the desk while one types, held in this browser when the desk does not answer. Beside it
// the change from what the model wrote, word by word, and how many words a note has left.
import { changes } from "./changes.js";

const PAUSE_MS = 600;
const tab = (sessionStorage["panel-tab"] ??= crypto.randomUUID());

/** Set up every form of `main` that says where unsaved words go. */
export function keepTyped(main) {
  for (const form of main.querySelectorAll("form[data-autosave]")) {
    const field = form.elements.text;
    form.elements.tab.value = tab;
    const held = localStorage.getItem(slot(form));
    if (held !== null && held !== field.value) field.value = held;
    let timer = 0;
    const draw = () => {
      showChange(form, field);
      showCount(form, field);
    };
    field.addEventListener("input", () => {
      draw();
      localStorage.setItem(slot(form), field.value);
      clearTimeout(timer);
      timer = setTimeout(() => keep(form, field), PAUSE_MS);
    });
    field.addEventListener("blur", () => {
      if (!timer) return;
      clearTimeout(timer);
      keep(form, field);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      localStorage.removeItem(slot(form));
    });
    draw();
  }
}

const slot = (form) => `panel-typed:${form.dataset.autosave}:${form.elements.field.value}`;

async function keep(form, field) {
  const body = new URLSearchParams({
    field: form.elements.field.value, number: form.elements.number.value, tab, text: field.value,
  });
  if (field.value === field.dataset.saved) body.set("drop", "true");
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body, keepalive: true });
    if (answer.ok) localStorage.removeItem(slot(form)); // the desk has it now
  } catch {
    // it stays in this browser, and is there when the page is opened again
  }
}

function showChange(form, field) {
  const at = form.querySelector(".diff");
  if (!at || field.dataset.model === undefined) return;
  const runs = changes(field.dataset.model, field.value);
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
  at.textContent = words ? `${words} of ${most} words` : "";
  at.classList.toggle("over", words > most);
}
