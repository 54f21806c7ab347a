// The review column: the current item opened, the others in one line each, and
// what was decided just now. On narrow screens the next item is pinned below.

import { el, icon, said } from '../shared/dom.js';
import { explain, reachesBeyond } from './details.js';
import { labelled } from './labels.js';
import { cut } from './queue.js';

/** @typedef {import('./model.js').Entry} Entry */

/** Items drawn at once; the rest is a number. */
const DRAWN = 60;

export class ReviewView {
  #parts; #desk; #queue; #acts; #open;
  #choosing = false;
  #frame = 0;

  /**
   * @param {{list: HTMLElement, decided: HTMLElement, decidedBox: HTMLElement, empty: HTMLElement, next: HTMLElement, bulk: HTMLElement, several: HTMLButtonElement, counts: HTMLElement[]}} parts
   * @param {import('./desk.js').Desk} desk
   * @param {import('./queue.js').Queue} queue
   * @param {import('./acts.js').Acts} acts
   * @param {{ban: (entry: Entry) => void, person: (entry: Entry) => void}} open
   */
  constructor(parts, desk, queue, acts, open) {
    this.#parts = parts;
    this.#desk = desk;
    this.#queue = queue;
    this.#acts = acts;
    this.#open = open;
    parts.several.addEventListener('click', () => this.choose(!this.#choosing));
    for (const box of [parts.list, parts.next, parts.bulk, parts.decided]) box.addEventListener('click', (e) => this.#clicked(/** @type {MouseEvent} */ (e)));
    desk.on('queue', () => this.draw());
    setInterval(() => this.#tick(), 1000);
  }

  /** @param {boolean} on whether several are being selected */
  choose(on) {
    this.#choosing = on;
    if (!on) this.#queue.chooseAll(false);
    this.draw();
  }

  get choosing() { return this.#choosing; }

  /** @param {'approve'|'refuse'|'ban'|'person'} act on the chosen ones, else the current one */
  act(act) {
    const chosen = this.#queue.chosen;
    const item = this.#queue.current;
    if (act === 'approve' || act === 'refuse') {
      if (this.#choosing && chosen.length > 0) {
        void this.#acts.decide(act, chosen);
        this.choose(false);
      } else if (item) void this.#acts.decide(act, [item.id]);
    } else if (item) this.#open[act](item);
  }

  draw() {
    this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.#draw(); });
  }

  #draw() {
    const { t } = this.#desk.words;
    const { items, total, decided } = this.#queue;
    const { list, empty, bulk, several, counts, decidedBox } = this.#parts;
    for (const count of counts) {
      count.textContent = total.toLocaleString(this.#desk.words.lang);
      count.hidden = total === 0;
    }
    if (items.length === 0) this.#choosing = false;
    several.hidden = items.length < 2;
    several.textContent = t(this.#choosing ? 'select_end' : 'select_several');
    several.setAttribute('aria-pressed', String(this.#choosing));
    empty.hidden = items.length > 0;
    const focused = /** @type {HTMLElement|null} */ (document.activeElement?.closest('.held-item'));
    const had = focused && list.contains(focused) ? /** @type {HTMLElement} */ (document.activeElement).dataset.act ?? '' : null;
    const at = Math.max(0, this.#queue.place - 1);
    const from = Math.max(0, Math.min(at - 10, items.length - DRAWN));
    list.replaceChildren(...items.slice(from, from + DRAWN).map((item) => this.#item(item)));
    if (from + DRAWN < total) list.append(el('li', { class: 'more-held' }, t('more_waiting', { n: total - Math.min(items.length, from + DRAWN) })));
    // The keyboard stays where it was: at the current item.
    if (had !== null) /** @type {HTMLElement|null} */ (list.querySelector(`.current [data-act="${had || 'approve'}"]`))?.focus();
    list.querySelector('.current')?.scrollIntoView({ block: 'nearest' });
    this.#drawNext();
    bulk.hidden = !this.#choosing;
    if (this.#choosing) {
      const n = this.#queue.chosen.length;
      bulk.replaceChildren(
        el('span', {}, t('chosen', { n })), el('span', { class: 'gap' }),
        el('button', { type: 'button', class: 'button line', 'data-act': 'all' }, t(n === items.length ? 'select_none' : 'select_all')),
        el('button', { type: 'button', class: 'button', 'data-act': 'refuse_chosen', 'aria-disabled': n === 0 ? 'true' : null }, t('refuse')),
        el('button', { type: 'button', class: 'button main', 'data-act': 'approve_chosen', 'aria-disabled': n === 0 ? 'true' : null }, t('approve')));
    }
    decidedBox.hidden = decided.length === 0;
    this.#parts.decided.replaceChildren(...decided.map((d) => this.#decidedRow(d)));
  }

  /** @param {Entry} item */
  #item(item) {
    const current = item.id === this.#queue.current?.id;
    const row = el('li', { class: `held-item${current ? ' current' : ''}${item.busy ? ' busy' : ''}`, 'data-id': item.id, 'aria-current': current ? 'true' : null });
    const { t } = this.#desk.words;
    if (this.#choosing) {
      const box = el('input', { type: 'checkbox', 'data-act': 'choose', 'aria-label': t('select_of', { text: item.text }) });
      box.checked = this.#queue.chosen.includes(item.id);
      row.append(el('label', { class: 'choose' }, box));
    }
    if (!current) {
      const body = el('button', { type: 'button', class: 'held-body', 'data-act': 'look' }, this.#text(item),
        el('span', { class: 'held-meta' }, ...this.#meta([said(this.#acts.nameOf(item)), this.#reason(item), this.#age(item)])));
      const quick = (/** @type {string} */ act, /** @type {string} */ glyph) => el('button', { type: 'button', class: 'icon-button', 'data-act': act, title: t(act), 'aria-label': t(`${act}_of`, { text: item.text }) }, icon(glyph));
      row.append(body, quick('approve', 'check'), quick('refuse', 'x'));
      return row;
    }
    row.append(el('div', { class: 'held-open' }, this.#head(item), el('p', { class: 'held-text' }, this.#text(item)), this.#why(item), this.#buttons(item, true)));
    return row;
  }

  /** @param {Entry} item */
  #head(item) {
    return el('p', { class: 'held-head' }, el('button', { type: 'button', class: 'as-text', 'data-act': 'person', 'aria-label': this.#desk.words.t('person_of', { name: this.#acts.nameOf(item) }) }, said(this.#acts.nameOf(item))), el('span', { class: 'gap' }), this.#age(item));
  }

  /** @param {Entry} item */
  #why(item) {
    const { t } = this.#desk.words;
    const seen = cut(item.text, item.spans).filter((part) => part.hit).map((part) => part.text).join('');
    const read = item.word && item.word !== seen ? el('span', {}, t('read_as'), ' ', el('b', {}, said(item.word))) : null;
    const beyond = reachesBeyond(item.detail) ? el('span', {}, ...explain(this.#desk.words, item.detail ?? '')) : null;
    return el('p', { class: 'held-why' }, ...this.#meta([this.#reason(item), read, beyond]));
  }

  /** Parts on one line with dots between. @param {(Node|string|null)[]} parts */
  #meta(parts) {
    return parts.filter((part) => part).flatMap((part, i) => (i > 0 ? [el('span', { class: 'mid', 'aria-hidden': 'true' }, '·'), part] : [part]));
  }

  /** @param {Entry} item @param {boolean} keys */
  #buttons(item, keys) {
    const { t } = this.#desk.words;
    const button = (/** @type {string} */ act, /** @type {string} */ tone, /** @type {string} */ key) => el('button', { type: 'button', class: `button ${tone}`, 'data-act': act, 'aria-keyshortcuts': key.toLowerCase(), 'aria-disabled': item.busy ? 'true' : null },
      el('span', {}, t(act)), keys && el('kbd', { 'aria-hidden': 'true' }, key));
    return el('div', { class: 'held-buttons' }, button('approve', 'main', 'A'), button('refuse', 'line', 'R'), button('ban', 'stop', 'B'));
  }

  /** @param {Entry} item */
  #text(item) {
    const box = el('bdi', { dir: 'auto', class: 'held-words' });
    for (const { text, hit } of cut(item.text, item.spans)) box.append(hit ? el('mark', {}, text) : text);
    return box;
  }

  /** @param {Entry} item */
  #reason(item) {
    const { t, has } = this.#desk.words;
    return has(`rule_${item.rule}`) ? t(`rule_${item.rule}`) : item.rule || t('rule_review');
  }

  /** @param {Entry} item */
  #age(item) { return el('span', { class: 'age', 'data-at': item.at }, this.#since(item.at)); }

  /** @param {number} at */
  #since(at) {
    const s = Math.max(0, Math.round((this.#desk.now - at) / 1000));
    const { t } = this.#desk.words;
    return s < 60 ? t('age_s', { n: s }) : s < 3600 ? t('age_m', { n: Math.floor(s / 60) }) : t('age_h', { n: Math.floor(s / 3600) });
  }

  #tick() {
    if (document.hidden) return;
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.age[data-at]'))) {
      const text = this.#since(Number(node.dataset.at));
      if (node.textContent !== text) node.textContent = text;
    }
  }

  #drawNext() {
    const { next } = this.#parts;
    const item = this.#queue.current;
    next.hidden = !item;
    if (!item) return next.replaceChildren();
    const { t } = this.#desk.words;
    const had = next.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.act : null;
    next.dataset.id = item.id;
    const buttons = this.#buttons(item, false);
    const ban = /** @type {HTMLElement} */ (buttons.lastElementChild);
    ban.setAttribute('aria-label', t('ban'));
    ban.title = t('ban');
    ban.replaceChildren(icon('ban'));
    next.replaceChildren(
      el('p', { class: 'next-head' }, icon('clock'), el('strong', {}, t('next_review')), el('span', {}, `${this.#queue.place} / ${this.#queue.total}`), el('span', { class: 'gap' }), this.#age(item)),
      el('p', { class: 'held-text' }, this.#text(item)),
      el('p', { class: 'held-why' }, ...this.#meta([said(this.#acts.nameOf(item)), this.#reason(item)])),
      buttons);
    if (had) /** @type {HTMLElement|null} */ (next.querySelector(`[data-act="${had}"]`))?.focus();
  }

  /** @param {import('./queue.js').Decided} d */
  #decidedRow(d) {
    const { t } = this.#desk.words;
    const mine = d.by === this.#desk.me;
    const verb = { shown: 'approved', refused: 'refused', removed: 'removed' }[d.status];
    const who = mine ? t(`you_${verb}`) : t(`who_${verb}`, { who: labelled(d.by, this.#desk.words) });
    return el('li', { class: `decided ${d.status}`, 'data-id': d.id }, icon(d.status === 'shown' ? 'check' : d.status === 'refused' ? 'x' : 'takedown'),
      el('span', { class: 'decided-text' }, said(d.text)), el('span', { class: 'decided-who' }, el('bdi', {}, who)),
      mine && d.status !== 'removed' ? el('button', { type: 'button', class: 'icon-button', 'data-act': 'undo', title: t('undo'), 'aria-label': t('undo_of', { text: d.text }) }, icon('undo')) : el('span', { class: 'no-act' }));
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest('[data-act]'));
    if (!button || button.getAttribute('aria-disabled') === 'true') return;
    const id = /** @type {HTMLElement|null} */ (button.closest('[data-id]'))?.dataset.id ?? '';
    const item = this.#queue.get(id);
    switch (button.dataset.act) {
      case 'look': this.#queue.look(id); this.draw(); break;
      case 'choose': this.#queue.choose(id); this.draw(); break;
      case 'all': this.#queue.chooseAll(this.#queue.chosen.length < this.#queue.items.length); this.draw(); break;
      case 'approve_chosen': this.act('approve'); break;
      case 'refuse_chosen': this.act('refuse'); break;
      case 'approve': case 'refuse': if (item) void this.#acts.decide(/** @type {any} */ (button.dataset.act), [id]); break;
      case 'ban': case 'person': if (item) this.#open[/** @type {'ban'|'person'} */ (button.dataset.act)](item); break;
      case 'undo': {
        const decided = this.#queue.decided.find((d) => d.id === id);
        if (decided) void this.#acts.undo(decided);
      }
    }
  }
}
