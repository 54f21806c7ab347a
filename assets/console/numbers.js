// The column of numbers: the content of `stats`, every two seconds.

import { call } from '../shared/api.js';
import { byId, el, icon } from '../shared/dom.js';
import { chart } from './series.js';

/** The most rules shown; the rest is on the page of numbers. */
const RULES = 6;

/** ms between two requests for the last hour */
const POLL_EVERY = 60_000;

export class Numbers {
  #words; #path; #changed;
  /** @type {{shown: number[], people: number[]}} by the minute, the present one last */ #hour = { shown: [], people: [] };
  #asked = -Infinity;
  /** @type {any} */ #last = null;

  /**
   * @param {import('../shared/i18n.js').Words} words
   * @param {string} path of the room's stats
   * @param {() => void} changed the last hour has arrived
   */
  constructor(words, path, changed) {
    this.#changed = changed;
    this.#words = words;
    this.#path = path;
  }

  /** Comments in each minute of the last hour, and in the last 60 s. */
  get rates() { return this.#withCurrent(this.#hour.shown, this.#last?.rate ?? 0); }

  /** Phones connected in each minute of the last hour, and now. */
  get people() { return this.#withCurrent(this.#hour.people, this.#last?.clients?.audience ?? 0); }

  /** Uses the present value for the unfinished minute. @param {number[]} minutes @param {number} now */
  #withCurrent(minutes, now) { return [...minutes.slice(0, -1), now]; }

  /** @param {any} stats a stats frame */
  take(stats) {
    this.#last = stats;
    this.draw();
    if (performance.now() - this.#asked >= POLL_EVERY) void this.#ask();
  }

  async #ask() {
    this.#asked = performance.now();
    try {
      this.#hour = (await call('GET', this.#path)).hour;
      this.draw();
      this.#changed();
    } catch { /* the next minute asks again; until then the chart stands still */ }
  }

  draw() {
    if (!this.#last) return;
    const { t, lang } = this.#words;
    const { clients = {}, rate = 0, refused = {}, log = { ready: true } } = this.#last;
    const write = (/** @type {string} */ id, /** @type {number} */ n) => { byId(id).textContent = n.toLocaleString(lang); };
    write('rate', rate);
    write('people', clients.audience ?? 0);
    write('phones', clients.audience ?? 0);
    write('overlays', clients.overlay ?? 0);
    write('consoles', clients.console ?? 0);
    byId('counts').textContent = t('dock_counts', { n: clients.audience ?? 0, rate });
    const saved = byId('saved');
    saved.classList.toggle('bad', !log.ready);
    saved.replaceChildren(icon(log.ready ? 'check' : 'warn'), log.ready ? t('saved_ms', { n: Math.round((log.wait_ms ?? 0) * 10) / 10 }) : t('saved_not'));
    for (const node of document.querySelectorAll('.range')) node.textContent = t('last_hour');
    this.#chart('rate-chart', this.rates);
    this.#chart('people-chart', this.people);
    this.#bars(refused);
  }

  /** @param {string} id @param {number[]} values */
  #chart(id, values) {
    const svg = byId(id);
    const { stroke, area } = chart(values, 100, 56);
    svg.querySelector('.stroke')?.setAttribute('d', stroke);
    svg.querySelector('.area')?.setAttribute('d', area);
    const [first, last, most] = [values[0], values.at(-1) ?? 0, Math.max(...values)].map(Math.round);
    svg.setAttribute('aria-label', this.#words.t('chart', { first, last, most }));
  }

  /** @param {Record<string, number>} refused */
  #bars(refused) {
    const { t, has, lang } = this.#words;
    const rules = Object.entries(refused).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]).slice(0, RULES);
    const top = rules[0]?.[1] ?? 1;
    byId('stopped').replaceChildren(...rules.map(([rule, n]) => {
      const bar = el('i', { 'aria-hidden': 'true' });
      bar.style.setProperty('--share', `${(n / top) * 100}%`);
      return el('li', {}, el('span', {}, has(`rule_${rule}`) ? t(`rule_${rule}`) : rule), bar, el('b', {}, n.toLocaleString(lang)));
    }), ...(rules.length === 0 ? [el('li', { class: 'none' }, t('stopped_none'))] : []));
  }
}
