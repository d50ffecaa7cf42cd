// Send a form marked `data-swap` and put the page that answers in place of the one that is shown: no flash, no lost
// scroll. What the server answers is our own page, escaped there; an answer that is not a page of ours is gone to.

/** begin: called after each swap, to set the new page up. */
export function swap(main, begin) {
  let busy = false;
  main.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-swap]") || event.defaultPrevented) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    main.setAttribute("aria-busy", "true");
    try {
      const data = new FormData(form, event.submitter);
      const action = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
      const answer = await fetch(action, { method: "POST", body: new URLSearchParams(data), headers: { accept: "text/html" } });
      if (answer.status === 204) {
        location.reload();
        return;
      }
      put(main, await answer.text(), answer);
      begin();
    } catch {
      tell(main, "The desk did not answer. What you typed is kept; try again.");
    } finally {
      busy = false;
      main.removeAttribute("aria-busy");
    }
  });
}

function put(main, html, answer) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.getElementById("main");
  if (!fresh) {
    location.assign(answer.url);
    return;
  }
  const at = [scrollX, scrollY];
  const opened = [...main.querySelectorAll(".hand details[open], .aside[open], .keys[open]")].map((d) => d.querySelector("summary").textContent);
  main.replaceChildren(...fresh.childNodes);
  for (const details of main.querySelectorAll(".hand details, .aside, .keys")) {
    if (opened.includes(details.querySelector("summary").textContent)) details.open = true;
  }
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
  said.className = "complaint";
  said.setAttribute("role", "alert");
  said.textContent = sentence;
  main.prepend(said);
}
