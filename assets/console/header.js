// The header: the room and its state, the rooms menu, tabs and the numbers that
// open over the feed where they have no column.

import { byId, el, icon } from '../shared/dom.js';
import { copy } from './page.js';
import { SECTIONS } from './sections.js';

export class Header {
  #desk; #acts; #line;
  #audience;
  #narrow = matchMedia('(max-width: 1023px)');

  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./acts.js').Acts} acts
   * @param {() => {away: boolean, stopped: boolean}} line
   */
  constructor(desk, acts, line) {
    this.#desk = desk;
    this.#acts = acts;
    this.#line = line;
    this.#audience = `${document.documentElement.dataset.origin || location.origin}/r/${desk.roomId}`;
    this.#address(this.#audience);
    let secret = false;
    desk.on('room', () => {
      if (secret === Boolean(desk.room.secret)) return;
      secret = !secret;
      void this.#invite();
    });
    byId('copy').addEventListener('click', () => void copy(this.#audience, byId('copy'), desk.words, byId('address')));
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

  /** The audience's address of a secret room has its key. */
  async #invite() {
    const got = await this.#acts.call('GET', this.#desk.path('addresses'));
    if (!(got?.audience?.length > 0)) return;
    this.#address(got.audience[0].url);
    // Another address, since browsers keep the picture of one that they have shown.
    document.querySelector('.entry img')?.setAttribute('src', `${this.#desk.path('qr.svg')}?new=${Date.now()}`);
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

  /** The page's main part is the review column while it stands alone. */
  #landmark() {
    const alone = this.#narrow.matches && document.documentElement.dataset.tab === 'review';
    byId('review').setAttribute('role', alone ? 'main' : 'complementary');
  }

  /** @param {boolean} open @returns {boolean|void} false: nothing to close */
  showNumbers(open) {
    const root = document.documentElement;
    if (!open && !root.hasAttribute('data-numbers')) return false;
    root.toggleAttribute('data-numbers', open);
    byId('code').setAttribute('aria-expanded', String(open));
  }

  draw() {
    const { room, words: { t }, stats } = this.#desk;
    const { away, stopped } = this.#line();
    if (room.title !== undefined) {
      for (const id of ['title', 'title-narrow']) byId(id).firstElementChild?.replaceChildren(room.title || room.id);
      document.title = `${room.title || room.id} · ${t('app')}`;
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
      const overlay = byId('overlay'), n = stats.clients?.overlay ?? 0;
      const words = t(n > 1 ? 'overlay_on_n' : n === 1 ? 'overlay_on' : 'overlay_off', { n });
      const late = n > 0 && stats.shown_ms !== undefined ? t('ms', { n: stats.shown_ms }) : '';
      overlay.hidden = false;
      overlay.classList.toggle('off', n === 0);
      overlay.title = late ? `${words} · ${t('shown_in', { time: late })}` : words;
      /** @type {HTMLElement} */ (overlay.querySelector('.long')).textContent = words;
      /** @type {HTMLElement} */ (overlay.querySelector('.short')).textContent = t(n > 1 ? 'short_overlays' : n === 1 ? 'short_overlay' : 'short_overlay_off', { n });
      /** @type {HTMLElement} */ (overlay.querySelector('small')).textContent = late;
    }
    this.#pages();
  }

  /** The pages in the narrow menu; from a dock they open in the browser. */
  #pages() {
    const { t } = this.#desk.words;
    const dock = this.#desk.view === 'dock';
    const nav = byId('more-pages');
    const key = this.#desk.words.lang;
    if (nav.dataset.lang === key) return;
    nav.dataset.lang = key;
    nav.replaceChildren(...SECTIONS.filter((name) => name !== 'links' || this.#desk.owner).map((name) => el('a', {
      href: dock ? `/console/${encodeURIComponent(this.#desk.roomId)}#${name === 'live' ? '' : name}` : `#${name === 'live' ? '' : name}`,
      target: dock ? '_blank' : null, rel: dock ? 'noopener' : null, 'data-section-link': dock ? null : name,
    }, el('span', {}, t(`page_${name}`)), dock && icon('external'))));
  }

  async #rooms() {
    const { t } = this.#desk.words;
    const list = await this.#acts.call('GET', '/api/rooms');
    if (!list) return;
    const here = this.#desk.view === 'dock' ? 'dock' : 'console';
    const items = (list.rooms ?? []).map((/** @type {any} */ r) => {
      const tick = icon('check');
      tick.classList.add('tick');
      return el('a', { href: `/${here}/${encodeURIComponent(r.id)}`, 'aria-current': String(r.id === this.#desk.roomId) },
        el('bdi', { dir: 'auto' }, r.title || r.id), r.state !== 'open' && el('span', { class: 'room-state' }, t(r.state === 'paused' ? 'paused' : 'closed')), tick);
    });
    const manage = this.#desk.owner ? [el('hr'), el('button', { type: 'button', onclick: () => void this.#manage() }, icon('plus'), t('rooms_manage'))] : [];
    byId('rooms').replaceChildren(...items, ...manage);
  }

  async #manage() {
    const { openRooms } = await import('./rooms.js');
    openRooms(this.#desk, this.#acts);
  }
}
