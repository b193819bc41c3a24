// Before anything is drawn: light or dark, as the system asks. Unfold's style sheet reads the class.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.classList.toggle("dark", dark.matches);
  dark.addEventListener("change", apply);
  apply();
})();
