// The moderators' warnings to this person, above the field until dismissed. It is loaded with
// the first warning.

import { byId, el, icon, said } from '../shared/dom.js';
import { place } from './place.js';

/** @typedef {{id: string, text?: string, ready?: string, at: number}} Warning */

/** Adds the stylesheet, and waits for it. */
function loadStyles() {
  return new Promise((done, failed) => {
    document.head.append(el('link', { rel: 'stylesheet', href: new URL('./warnings.css', import.meta.url).href, onload: done, onerror: failed }));
  });
}

/** @param {import('./extras.js').Page} page */
export async function make({ words, send }) {
  await Promise.all([loadStyles(), words.add('warn')]);
  const { t, has } = words;
  const root = el('section', { class: 'warnings', hidden: true });
  place(root, byId('composer'));
  /** @type {Warning[]} */ let list = [];
  let drawn = '';
  words.onChange(draw);
  return {
    /** @param {import('./extras.js').Now} now */
    follow({ warnings }) {
      list = warnings;
      draw();
    },
  };

  function draw() {
    const key = JSON.stringify([words.lang, list]);
    if (key === drawn) return;
    drawn = key;
    const focused = root.contains(document.activeElement);
    root.hidden = list.length === 0;
    root.setAttribute('aria-label', t('warned'));
    // The oldest first, one at a time: two would leave a small screen no room to write.
    root.replaceChildren(...list.slice(0, 1).map(({ id, text, ready }) => el('div', { class: 'warning' }, icon('warn'),
      el('p', { role: 'alert' }, el('b', {}, t('warned')), ' ', said(text || (has(`warn_${ready}`) ? t(`warn_${ready}`) : ''))),
      el('button', { type: 'button', class: 'button', onclick: () => send({ type: 'read', warning: id }) }, t('warn_read')))));
    if (focused) /** @type {HTMLElement} */ (root.querySelector('button') ?? byId('text')).focus();
  }
}
