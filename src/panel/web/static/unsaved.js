// What is typed is kept in this browser at every key, by draft, field and revision, and by window: no window's words are
// another's. Over words that somebody changed meanwhile it is never laid: both are shown. Beside a field stand the change
// from what the model wrote, word by word, and how much too long it is.
import { changes } from "./word_diff.js";

const DAYS = 30; // what was typed longer ago is let go
const win = (sessionStorage["panel-tab"] ??= crypto.randomUUID());

/** Set up every form of `main` that keeps what is typed; gives back the first that holds words nobody saved. */
export function keepTyped(main) {
  const forms = [...main.querySelectorAll("form[data-typed]")];
  const rows = keptWords(new Set(forms.map((form) => form.dataset.typed)));
  const known = new Map(forms.map((form) => [name(form), form]));
  forms.forEach(listen);
  const both = main.querySelector("form[data-both]"); // of a conflict: what was typed goes once both are put together
  both?.addEventListener("kept", () => forget(both, both.dataset.both));
  let first = null;
  for (const row of rows) {
    const form = known.get(`${row.draft}/${row.field}`);
    if (form && row.text === saved(form.elements.text)) localStorage.removeItem(row.key);
    else if (form && row.base === saved(form.elements.text) && !form.dataset.typedFrom) {
      restore(form, row);
      first = first ?? form;
    } else {
      showBeside(main, form, row);
      first = first ?? form ?? null;
    }
  }
  for (const form of forms) draw(form);
  return first;
}

const name = (form) => `${form.dataset.typed}/${form.elements.field.value}`;
const saved = (field) => field.defaultValue;

// By account, so that whoever signs in next in this browser never sees somebody else's words.
const prefix = (draft) => `panel-typed:${document.body.dataset.me}:${draft}:`;
const slot = (form) => `${prefix(form.dataset.typed)}${form.elements.field.value}:${form.elements.number.value}:${win}`;

/** What was typed into these drafts and not saved: this window's first, then the newest. */
function keptWords(drafts) {
  const found = [];
  for (const draft of drafts) {
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(prefix(draft)))) {
      const row = { ...JSON.parse(localStorage.getItem(key)), draft, key };
      if (Date.now() - row.at > DAYS * 86_400_000) localStorage.removeItem(key);
      else found.push(row);
    }
  }
  return found.sort((a, b) => (b.win === win) - (a.win === win) || b.at - a.at);
}

function listen(form) {
  const field = form.elements.text;
  field.addEventListener("input", () => {
    draw(form);
    keep(form);
  });
  form.addEventListener("kept", () => forget(form, form.dataset.typed));
  form.querySelector("[data-discard]")?.addEventListener("click", () => {
    localStorage.removeItem(slot(form));
    field.value = saved(field);
    draw(form);
    tell(form, "");
    field.focus();
  });
}

/** Once saved: what this window typed there, and the same words wherever they were typed. */
function forget(form, draft) {
  for (const row of keptWords([draft])) {
    const mine = row.win === win || row.text === form.elements.text.value;
    if (mine && row.field === form.elements.field.value) localStorage.removeItem(row.key);
  }
}

function keep(form) {
  const field = form.elements.text;
  const base = form.dataset.base ?? saved(field);
  const row = { field: form.elements.field.value, number: form.elements.number.value, text: field.value, base, win, at: Date.now() };
  try {
    if (field.value === saved(field)) localStorage.removeItem(slot(form));
    else localStorage.setItem(slot(form), JSON.stringify(row));
    tell(form, field.value === saved(field) ? "" : "Kept in this browser, not saved.");
  } catch {
    tell(form, "This browser keeps nothing: save before you leave.");
  }
}

/** Put words back over the same words they were typed over. */
function restore(form, row) {
  form.elements.text.value = row.text;
  form.dataset.typedFrom = row.number;
  form.closest("details")?.setAttribute("open", "");
  if (row.win === win) localStorage.removeItem(row.key);
  keep(form);
}

/** Words typed over what is no longer there: beside today's, to be taken up or thrown away. */
function showBeside(main, form, row) {
  const box = document.createElement("div");
  box.className = "note typed-beside";
  const said = document.createElement("p");
  const where = row.win === win ? "" : " in another window";
  const gone = form ? "" : " Its words are no longer printed.";
  said.textContent = `Typed over revision ${row.number}${where} and not saved.${gone} Yours:`;
  const words = document.createElement("p");
  words.className = "both";
  words.textContent = row.text;
  box.append(said, words);
  if (form) {
    box.append(
      button("Put mine into the field", () => {
        form.elements.text.value = row.text;
        form.elements.number.value = row.number; // so that saving says whose words it would replace
        form.dataset.base = row.base;
        if (row.win === win) localStorage.removeItem(row.key);
        keep(form);
        draw(form);
        box.remove();
        form.elements.text.focus();
      }),
      " ",
    );
  }
  box.append(
    button("Throw mine away", () => {
      localStorage.removeItem(row.key);
      box.remove();
    }),
  );
  if (form) form.closest("details")?.setAttribute("open", "");
  (form ?? main.querySelector("#text") ?? main).prepend(box);
}

function button(told, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "plain", textContent: told });
  made.addEventListener("click", act);
  return made;
}

function tell(form, said) {
  const at = form.querySelector("[data-kept]");
  if (at) at.textContent = said;
}

function draw(form) {
  const field = form.elements.text;
  const discard = form.querySelector("[data-discard]");
  if (discard) discard.hidden = field.value === saved(field);
  showChange(form, field);
  showCount(form, field);
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

/** How many words a note has, and by how much any field is too long. */
function showCount(form, field) {
  const at = form.querySelector("[data-count]");
  if (!at) return;
  const words = field.value.trim() ? field.value.trim().split(/\s+/).length : 0;
  const [mostWords, most] = [Number(field.dataset.mostWords ?? Infinity), Number(field.dataset.most)];
  const long = field.value.length > most ? `${field.value.length} of ${most} characters: too long to be saved. ` : "";
  at.textContent = long + (words && mostWords < Infinity ? `${words} of ${mostWords} words.` : "");
  at.classList.toggle("over", long !== "" || words > mostWords);
}
