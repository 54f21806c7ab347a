// The console's view of a raid: many newcomers at once, or many people with the same text;
// with one-click answers, and one click that reverses them. Independent of the page.

import { SLOW } from './model.js';

/** ms for which newcomers cause no alarm after somebody has dismissed it. */
const QUIET = 600_000;

/** Answers, ordered by their severity: a switch, its setting, and its value when on. */
const ANSWERS = /** @type {const} */ ([
  { name: 'newcomers', glyph: 'newcomer', field: 'newcomers', on: 'held' },
  { name: 'slow', glyph: 'slow', field: 'slow_ms', on: SLOW },
  { name: 'links', glyph: 'linkoff', field: 'links', on: 'refused' },
]);

/** @typedef {{newcomers?: number, stopped?: number, voices?: number, text?: string, seconds?: number}} Raid as in `stats` */

export class RaidWatch {
  #now;
  /** @type {Raid} what is shown; numbers stay the same until they have clearly grown */ #shown = {};
  #on = false;
  /** @type {Record<string, any>|null} settings from before the raid */ #before = null;
  #quiet = -Infinity;
  /** @type {Set<string>} texts that were waved off */ #dismissed = new Set();

  /** @param {() => number} [now] ms, monotonic */
  constructor(now = () => performance.now()) { this.#now = now; }

  /** The displayed raid; null without one. */
  get raid() { return this.#on ? this.#shown : null; }

  /** @param {Raid|undefined} raid of the newest stats @param {Record<string, any>} room */
  take(raid, room) {
    const { newcomers = 0, stopped = 0, voices = 0, text = '', seconds = 30 } = raid ?? {};
    const fresh = this.#now() < this.#quiet ? 0 : newcomers;
    const loud = this.#dismissed.has(text) ? 0 : voices;
    this.#on = fresh > 0 || loud > 0;
    if (!this.#on) {
      if (this.answers(room).given.length === 0) this.#before = null;
      return;
    }
    this.#before ??= Object.fromEntries(ANSWERS.map(({ field }) => [field, room[field]]));
    const last = this.#shown;
    this.#shown = { seconds, newcomers: steadyNumber(last.newcomers, fresh), stopped: fresh && steadyNumber(last.stopped, stopped), voices: text === last.text ? steadyNumber(last.voices, loud) : loud, text };
  }

  /**
   * The answers given since it began, by any moderator, and the remaining ones.
   * @param {Record<string, any>} room the present settings
   */
  answers(room) {
    const is = (/** @type {typeof ANSWERS[number]} */ { name, field, on }, /** @type {any} */ value) => (name === 'slow' ? value > 0 : value === on) && value !== undefined;
    const before = this.#before;
    return {
      given: before ? ANSWERS.filter((a) => is(a, room[a.field]) && !is(a, before[a.field])) : [],
      left: ANSWERS.filter((a) => !is(a, room[a.field])),
    };
  }

  /** The settings that reverse all answers. @param {Record<string, any>} room */
  back(room) {
    return Object.fromEntries(this.answers(room).given.map(({ field }) => [field, this.#before?.[field]]));
  }

  /** Dismisses it: newcomers for a while, a text permanently. Given answers stay. */
  wave() {
    if (this.#on && this.#shown.newcomers) this.#quiet = this.#now() + QUIET;
    if (this.#on && this.#shown.voices && this.#shown.text) this.#dismissed.add(this.#shown.text);
    this.#on = false;
    this.#before = null;
  }
}

/**
 * A number for display: it changes only when it has grown by a quarter, because screen readers
 * announce each change.
 * @param {number|undefined} shown @param {number} now
 */
const steadyNumber = (shown, now) => (shown && now > 0 && now < shown * 1.25 && now > shown / 2 ? shown : now);
