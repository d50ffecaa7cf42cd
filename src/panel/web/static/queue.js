// The queue by keys: j and k move between drafts, Enter opens (it is a link), / goes to the search.
addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("panel-keys") === "off") return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("q")?.focus();
    return;
  }
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const links = [...document.querySelectorAll(".row h2 a")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))];
  next?.focus();
  event.preventDefault();
});
