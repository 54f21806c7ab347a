// The pages of the console beside the live one. Each is loaded when it is first opened and
// declares what it needs.

import { byId } from '../shared/dom.js';
import { confirmFirst } from './dialog.js';

/** In the order of the rail and of the keys 1 to 9; pages after the ninth have no key. */
export const SECTIONS = ['live', 'air', 'rules', 'people', 'stats', 'links', 'audit', 'export', 'room', 'chats', 'show', 'automation', 'voice', 'alerts', 'report'];

/**
 * An open page. `again` is true if it is closed to be reopened, in another language.
 * @typedef {object} Page
 * @property {(again: boolean) => void} close
 * @property {() => import('./dialog.js').Ask|null} [leaving] what to ask before something that was typed is lost
 *
 * Opens a page in a box; the result closes it.
 * @typedef {(host: HTMLElement, store: import('./store.js').Store, acts: import('./acts.js').Acts) => (Page | (() => void))} Open
 */

/** @type {Record<string, () => Promise<{open: Open}>>} */
const LOAD = {
  air: () => import('./page-air.js'),
  rules: () => import('./page-rules.js'),
  people: () => import('./page-people.js'),
  stats: () => import('./page-stats.js'),
  links: () => import('./page-links.js'),
  audit: () => import('./page-audit.js'),
  export: () => import('./page-export.js'),
  room: () => import('./page-room.js'),
  chats: () => import('./page-chats.js'),
  show: () => import('./page-show.js'),
  voice: () => import('./page-voice.js'),
  alerts: () => import('./page-alerts.js'),
  report: () => import('./page-report.js'),
  automation: () => import('./page-automation.js'),
};

export class Sections {
  #store; #acts; #host;
  #now = 'live';
  /** @type {Page|null} */ #page = null;

  /** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
  constructor(store, acts) {
    this.#store = store;
    this.#acts = acts;
    this.#host = byId('page');
    addEventListener('hashchange', () => this.follow());
    store.on('section', () => this.#again());
    addEventListener('beforeunload', (event) => {
      if (!this.#page?.leaving?.()) return;
      event.preventDefault();
      event.returnValue = true; // browsers before 2023 ask only then
    });
  }

  get now() { return this.#now; }

  /** @param {number} n as the keys count @returns {boolean} */
  go(n) {
    const name = SECTIONS[n - 1];
    if (!name || !this.#may(name) || document.body.dataset.view === 'dock') return false;
    location.hash = name === 'live' ? '' : name;
    return true;
  }

  /** Links and automation are for owners only. @param {string} name */
  #may(name) { return !['links', 'automation'].includes(name) || this.#store.owner; }

  /** Opens the page in the address. */
  follow() {
    const asked = location.hash.slice(1);
    const name = LOAD[asked] && this.#may(asked) && document.body.dataset.view !== 'dock' ? asked : 'live';
    if (name === this.#now) return;
    const ask = this.#page?.leaving?.();
    if (ask) {
      history.replaceState(null, '', `#${this.#now}`);
      return confirmFirst(this.#store.words, ask, () => {
        this.#close(false);
        location.hash = name === 'live' ? '' : name;
      });
    }
    this.#now = name;
    document.documentElement.dataset.section = name;
    for (const link of document.querySelectorAll('[data-section-link]')) {
      if (/** @type {HTMLElement} */ (link).dataset.sectionLink === name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    void this.#open(name);
  }

  /** The language or the connection's state has changed the visible content. */
  #again() { if (this.#now !== 'live') void this.#open(this.#now, true); }

  /** @param {boolean} again */
  #close(again) {
    const page = this.#page;
    this.#page = null;
    page?.close(again);
  }

  /** @param {string} name @param {boolean} [again] */
  async #open(name, again = false) {
    this.#close(again);
    const live = name === 'live';
    this.#host.hidden = live;
    this.#host.replaceChildren();
    if (live) return;
    try {
      const { open } = await LOAD[name]();
      if (this.#now !== name) return;
      this.#host.replaceChildren();
      const page = open(this.#host, this.#store, this.#acts);
      this.#page = typeof page === 'function' ? { close: page } : page;
      this.#host.querySelector('h2')?.setAttribute('tabindex', '-1');
      if (document.activeElement === document.body || document.activeElement?.closest('.rail')) /** @type {HTMLElement|null} */ (this.#host.querySelector('h2'))?.focus();
    } catch (fault) {
      this.#acts.trouble(fault);
    }
  }
}
