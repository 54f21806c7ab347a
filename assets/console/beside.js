// Two rooms in one window: each frame is a whole console with its own keys, and F6, the key
// for the next pane, switches between them.

const panes = [...document.querySelectorAll('iframe')];

/** @param {number} i */
function enter(i) {
  const { contentWindow: inside } = panes[i];
  panes[i].focus();
  inside?.focus();
}

/** The title has the sum of both titles' counts. */
function updateTitles() {
  document.title = panes.map((frame) => frame.contentDocument?.title.split(' · ')[0] ?? '').filter(Boolean).join(' | ');
}

/** @param {number} i */
function follow(i) {
  const page = panes[i].contentDocument;
  if (!page?.head) return;
  page.addEventListener('keydown', (event) => {
    if (event.key !== 'F6' || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    enter(1 - i);
  });
  new MutationObserver(updateTitles).observe(page.head, { subtree: true, childList: true, characterData: true });
  updateTitles();
}

panes.forEach((frame, i) => {
  frame.addEventListener('load', () => follow(i));
  if (frame.contentDocument?.readyState === 'complete' && frame.contentDocument.URL !== 'about:blank') follow(i);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'F6') return;
  event.preventDefault();
  enter(0);
});
document.documentElement.dataset.started = ''; // see shared/first.js
