// Comfort on every page. Without script each page works the same.

// A sentence about what was just done is said once: going back or reloading does not say it again.
const here = new URL(location.href);
if (here.searchParams.has("said")) {
  here.searchParams.delete("said");
  history.replaceState(history.state, "", here);
}

// A form is sent once: a second press while the first is on its way would do the act again.
for (const form of document.querySelectorAll("form[method=post]:not([data-swap])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "yes";
  });
}

// Coming back by the back button, forms may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});
