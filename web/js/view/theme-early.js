// Runs before the first paint, so that a page kept dark does not flash white (or the other way
// round). js/view/appearance.js takes over from there. Not a module: modules run too late.

{
  try {
    const { theme } = JSON.parse(localStorage.getItem("nnvisu_ui") ?? "{}");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage, or something else in it: the system's choice is a good one.
  }
}
