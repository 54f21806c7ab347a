// What a moderator wants to be told of when looking elsewhere, and when it is time
// to. Pure.

import { placesOf, placesOfAny } from './hits.js';

/** What can be told of, in the order in which it is offered. */
export const KINDS = /** @type {const} */ (['waiting', 'keyword', 'mention', 'raid', 'chat']);

/** How. */
export const HOW = /** @type {const} */ (['none', 'sound', 'notice', 'both']);

/** ms in which one kind is told of once. */
export const PAUSE = 15_000;

/** Phases of a chat that was connected and is so no more, against its owner's will. */
const LOST = ['retrying', 'stopped'];

/**
 * @typedef {typeof KINDS[number]} Kind
 * @typedef {typeof HOW[number]} How
 * @typedef {Record<string, string>} Rules by kind; what is left out is not told
 */

/** Whether a text speaks to somebody: "@Mika". @param {string} text @param {readonly string[]} names */
export const mentions = (text, names) => names.some((name) => name !== '' && placesOf(text, `@${name}`).length > 0);

export class AlertRules {
  /** @type {Map<Kind, number>} when each was told last */ #alerted = new Map();
  #waiting = 0;
  #raid = false;
  /** @type {Map<string, boolean>} by chat: whether it was connected */ #chats = new Map();
  #now;

  /** @param {() => number} [now] ms, monotonic */
  constructor(now = () => performance.now()) { this.#now = now; }

  /**
   * Reports whether it is time to tell of a kind, and counts it as told: only what is
   * told in fact may ask, or an alert that was just switched on would keep silent.
   * @param {Kind} kind
   */
  due(kind) {
    if (this.#now() - (this.#alerted.get(kind) ?? -Infinity) < PAUSE) return false;
    this.#alerted.set(kind, this.#now());
    return true;
  }

  /** How many wait now. @param {number} n @returns {Kind|null} */
  waiting(n) {
    const more = n > this.#waiting;
    this.#waiting = n;
    return more ? 'waiting' : null;
  }

  /** A comment that came. @param {{text: string, badge?: string}} comment @param {readonly string[]} words @param {readonly string[]} names @returns {Kind|null} */
  comment({ text, badge }, words, names) {
    if (badge) return null; // those who run the room need not be told what they wrote
    if (mentions(text, names)) return 'mention';
    return placesOfAny(text, words).length > 0 ? 'keyword' : null;
  }

  /** @param {boolean} on @returns {Kind|null} */
  raid(on) {
    const began = on && !this.#raid;
    this.#raid = on;
    return began ? 'raid' : null;
  }

  /** @param {readonly {id: string, off?: boolean, state?: {phase?: string}}[]} chats @returns {Kind|null} */
  chats(chats) {
    const lost = chats.some(({ id, off, state }) => this.#chats.get(id) && !off && LOST.includes(state?.phase ?? ''));
    // One that is lost and connects again meanwhile is told of once more when it is lost anew.
    this.#chats = new Map(chats.map(({ id, off, state }) => [id, !off && state?.phase === 'connected']));
    return lost ? 'chat' : null;
  }
}
