// What the console shows of a raid: many newcomers at once, or many people
// with the same words; with an answer for each click, and one that takes the
// answers back. No page in here.

import { SLOW } from './model.js';

/** ms for which newcomers are not news after somebody has waved them off. */
const QUIET = 600_000;

/** Answers, in the order of their weight: a switch, the setting it turns, and its value when on. */
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

  /** The raid as it is shown; null when there is none. */
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
   * Which answers were given since it began, by any moderator, and which are left.
   * @param {Record<string, any>} room the settings that hold
   */
  answers(room) {
    const is = (/** @type {typeof ANSWERS[number]} */ { name, field, on }, /** @type {any} */ value) => (name === 'slow' ? value > 0 : value === on) && value !== undefined;
    const before = this.#before;
    return {
      given: before ? ANSWERS.filter((a) => is(a, room[a.field]) && !is(a, before[a.field])) : [],
      left: ANSWERS.filter((a) => !is(a, room[a.field])),
    };
  }

  /** The settings that take all answers back. @param {Record<string, any>} room */
  back(room) {
    return Object.fromEntries(this.answers(room).given.map(({ field }) => [field, this.#before?.[field]]));
  }

  /** Hides it: for a while, or of this text at all. What was answered stays. */
  wave() {
    if (this.#on && this.#shown.newcomers) this.#quiet = this.#now() + QUIET;
    if (this.#on && this.#shown.voices && this.#shown.text) this.#dismissed.add(this.#shown.text);
    this.#on = false;
    this.#before = null;
  }
}

/**
 * A number as it is shown: it changes only when it has grown by a quarter, since each
 * change is read out to those who listen.
 * @param {number|undefined} shown @param {number} now
 */
const steadyNumber = (shown, now) => (shown && now > 0 && now < shown * 1.25 && now > shown / 2 ? shown : now);
