// What has to run before the page's modules, and without them: the theme, so that a page kept dark does
// not flash white (js/view/appearance.js takes over from there), and a sentence in case they fail. Not a
// module: those run too late, or not at all where this matters. Written for old browsers, too.

{
  try {
    const { theme } = JSON.parse(localStorage.getItem("nnvisu_ui") || "{}");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (_) {
    // No storage, or something else in it: the system's choice is a good one.
  }

  // Hidden again by the style sheet if the page comes to life nevertheless.
  const showFailure = () => {
    const sentence = document.querySelector(".start-failed");
    if (sentence instanceof HTMLElement) sentence.hidden = false;
  };
  const fail = () => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", showFailure);
    else showFailure();
  };
  // A file that does not come says so at its element, and that does not bubble. What goes wrong in a
  // script says so at the window. A missing image stops nothing.
  const onError = (/** @type {Event} */ { target }) => {
    if (document.body && document.body.dataset.ready) return;
    if (target instanceof HTMLImageElement) return;
    fail();
  };
  window.addEventListener("error", onError, true);
  if (!("noModule" in HTMLScriptElement.prototype)) fail();
}
