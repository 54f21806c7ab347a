// The room's announcements and countdowns, one line each above the field.

import { countedDown } from '../shared/countdown.js';
import { el, said } from '../shared/dom.js';
import { clockText, secondsLeft } from '../shared/items.js';

/** ms for which the text at the end of a countdown stays. */
const STAYS = 15_000;

class News {
  #root;
  #drawn = '';

  /** @param {HTMLElement} root */
  constructor(root) { this.#root = root; }

  /** @param {import('../shared/items.js').Items} items @param {number} now ms, the server's @returns {boolean} whether it changes with the time */
  draw(items, now) {
    const shown = items.all.filter(({ kind, state }) => state === 'live' && (kind === 'announcement' || kind === 'countdown'));
    const over = items.in('ended').find((item) => item.kind === 'countdown' && item.spec.done && countedDown(item) && now - (item.stopped ?? 0) < STAYS);
    const lines = [...shown, ...(over && !shown.some(({ kind }) => kind === 'countdown') ? [over] : [])];
    const key = JSON.stringify(lines.map(({ id, state, spec }) => [id, state, spec]));
    if (key !== this.#drawn) {
      this.#drawn = key;
      this.#root.hidden = lines.length === 0;
      // A screen reader announces new lines, and not each second.
      this.#root.replaceChildren(...lines.map(({ state, spec, ends }) => el('p', {},
        el('span', { role: 'status' }, said(state === 'ended' ? spec.done : spec.text ?? spec.title ?? '')), ends && el('span', { class: 'news-time', role: 'timer' }))));
    }
    lines.forEach(({ kind, state, ends }, i) => {
      const time = this.#root.children[i]?.querySelector('.news-time');
      const text = kind === 'countdown' && state === 'live' && ends ? clockText(secondsLeft(ends, now)) : '';
      if (time && time.textContent !== text) time.textContent = text;
    });
    return lines.some(({ kind }) => kind === 'countdown');
  }
}

/** @type {Promise<News>|null} */ let made = null;

/** The lines, once their style is loaded. @param {HTMLElement} below the element that they are inserted before */
export function news(below) {
  const root = el('div', { class: 'news', id: 'news', hidden: true });
  made ??= new Promise((done, failed) => {
    document.head.append(el('link', { rel: 'stylesheet', href: new URL('./news.css', import.meta.url).href, onload: () => { below.before(root); done(new News(root)); }, onerror: () => { made = null; failed(new Error('no style')); } }));
  });
  return made;
}
