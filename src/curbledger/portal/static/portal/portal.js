// The menu of a narrow screen, forms that are sent once, and rows that can be clicked. Pages work without all of it.
document.documentElement.classList.add("scripted");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  if (button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    document.getElementById("bar").classList.toggle("open", open);
  }
});

document.addEventListener("keydown", (event) => {
  const button = document.querySelector("[data-menu][aria-expanded=true]");
  if (event.key === "Escape" && button) {
    button.click();
    button.focus();
  }
  // A slash goes to the search, as in many programs, unless somebody types.
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const search = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
  if (event.key === "/" && !typing && search && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// The server refuses a second sending by its key; this only spares people the question whether they clicked.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("form[method=post]")) return;
  const button = event.submitter;
  setTimeout(() => button?.setAttribute("aria-disabled", "true"));
});
document.addEventListener("click", (event) => {
  if (event.target.closest("button[aria-disabled=true]")) event.preventDefault();
});
// One box ticks all of a list's; without scripts it is not there. Also in a list that came later.
const show = () => document.querySelectorAll("[data-all][hidden]").forEach((box) => (box.hidden = false));
document.addEventListener("DOMContentLoaded", show);
document.addEventListener("htmx:afterSwap", show);
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-all]")) return;
  event.target.closest("form").querySelectorAll("input[type=checkbox]").forEach((box) => (box.checked = event.target.checked));
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button[aria-disabled=true]").forEach((button) => button.removeAttribute("aria-disabled"));
});
