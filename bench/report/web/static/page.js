// The page as a whole: light or dark, and folded parts that print.
const root = document.documentElement;
const night = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ?? (night.matches ? "dark" : "light")) === "dark";

function dress(theme) {
  if (theme) root.dataset.theme = theme;
  root.classList.toggle("dark", isDark());         // what the tables' own style goes by
  button.setAttribute("aria-pressed", isDark());
}

const button = document.createElement("button");
button.className = "theme";
button.textContent = "dark";
button.addEventListener("click", () => dress(isDark() ? "light" : "dark"));
night.addEventListener("change", () => dress());
document.querySelector("main").prepend(button);
dress();

function reach() {                                  // by the keyboard, what has to be scrolled
  for (const picture of document.querySelectorAll(".beside .picture")) {
    picture.toggleAttribute("tabindex", picture.scrollWidth > picture.clientWidth);
    if (picture.hasAttribute("tabindex")) picture.tabIndex = 0;
  }
}
addEventListener("resize", reach);
reach();

const folded = [];
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    folded.push(part);
  }
});
addEventListener("afterprint", () => { for (const part of folded.splice(0)) part.open = false });
