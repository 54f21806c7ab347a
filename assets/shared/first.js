// A classic script in <head>, for work that must not wait for modules. It also runs in
// browsers without modules (assets/_test/floor/pages.js).

// Before the first paint: apply the chosen dark theme, so that no light page blinds a person in a
// dark venue while modules load.
try {
  const chosen = localStorage.getItem('danmaku-theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch (blocked) { /* storage is blocked: use the system's theme */ }

// When everything has loaded and the page's own module has not marked the page,
// the browser is too old for it, or the module did not arrive. The page shows
// prepared words for both cases: it never looks alive when it does not work.
(() => {
  let lost = false;
  addEventListener('error', (event) => {
    if (/** @type {Element} */ (event.target).tagName === 'SCRIPT') lost = true;
  }, true);
  addEventListener('load', () => {
    if (document.documentElement.hasAttribute('data-started')) return;
    const words = document.getElementById(lost ? 'not-loaded' : 'too-old');
    if (words) words.hidden = false;
  });
})();
