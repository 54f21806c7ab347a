// The pages of the console beside the live one. Each is loaded when it is first
// opened and says by itself what it needs.

import { byId } from '../shared/dom.js';

/** In the order of the rail and of the keys 1 to 9. */
export const SECTIONS = ['live', 'air', 'rules', 'people', 'stats', 'links', 'audit', 'export', 'room'];

/**
 * Opens a page in a box; what it gives ends it.
 * @typedef {(host: HTMLElement, desk: import('./desk.js').Desk, acts: import('./acts.js').Acts) => (() => void)} Open
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
};

export class Sections {
  #desk; #acts; #host;
  #now = 'live';
  /** @type {(() => void)|null} */ #close = null;

  /** @param {import('./desk.js').Desk} desk @param {import('./acts.js').Acts} acts */
  constructor(desk, acts) {
    this.#desk = desk;
    this.#acts = acts;
    this.#host = byId('page');
    addEventListener('hashchange', () => this.follow());
    desk.on('section', () => this.#again());
  }

  get now() { return this.#now; }

  /** @param {number} n as the keys count @returns {boolean} */
  go(n) {
    const name = SECTIONS[n - 1];
    if (!name || !this.#may(name) || document.body.dataset.view === 'dock') return false;
    location.hash = name === 'live' ? '' : name;
    return true;
  }

  /** Links are the owner's alone. @param {string} name */
  #may(name) { return name !== 'links' || this.#desk.owner; }

  /** Opens what the address names. */
  follow() {
    const asked = location.hash.slice(1);
    const name = LOAD[asked] && this.#may(asked) && document.body.dataset.view !== 'dock' ? asked : 'live';
    if (name === this.#now) return;
    this.#now = name;
    document.documentElement.dataset.section = name;
    for (const link of document.querySelectorAll('[data-section-link]')) {
      if (/** @type {HTMLElement} */ (link).dataset.sectionLink === name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    void this.#open(name);
  }

  /** The language or the room's end of a connection has changed what is seen. */
  #again() { if (this.#now !== 'live') void this.#open(this.#now); }

  /** @param {string} name */
  async #open(name) {
    this.#close?.();
    this.#close = null;
    const live = name === 'live';
    this.#host.hidden = live;
    this.#host.replaceChildren();
    if (live) return;
    try {
      const { open } = await LOAD[name]();
      if (this.#now !== name) return;
      this.#host.replaceChildren();
      this.#close = open(this.#host, this.#desk, this.#acts);
      this.#host.querySelector('h2')?.setAttribute('tabindex', '-1');
      if (document.activeElement === document.body || document.activeElement?.closest('.rail')) /** @type {HTMLElement|null} */ (this.#host.querySelector('h2'))?.focus();
    } catch (fault) {
      this.#acts.trouble(fault);
    }
  }
}
