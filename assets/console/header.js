// The header: the room and its state, the rooms menu, tabs and the numbers, which open over
// the feed if they have no column.

import { byId, el, icon } from '../shared/dom.js';
import { before } from './labels.js';
import { onAirWords } from './on-air-words.js';
import { copy } from './page.js';
import { SECTIONS } from './sections.js';

export class Header {
  #store; #acts; #line;
  #audience;
  #narrow = matchMedia('(max-width: 1023px)');

  /**
   * @param {import('./store.js').Store} store
   * @param {import('./acts.js').Acts} acts
   * @param {() => {away: boolean, stopped: boolean}} line
   */
  constructor(store, acts, line) {
    this.#store = store;
    this.#acts = acts;
    this.#line = line;
    this.#audience = `${document.documentElement.dataset.origin || location.origin}/r/${store.roomId}`;
    this.#address(this.#audience);
    let secret = false;
    store.on('room', () => {
      if (secret === Boolean(store.room.secret)) return;
      secret = !secret;
      void this.#invite();
    });
    byId('copy').addEventListener('click', () => void copy(this.#audience, byId('copy'), store.words, byId('address')));
    byId('code').addEventListener('click', () => this.showNumbers(!document.documentElement.hasAttribute('data-numbers')));
    byId('live-switch').addEventListener('change', (event) => void acts.set({ state: /** @type {HTMLInputElement} */ (event.target).value }));
    byId('rooms-menu').addEventListener('toggle', (event) => { if (/** @type {HTMLDetailsElement} */ (event.target).open) void this.#rooms(); });
    document.getElementById('rooms-narrow')?.addEventListener('click', () => void this.#manage());
    this.#narrow.addEventListener('change', () => this.#landmark());
    const tabs = /** @type {NodeListOf<HTMLElement>} */ (byId('tabs').querySelectorAll('[role="tab"]'));
    for (const tab of tabs) {
      tab.addEventListener('click', () => this.tab(tab.id.slice(4)));
      tab.addEventListener('keydown', (event) => {
        if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
        const other = tab === tabs[0] ? tabs[1] : tabs[0];
        this.tab(other.id.slice(4));
        other.focus();
      });
    }
  }

  /** The audience's URL of a secret room contains its key. */
  async #invite() {
    const got = await this.#acts.call('GET', this.#store.path('addresses'));
    if (!(got?.audience?.length > 0)) return;
    this.#address(got.audience[0].url);
    // Another URL, because browsers cache the shown picture.
    document.querySelector('.entry img')?.setAttribute('src', `${this.#store.path('qr.svg')}?new=${Date.now()}`);
  }

  /** @param {string} url */
  #address(url) {
    this.#audience = url;
    // It may break before the port, the path and the key, not inside a word.
    byId('address').replaceChildren(...url.replace(/^https?:\/\//, '').split(/(?=:\d+\/|\/r\/|\?)/).flatMap((part) => [part, document.createElement('wbr')]));
  }

  /** @param {string} name feed or review */
  tab(name) {
    document.documentElement.dataset.tab = name;
    for (const tab of /** @type {NodeListOf<HTMLElement>} */ (byId('tabs').querySelectorAll('[role="tab"]'))) {
      const on = tab.id === `tab-${name}`;
      tab.setAttribute('aria-selected', String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    this.#landmark();
  }

  /** The review column is the page's main part while it is shown alone. */
  #landmark() {
    const alone = this.#narrow.matches && document.documentElement.dataset.tab === 'review';
    byId('review').setAttribute('role', alone ? 'main' : 'complementary');
  }

  /** @param {boolean} open @returns {boolean|void} false: there was nothing to close */
  showNumbers(open) {
    const root = document.documentElement;
    if (!open && !root.hasAttribute('data-numbers')) return false;
    root.toggleAttribute('data-numbers', open);
    byId('code').setAttribute('aria-expanded', String(open));
  }

  draw() {
    const { room, words: { t }, stats } = this.#store;
    const { away, stopped } = this.#line();
    if (room.title !== undefined) {
      for (const id of ['title', 'title-narrow']) byId(id).firstElementChild?.replaceChildren(room.title || room.id);
    }
    byId('state').textContent = t(stopped ? 'stopped' : away ? 'connecting' : room.state === 'paused' ? 'paused' : room.state === 'closed' ? 'closed' : 'live');
    byId('dot').className = `live-dot${away || (room.state && room.state !== 'open') ? ' off' : ''}`;
    document.documentElement.classList.toggle('away', away || stopped);
    for (const input of byId('live-switch').querySelectorAll('input')) {
      input.checked = input.value === room.state;
      input.nextElementSibling?.querySelector('.live-dot')?.classList.toggle('off', away || room.state !== 'open');
    }
    const delay = byId('delay');
    delay.hidden = !(room.delay_ms > 0);
    const seconds = (room.delay_ms ?? 0) / 1000;
    delay.title = t('delay_told', { n: seconds });
    /** @type {HTMLElement} */ (delay.querySelector('span')).textContent = t('age_s', { n: seconds });
    if (stats) {
      const overlay = byId('overlay');
      const { state, long, short, late, title } = onAirWords(stats, this.#store.words);
      overlay.hidden = false;
      overlay.classList.toggle('off', state === 'none' || state === 'hidden');
      overlay.classList.toggle('warn', state === 'stuck');
      overlay.title = title;
      /** @type {HTMLElement} */ (overlay.querySelector('.long')).textContent = long;
      /** @type {HTMLElement} */ (overlay.querySelector('.short')).textContent = short;
      /** @type {HTMLElement} */ (overlay.querySelector('small')).textContent = late;
    }
    this.#pages();
  }

  /** The pages in the narrow menu; in a dock they open in the browser. */
  #pages() {
    const { t } = this.#store.words;
    const dock = this.#store.view === 'dock';
    const nav = byId('more-pages');
    const key = this.#store.words.lang;
    if (nav.dataset.lang === key) return;
    nav.dataset.lang = key;
    nav.replaceChildren(...SECTIONS.filter((name) => name !== 'links' || this.#store.owner).map((name) => el('a', {
      href: dock ? `/console/${encodeURIComponent(this.#store.roomId)}#${name === 'live' ? '' : name}` : `#${name === 'live' ? '' : name}`,
      target: dock ? '_blank' : null, rel: dock ? 'noopener' : null, 'data-section-link': dock ? null : name,
    }, el('span', {}, t(`page_${name}`)), dock && icon('external'))));
  }

  async #rooms() {
    const { t } = this.#store.words;
    const list = await this.#acts.call('GET', '/api/rooms');
    if (!list) return;
    const here = this.#store.view === 'dock' ? 'dock' : 'console';
    const path = (/** @type {string} */ id) => encodeURIComponent(id);
    const items = (list.rooms ?? []).map((/** @type {any} */ r) => {
      const tick = icon('check');
      tick.classList.add('tick');
      return el('a', { href: `/${here}/${encodeURIComponent(r.id)}`, 'aria-current': String(r.id === this.#store.roomId) },
        el('bdi', { dir: 'auto' }, r.title || r.id), r.state !== 'open' && el('span', { class: 'room-state' }, t(r.state === 'paused' ? 'paused' : 'closed')), tick);
    });
    const manage = this.#store.owner ? [el('hr'), el('button', { type: 'button', onclick: () => void this.#manage() }, icon('plus'), t('rooms_manage'))] : [];
    const framed = window.parent !== window;
    const others = framed || here === 'dock' ? [] : (list.rooms ?? []).filter((/** @type {any} */ r) => r.id !== this.#store.roomId);
    const beside = others.map((/** @type {any} */ r) => el('a', { href: `/console?rooms=${path(this.#store.roomId)},${path(r.id)}` },
      icon('beside'), el('span', {}, before(t('beside_with')), el('bdi', { dir: 'auto' }, r.title || r.id))));
    const alone = framed && el('a', { href: `/console/${path(this.#store.roomId)}`, target: '_top' }, icon('external'), el('span', {}, t('beside_alone')));
    byId('rooms').replaceChildren(...items, ...(beside.length > 0 || alone ? [el('hr'), ...beside, alone || ''] : []), ...manage);
  }

  async #manage() {
    const { openRooms } = await import('./rooms.js');
    openRooms(this.#store, this.#acts);
  }
}
