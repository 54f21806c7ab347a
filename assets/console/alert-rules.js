// A moderator's alert rules, and when an alert is due. Pure.

import { placesOf, placesOfAny } from './hits.js';

/** The kinds of alerts, in the order in which they are offered. */
export const KINDS = /** @type {const} */ (['waiting', 'keyword', 'mention', 'raid', 'chat']);

/** The ways to alert. */
export const HOW = /** @type {const} */ (['none', 'sound', 'notice', 'both']);

/** ms within which one kind alerts once. */
export const PAUSE = 15_000;

/** Phases of a chat that lost its connection against its owner's will. */
const LOST = ['retrying', 'stopped'];

/**
 * @typedef {typeof KINDS[number]} Kind
 * @typedef {typeof HOW[number]} How
 * @typedef {Record<string, string>} Rules by kind; a missing kind does not alert
 */

/** Whether a text mentions somebody: "@Mika". @param {string} text @param {readonly string[]} names */
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
   * Reports whether an alert of a kind is due, and counts it as given. Only for enabled
   * alerts, or one that was just enabled would stay silent.
   * @param {Kind} kind
   */
  due(kind) {
    if (this.#now() - (this.#alerted.get(kind) ?? -Infinity) < PAUSE) return false;
    this.#alerted.set(kind, this.#now());
    return true;
  }

  /** Sets the number of held comments. @param {number} n @returns {Kind|null} */
  waiting(n) {
    const more = n > this.#waiting;
    this.#waiting = n;
    return more ? 'waiting' : null;
  }

  /** A comment that came. @param {{text: string, badge?: string}} comment @param {readonly string[]} words @param {readonly string[]} names @returns {Kind|null} */
  comment({ text, badge }, words, names) {
    if (badge) return null; // the people who run the room know what they wrote
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
    // A chat that is lost and reconnects alerts again when it is lost again.
    this.#chats = new Map(chats.map(({ id, off, state }) => [id, !off && state?.phase === 'connected']));
    return lost ? 'chat' : null;
  }
}
