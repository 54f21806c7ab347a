// A clock and a network that tests control, and the words of a page.

import { readFileSync } from 'node:fs';
import { format } from '../shared/i18n.js';

/** The shipped words of a page. An unknown key throws.
 * @param {string} page @param {string} lang */
export function readLocale(page, lang) {
  const messages = JSON.parse(readFileSync(new URL(`../locales/${page}.${lang}.json`, import.meta.url), 'utf8'));
  return {
    lang, has: (/** @type {string} */ key) => key in messages,
    t(/** @type {string} */ key, /** @type {any} */ params = {}) {
      if (!(key in messages)) throw new Error(`${page}.${lang} has no words for ${key}`);
      return format(messages[key], lang, params);
    },
  };
}

export class FakeClock {
  #now = 1_700_000_000_000;
  /** @type {Map<number, {at: number, fn: () => void}>} */ #timers = new Map();
  #next = 1;
  now = () => this.#now;
  /** @param {() => void} fn @param {number} ms */
  setTimeout = (fn, ms) => {
    this.#timers.set(this.#next, { at: this.#now + ms, fn });
    return this.#next++;
  };
  /** @param {number} id */
  clearTimeout = (id) => { this.#timers.delete(id); };
  get pending() { return this.#timers.size; }
  /** ms until the earliest timer, Infinity if there is none */
  get next() { return Math.min(...[...this.#timers.values()].map((t) => t.at - this.#now)); }
  /** @param {number} ms runs every timer that falls due, in order */
  advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].fn();
    }
    this.#now = end;
  }
  /** @param {number} ms the device sleeps: time passes, no timer runs */
  sleep(ms) { this.#now += ms; }
}

/** A network whose sockets the test opens, feeds and closes. */
export class FakeNetwork {
  /** @type {any[]} */ sockets = [];
  clock = new FakeClock();
  random = 0.5;
  /** @type {unknown[]} */ reports = [];
  /** @type {Set<() => void>} */ wakers = new Set();
  /** @type {(() => void)|null} */ lost = null; // simulates a device without network
  /** @type {any} */ env;
  constructor() {
    const net = this;
    this.env = {
      WebSocket: class {
        readyState = 0;
        /** @type {string[]} */ sent = [];
        /** @type {((e: {data: string}) => void)|null} */ onmessage = null;
        /** @type {((e: {code: number}) => void)|null} */ onclose = null;
        closedWith = NaN;
        /** @param {string} url @param {string[]} protocols */
        constructor(url, protocols) {
          this.url = new URL(url);
          this.protocols = protocols;
          net.sockets.push(this);
        }
        /** @param {string} text */
        send(text) { this.sent.push(text); }
        /** @param {number} [code] */
        close(code) { this.readyState = 2; this.closedWith = code ?? 0; }
        /** @param {any[]} frames */
        feed(...frames) {
          this.readyState = 1;
          for (const f of frames) this.onmessage?.({ data: typeof f === 'string' ? f : JSON.stringify(f) });
        }
        /** @param {number} code */
        cut(code = 1006) { this.readyState = 3; this.onclose?.({ code }); }
      },
      location: { protocol: 'http:', host: 'hall.local:2333' },
      setTimeout: this.clock.setTimeout, clearTimeout: this.clock.clearTimeout, now: this.clock.now,
      random: () => this.random,
      onWake: (/** @type {() => void} */ wake, /** @type {() => void} */ lost) => { this.lost = lost; this.wakers.add(wake); return () => this.wakers.delete(wake); },
      report: (/** @type {unknown} */ fault) => this.reports.push(fault),
    };
  }
  get last() { return this.sockets.at(-1); }
  wake() { for (const w of this.wakers) w(); }
}
