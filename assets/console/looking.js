// "Kim is looking at this": tells the other consoles which comment this one has open, and
// marks on the rows which ones they have open.

import { call } from '../shared/api.js';
import { el, icon, said } from '../shared/dom.js';
import { labelled } from './labels.js';
import { Lookers, LookReports } from './lookers.js';

/** ms after which this console repeats that a dialog is still open */
const AGAIN = 10_000;

/** The name of this console. */
const OWN = Array.from(crypto.getRandomValues(new Uint8Array(9)), (n) => n.toString(16).padStart(2, '0')).join('');

export class Looking {
  #reports;
  /** @type {any} */ #timer = null;
  #turn = 0;

  /** @param {import('./store.js').Store} store */
  constructor(store) {
    // The report is optional: an older server does not know it, and a lost one is repeated.
    this.#reports = new LookReports((id) => void call('PUT', store.path('looking'), { console: OWN, id }, (path, init) => fetch(path, { ...init, keepalive: true })).catch(() => {}));
    addEventListener('pagehide', () => {
      clearInterval(this.#timer);
      this.#reports.last();
    });
  }

  /** A comment was opened; the others forget it after a while. @param {string} id */
  at(id) {
    clearInterval(this.#timer);
    this.#reports.say(id);
    return ++this.#turn;
  }

  /** A dialog about a comment is open. @param {string} id @param {HTMLDialogElement} dialog */
  during(id, dialog) {
    const turn = this.at(id);
    this.#timer = setInterval(() => this.#reports.say(id), AGAIN);
    dialog.addEventListener('close', () => { if (turn === this.#turn) this.#end(); });
  }

  #end() {
    clearInterval(this.#timer);
    this.#reports.say('');
  }
}

/**
 * Keeps the lookers' labels on the comments.
 * @param {import('./store.js').Store} store
 * @param {import('./model.js').FeedModel} model
 * @param {(entries: import('./model.js').Entry[]) => void} changed
 * @returns {(frame: any) => void} takes a frame `looking`
 */
export function wireLookers(store, model, changed) {
  const lookers = new Lookers(OWN);
  /** @type {any} */ let timer = null;
  const draw = (/** @type {string[]} */ ids) => {
    const entries = ids.flatMap((id) => model.get(id) ?? []);
    for (const entry of entries) entry.lookers = lookers.of(entry.id);
    if (entries.length > 0) {
      changed(entries);
      store.notify('queue');
    }
    clearTimeout(timer);
    if (lookers.next < Infinity) timer = setTimeout(() => draw(lookers.expire()), Math.max(0, lookers.next) + 50);
  };
  return (frame) => draw(lookers.receive(frame));
}

/** The lookers of some comments, as a chip; null without any. @param {readonly import('./model.js').Entry[]} entries @param {import('../shared/i18n.js').Words} words */
export function lookersChip(entries, words) {
  const names = [...new Set(entries.flatMap((entry) => entry.lookers ?? []))].map((by) => labelled(by, words));
  if (names.length === 0) return null;
  const text = words.t('looking_at', { who: names.join(words.lang === 'en' ? ', ' : '、') });
  return el('span', { class: 'chip lookers', title: text }, icon('eye'), el('span', {}, said(text)));
}
