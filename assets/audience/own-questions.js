// The person's own questions that are not in the list yet: in flight, held, or not sent; and
// which questions of the list are the person's own.

import { el, icon, said } from '../shared/dom.js';

/** Chips by the state of a question. */
const CHIPS = /** @type {Record<string, string>} */ ({ held: 'clock', refused: 'refuse', queued: 'offline', retrying: 'clock', sending: 'send' });

export class OwnQuestions {
  #words;
  #box = el('ul', { class: 'asks-own' });
  /** @type {Map<string, {text: string, state: string, id: string, node: HTMLElement}>} by ref */ #rows = new Map();
  /** @type {Set<string>} ids in the list */ #mine = new Set();

  /** @param {HTMLElement} panel @param {import('../shared/i18n.js').Words} words */
  constructor(panel, words) {
    this.#words = words;
    panel.prepend(this.#box);
    words.onChange(() => { for (const row of this.#rows.values()) this.#draw(row); });
  }

  get empty() { return this.#rows.size === 0; }

  /** @param {string} id */
  has(id) { return this.#mine.has(id); }

  /** @param {{ref: string, text: string}} item @param {string} state */
  add({ ref, text }, state) {
    const row = { text, state, id: '', node: el('li') };
    this.#rows.set(ref, row);
    this.#box.append(row.node);
    this.#draw(row);
  }

  /** @param {string} ref @param {string} state @param {any} [ack] */
  resolve(ref, state, ack) {
    const row = this.#rows.get(ref);
    if (!row) return;
    row.state = state;
    row.id = ack?.id ?? row.id;
    if (row.id) this.#mine.add(row.id);
    if (state === 'shown') return this.takeBack(ref);
    this.#draw(row);
  }

  /** Removes a question that is now in the list. @param {string} id */
  arrived(id) { for (const [ref, row] of this.#rows) if (row.id === id) this.takeBack(ref); }

  /** @param {string[]} ids */
  removed(ids) { for (const id of ids) this.arrived(id); }

  /** @param {string} ref */
  takeBack(ref) {
    this.#rows.get(ref)?.node.remove();
    this.#rows.delete(ref);
  }

  /** @param {{text: string, state: string, node: HTMLElement}} row */
  #draw({ text, state, node }) {
    const { t } = this.#words;
    node.replaceChildren(el('p', { class: 'who' }, el('span', {}, t('you')), el('span', { class: `chip ${state === 'refused' ? 'stop' : state}` }, icon(CHIPS[state] ?? 'send'), t(state === 'refused' ? 'not_sent' : state))), el('p', { class: 'said' }, said(text)));
  }
}
