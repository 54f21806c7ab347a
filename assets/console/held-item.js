// The parts of a held comment in the review column.

import { el, icon, said } from '../shared/dom.js';
import { authorsOf } from './ban-each.js';
import { explain, reachesBeyond } from './details.js';
import { lookersChip } from './looking.js';
import { markedName, markedText, unmasked } from './marks.js';
import { cut } from './queue.js';
import { thumbnail } from './show-photos.js';
import { timesOf } from './review-alike.js';
import { sourceMark } from './source.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./queue.js').Row} Row */

export class HeldItem {
  #store; #acts;

  /** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
  constructor(store, acts) {
    this.#store = store;
    this.#acts = acts;
  }

  /** The number of comments, the author, the source and the age. @param {Row} row */
  head(row) {
    const item = row.first;
    return el('p', { class: 'held-head' }, timesOf(row, this.#store.words), el('button', { type: 'button', class: 'as-text', 'data-act': 'person', 'aria-label': this.#store.words.t('person_of', { name: this.#acts.nameOf(item) }) }, this.name(item)), sourceMark(item, this.#store.words), this.lookers(row), el('span', { class: 'gap' }), this.age(item),
      el('button', { type: 'button', class: 'icon-button', 'data-act': 'feature', 'aria-keyshortcuts': 's', 'aria-label': this.#store.words.t('approve_feature'), title: `${this.#store.words.t('approve_feature')} (S)` }, icon('show')));
  }

  /** Why it is held. @param {Entry} item */
  why(item) {
    const { t } = this.#store.words;
    const seen = cut(item.in_name ? item.name ?? '' : item.text, item.spans).filter((part) => part.hit).map((part) => part.text).join('');
    const read = item.word && item.word !== seen ? el('span', {}, t('read_as'), ' ', el('b', {}, said(item.word))) : null;
    const beyond = reachesBeyond(item) ? el('span', {}, ...explain(this.#store.words, item)) : null;
    return el('p', { class: 'held-why' }, ...this.meta([this.reason(item), read, beyond, unmasked(item, this.#store.words)]));
  }

  /** Parts on one line with dots between. @param {(Node|string|null)[]} parts */
  meta(parts) {
    return parts.filter((part) => part).flatMap((part, i) => (i > 0 ? [el('span', { class: 'mid', 'aria-hidden': 'true' }, '·'), part] : [part]));
  }

  /** The other moderators who have a comment of a row open. @param {Row} row */
  lookers(row) { return lookersChip(row.items, this.#store.words); }

  /** The effect of a button on a row, in words. @param {string} act @param {Row} row */
  verb(act, row) {
    const { t } = this.#store.words;
    if (act === 'ban') return t(authorsOf(row.items).length > 1 ? 'ban_chosen' : 'ban');
    return row.count > 1 ? t(`${act}_all`, { n: row.count }) : t(act);
  }

  /** @param {Row} row @param {string} about the id of the element with the text @param {boolean} keys whether they show their keys @param {boolean} [narrow] the last one is only an icon */
  buttons(row, about, keys, narrow = false) {
    const { t, lang } = this.#store.words;
    const many = row.count > 1;
    const button = (/** @type {string} */ act, /** @type {string} */ tone, /** @type {string} */ key) => {
      const label = many ? this.verb(act, row) : null;
      const bare = (many || narrow) && act === 'ban';
      const face = bare ? [icon('ban')] : [el('span', {}, many ? `${t(act)} ×${row.count.toLocaleString(lang)}` : t(act)), keys && !many && el('kbd', { 'aria-hidden': 'true' }, key)];
      return el('button', { type: 'button', class: `button ${tone}`, 'data-act': act, 'aria-describedby': about, 'aria-keyshortcuts': key.toLowerCase(), 'aria-disabled': row.first.busy ? 'true' : null, 'aria-label': label ?? (bare ? t(act) : null), title: label ?? (bare ? t(act) : null) }, ...face);
    };
    return el('div', { class: `held-buttons${many ? ' all' : ''}` }, button('approve', 'main', 'A'), button('refuse', 'line', 'R'), button('ban', 'stop', 'B'));
  }

  /** The name, with its matches marked. @param {Entry} item */
  name(item) { return markedName(item, this.#store.words.t('guest')); }

  /** The text, with its matches marked. @param {Entry} item */
  text(item) {
    const text = markedText(item, 'held-words');
    return item.photo ? el('div', { class: 'held-photo' }, el('a', { href: item.photo.path, target: '_blank', rel: 'noreferrer' }, thumbnail(item.photo, this.#store.words.t('photos_large'))), text) : text;
  }

  /** The rule that held it, in words. @param {Entry} item */
  reason(item) {
    const { t, has } = this.#store.words;
    return has(`rule_${item.rule}`) ? t(`rule_${item.rule}`) : item.rule || t('rule_review');
  }

  /** How long it has waited; the view updates it by data-at. @param {Entry} item */
  age(item) { return el('span', { class: 'age', 'data-at': item.at }, this.since(item.at)); }

  /** The time since a moment, in words. @param {number} at ms */
  since(at) {
    const s = Math.max(0, Math.round((this.#store.now - at) / 1000));
    const { t } = this.#store.words;
    return s < 60 ? t('age_s', { n: s }) : s < 3600 ? t('age_m', { n: Math.floor(s / 60) }) : t('age_h', { n: Math.floor(s / 3600) });
  }

  /** Updates the displayed waiting times. */
  tick() {
    if (document.hidden) return;
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.age[data-at]'))) {
      const text = this.since(Number(node.dataset.at));
      if (node.textContent !== text) node.textContent = text;
    }
  }
}
