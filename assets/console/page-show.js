// The show: the present items, the next ones, those in preparation, and the finished ones,
// with a form for new ones.

import { el, icon } from '../shared/dom.js';
import { LENGTHS, cardSeconds, setCardSeconds } from './feature.js';
import { frame } from './page.js';
import { seconds } from './show-fields.js';
import { ownEmotes } from './show-emotes.js';
import { itemForm } from './show-form.js';
import { reactions } from './show-reactions.js';
import { ShowRow } from './show-row.js';

/** @typedef {import('../shared/items.js').Item} Item */

/** The kinds that the page can make and edit; it only lists the others. */
const EDITABLE = /** @type {const} */ (['poll', 'questions', 'draw', 'card', 'announcement', 'countdown', 'ticker', 'photos']);

/** The most finished items listed. */
const ENDED_LISTED = 20;

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t } = words;
  const box = frame(host, t('page_show'), t('show_lead'), 'narrow-page show-page');
  const fresh = el('div', { class: 'show-new' });
  const buttons = el('div', { class: 'page-bar show-kinds', role: 'group', 'aria-label': t('show_new') },
    ...EDITABLE.map((kind) => el('button', { type: 'button', class: 'button line', onclick: () => make(kind) }, icon('plus'), el('span', {}, t(`show_new_${kind}`)))));
  /** @type {Record<string, {list: HTMLElement, section: HTMLElement, none: HTMLElement|null}>} */ const parts = {};
  for (const [state, none] of /** @type {const} */ ([['live', 'show_none_live'], ['queued', 'show_none_next'], ['suggested', ''], ['draft', ''], ['ended', '']])) {
    const list = el('ul', { class: 'lines', 'aria-label': t(`show_${state}`) });
    const empty = none ? el('p', { class: 'none-yet' }, t(none)) : null;
    parts[state] = { list, none: empty, section: el('section', {}, el('h3', {}, t(`show_${state}`)), list, empty) };
  }
  const file = el('a', { class: 'button line', href: `${store.path('items', 'export')}?format=csv&bom=1`, download: true }, icon('download'), el('span', {}, t('show_export')));
  const asked = el('a', { class: 'button line', href: `${store.path('items', 'export')}?format=csv&kind=questions&bom=1`, download: true }, icon('download'), el('span', {}, t('questions_export')));
  parts.ended.section.append(el('p', { class: 'show-files' }, file, asked));
  const stands = seconds(words, t('card_stands'), LENGTHS, cardSeconds());
  stands.node.addEventListener('change', () => setCardSeconds(stands.read()));
  const { live, queued, suggested, draft, ended } = parts;
  const lists = [[live, queued], [suggested, draft, ended]].map((some) => el('div', {}, ...some.map(({ section }) => section)));
  box.append(buttons, fresh, el('div', { class: 'show-lists' }, ...lists), el('section', { class: 'show-cards' }, el('h3', {}, t('card_of_comments')), el('p', { class: 'help' }, t('card_help')), stands.node));
  const more = [reactions(store, acts), ownEmotes(store, acts)];
  box.append(...more.map(({ node }) => node));
  /** @type {ReturnType<typeof itemForm>|null} */ let form = null;
  /** @type {Map<string, ShowRow>} */ const rows = new Map();
  const off = store.on('items', draw);
  const beat = setInterval(() => { for (const row of rows.values()) row.tick(); }, 1000);
  draw();
  return {
    close: () => {
      off();
      for (const { close } of more) close();
      clearInterval(beat);
    },
    leaving: () => (form?.dirty() ? { title: t('show_leave_title'), text: t('show_leave_text'), yes: t('show_leave_yes') } : null),
  };

  /** @param {string} kind @param {Item} [item] to edit; none: a new one */
  function make(kind, item) {
    form = itemForm(store, acts, kind, item, () => {
      form = null;
      fresh.replaceChildren();
    });
    fresh.replaceChildren(form.node);
    form.focus();
  }

  /** Suggested cards, which the server makes, are separate from those in preparation. @param {string} state */
  function itemsOf(state) {
    if (state !== 'suggested' && state !== 'draft') return store.items.in(/** @type {any} */ (state));
    return store.items.in('draft').filter(({ spec }) => Boolean(spec?.suggested) === (state === 'suggested'));
  }

  function draw() {
    const known = new Set(store.items.all.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (known.has(id)) continue;
      row.node.remove();
      rows.delete(id);
    }
    for (const [state, { list, section, none }] of Object.entries(parts)) {
      const items = itemsOf(state).slice(0, state === 'ended' ? ENDED_LISTED : undefined);
      items.forEach((item, i) => {
        let row = rows.get(item.id);
        if (!row) rows.set(item.id, row = new ShowRow(store, acts, { edit: (it) => make(it.kind, it), editable: (kind) => EDITABLE.includes(/** @type {any} */ (kind)) }));
        row.draw(item, { before: items[i - 1], after: items[i + 1] });
        // A row that is in its place is not moved: its button may have the focus.
        if (list.children[i] !== row.node) list.insertBefore(row.node, list.children[i] ?? null);
      });
      while (list.children.length > items.length) list.lastElementChild?.remove();
      list.hidden = items.length === 0;
      if (none) none.hidden = items.length > 0;
      else section.hidden = items.length === 0;
    }
  }
}
