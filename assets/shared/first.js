// A classic script in <head>, for what must not wait for modules. It is written
// for browsers that know none, too (assets/_test/floor/pages.js).

// Before the first paint: a person who chose the dark theme is not blinded in a
// dark venue while modules load.
try {
  const chosen = localStorage.getItem('danmaku-theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch (blocked) { /* storage is blocked: the system's theme it is */ }

// When everything has loaded and the page's own module has not marked the page,
// the browser is too old for it, or the module did not arrive. Either is said in
// words that the page has ready: never a page that looks alive and is not.
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
