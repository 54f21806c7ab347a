// The show in the dock: the present item and the next one, with one button each. It is only
// visible while there is one of them.

import { byId, el, said } from '../shared/dom.js';
import { clockText, secondsLeft, titleOf } from '../shared/items.js';
import { startNow } from './feature.js';

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
export function wireShowNow(store, acts) {
  const box = byId('show-now');
  const link = /** @type {HTMLElement|null} */ (document.querySelector('.rail [data-section-link="show"]'));
  let drawn = '';
  /** @type {Map<string, HTMLElement>} */ const lefts = new Map();
  setInterval(tick, 1000);
  store.on('items', draw);
  store.on('section', () => {
    drawn = '';
    draw();
  });

  function tick() {
    for (const [id, left] of lefts) {
      const ends = store.items.get(id)?.ends;
      const text = ends ? clockText(secondsLeft(ends, store.now)) : '';
      if (left.textContent !== text) left.textContent = text;
    }
  }

  function draw() {
    const { t } = store.words;
    const live = store.items.in('live').filter(({ slot }) => slot);
    const next = store.items.in('queued')[0];
    box.hidden = live.length === 0 && !next;
    link?.classList.toggle('on-show', live.length > 0);
    const key = JSON.stringify([live.map(({ id, spec }) => [id, spec]), next?.id, next?.spec, store.words.lang]);
    if (key === drawn) return tick();
    drawn = key;
    const focused = /** @type {HTMLElement|null} */ (box.contains(document.activeElement) ? document.activeElement : null)?.dataset.act;
    const line = (/** @type {import('../shared/items.js').Item} */ item, /** @type {string} */ when, /** @type {string} */ act, /** @type {string} */ tone, /** @type {Node|string} */ more) => el('div', { class: 'show-now-line' },
      el('span', { class: 'soft show-now-when' }, when === 'show_live' && el('i', { class: 'live-dot' }), t(when), ' ', more), el('span', { class: 'show-now-title' }, said(titleOf(item))),
      el('button', { type: 'button', class: `button ${tone}`, 'data-act': act, 'aria-label': `${t(`show_${act}`)}: ${titleOf(item)}`, onclick: () => void (when === 'show_live' ? acts.call('POST', store.path('items', item.id, 'stop')) : startNow(store, acts, item)) }, t(`show_${act}`)));
    lefts.clear();
    for (const { id } of live) lefts.set(id, el('span', { class: 'soft' }));
    box.replaceChildren(...live.map((item) => line(item, 'show_live', item.kind === 'draw' ? 'draw' : 'stop', item.kind === 'draw' ? 'main' : 'stop', lefts.get(item.id) ?? '')),
      ...(next ? [line(next, 'show_queued', live.some(({ slot }) => slot === next.slot) ? 'instead' : 'start', 'line', '')] : []));
    if (focused) /** @type {HTMLElement|null} */ (box.querySelector('button'))?.focus();
    tick();
  }
}
