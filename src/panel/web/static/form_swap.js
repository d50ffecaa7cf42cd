// Send a form marked `data-swap` and put the page that answers in place of the one that is shown: no flash, no lost
// scroll. What the server answers is our own page, escaped there. What it refuses is said above the page, which stays.

const SLOW_MS = 15000;

/** begin(said, moved): called after each swap, to set the new page up. */
export function swap(main, begin) {
  let busy = false;
  main.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-swap]") || event.defaultPrevented) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    main.setAttribute("aria-busy", "true");
    main.querySelector(".complaint.told-here")?.remove();
    try {
      const answer = await send(form, event.submitter);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok || answer.status === 409) {
        if (answer.ok) form.dispatchEvent(new Event("kept"));
        const inside = main.contains(document.activeElement);
        put(main, page, answer);
        begin(page.querySelector(".said")?.textContent ?? "", inside);
      } else if (answer.status === 401) {
        location.reload(); // to the door, and back here from it
      } else {
        tell(main, refusal(page));
      }
    } catch {
      tell(main, "The desk does not answer. What you typed is kept in this browser; try again.");
    } finally {
      busy = false;
      main.removeAttribute("aria-busy");
    }
  });
}

function send(form, submitter) {
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const body = new URLSearchParams(new FormData(form, submitter));
  return fetch(action, { method: "POST", body, headers: { accept: "text/html" }, signal: AbortSignal.timeout(SLOW_MS) });
}

const refusal = (page) => {
  const said = [...page.querySelectorAll("#main .card p:not(:has(a))")].map((p) => p.textContent.trim());
  return said.join(" ") || "That did not work. Reload the page.";
};

const FOLDS = ".hand details, .acts details, .aside, .strike, .keys";

function put(main, page, answer) {
  const at = [scrollX, scrollY];
  const name = (fold) => fold.closest("[id]").id + fold.querySelector("summary").textContent;
  const opened = [...main.querySelectorAll(FOLDS)].filter((fold) => fold.open).map(name);
  for (const first of page.querySelectorAll("[autofocus]")) first.toggleAttribute("autofocus"); // `begin` sees to it
  main.replaceChildren(...page.getElementById("main").childNodes);
  for (const fold of main.querySelectorAll(FOLDS)) fold.open = opened.includes(name(fold));
  document.title = page.title;
  document.body.className = page.body.className;
  if (answer.ok) {
    const url = new URL(answer.url);
    url.searchParams.delete("said");
    history.replaceState(null, "", url);
    scrollTo(...at);
  } else {
    scrollTo(0, 0);
    main.focus();
  }
}

function tell(main, sentence) {
  const said = document.createElement("p");
  said.className = "complaint told-here";
  said.setAttribute("role", "alert");
  said.textContent = sentence;
  (main.querySelector(".bar") ?? main).append(said);
}
