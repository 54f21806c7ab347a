// A classic script in <head>, for work that must not wait for modules. It also runs in
// browsers without modules (assets/_test/floor/pages.js). It is inline in pages that can say
// why they do not work: its own file could be lost, too.

// Before the first paint: apply the chosen dark theme, so that no light page blinds a person in a
// dark venue while modules load.
try {
  const chosen = localStorage.getItem('danmaku-theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch (blocked) {
  // Storage is blocked: the system's theme applies.
}

// When everything has loaded and the page's own module has not marked the page,
// the browser is too old for it, or the module did not arrive; a style may be missing, too. The
// page shows prepared words: it never looks alive when it does not work. A file that neither
// arrives nor fails keeps the page from ever having loaded, so the words do not wait longer
// than a slow line needs; when the module starts after all, they go.
(() => {
  const root = document.documentElement;
  const head = /** @type {HTMLScriptElement} */ (document.currentScript).parentNode;
  let script = false, style = false, loaded = false;

  function show() {
    const started = root.hasAttribute('data-started');
    const shown = style || (!started && (script || !loaded)) ? 'not-loaded' : started ? '' : 'too-old';
    for (const id of ['not-loaded', 'too-old']) {
      const words = document.getElementById(id);
      if (words) words.hidden = id !== shown;
    }
  }

  addEventListener('error', (event) => {
    const part = /** @type {HTMLLinkElement} */ (event.target);
    if (part.tagName === 'SCRIPT') script = true;
    // Modules see to the styles that they add.
    if (part.rel === 'stylesheet' && part.parentNode === head && !loaded) style = true;
  }, true);
  const slow = setTimeout(() => {
    show();
    new MutationObserver(show).observe(root, { attributes: true });
  }, 30000);
  addEventListener('load', () => {
    loaded = true;
    clearTimeout(slow);
    show();
  });
})();
