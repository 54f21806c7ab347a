// Who takes part: those who wait, those who fly, the comments that each of them
// stands for, and the account of all that came. It knows of no lanes and no time.

import { Crowd } from './crowd.js';
import { Queue } from './queue.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('./item.js').Item} Item */

export class Cast {
  /** @type {Queue<Item>} */ waiting = new Queue();
  /** @type {Set<Item>} */ flying = new Set();
  /** @type {Set<Item>} flying ones that stand for more than their words say yet */ changed = new Set();
  #count = { received: 0, placed: 0, merged: 0, removed: 0, full: 0, late: 0 };
  /** @type {Crowd<Item>} */ #crowd = new Crowd();
  #leave;

  /** @param {(item: Item) => void} leave is told of everyone who goes */
  constructor(leave) {
    this.#leave = leave;
  }

  /** The account: what came in is placed, merged, waiting, dropped (full or late) or was removed while it waited. */
  get count() {
    return this.#count;
  }

  /** Whether a comment takes part already. @param {string} id */
  has(id) {
    return this.#crowd.has(id);
  }

  /** The one that an equal comment could join. @param {string} key */
  twin(key) {
    return this.#crowd.twin(key);
  }

  /** Counts a comment that has come. */
  receive() {
    this.#count.received++;
  }

  /** Lets an item wait; when too many do, one of them goes. @param {Item} item */
  queue(item) {
    this.#crowd.admit(item);
    const out = this.waiting.add(item);
    if (out) this.lose(out, 'full');
  }

  /** Lets an item stand for an equal comment, too. @param {Item} item @param {Comment} c */
  join(item, c) {
    this.#crowd.join(item, c);
    this.#count.merged++;
    if (this.flying.has(item)) this.changed.add(item);
    else item.w = 0;
  }

  /** Lets one that waited fly. @param {Item} item */
  launch(item) {
    this.waiting.delete(item);
    this.flying.add(item);
    this.#count.placed++;
  }

  /** Takes comments out. Gives the flying items that stand for fewer now, and whose
   * words are to be written at once: what was removed must not be read on.
   * @param {string[]} ids @param {string} user "" for nobody @returns {Item[]} */
  remove(ids, user) {
    /** @type {Set<Item>} */
    const less = new Set();
    for (const id of user ? [...ids, ...this.#crowd.idsOf(user)] : ids) {
      const item = this.#crowd.part(id);
      if (!item) continue;
      this.#count.removed++;
      if (item.parts.length === 0) this.drop(item);
      else if (this.flying.has(item)) less.add(item);
      else item.w = 0;
    }
    return [...less].filter((item) => this.flying.has(item));
  }

  /** Takes everyone out. */
  clear() {
    for (const item of [...this.flying, ...this.waiting]) {
      this.#count.removed += item.parts.length;
      this.#leave(item);
    }
    this.flying.clear();
    this.changed.clear();
    this.waiting.clear();
    this.#crowd.clear();
  }

  /** @param {Item} item @param {'full'|'late'} why there is no place for it, or no time */
  lose(item, why) {
    this.#count[why] += item.parts.length;
    this.drop(item);
  }

  /** Lets one go as if it had never come. @param {Item} item it waits */
  forgo(item) {
    this.#count.received -= item.parts.length;
    this.#count.merged -= item.parts.length - 1;
    this.drop(item);
  }

  /** @param {Item} item */
  drop(item) {
    this.#leave(item);
    this.#crowd.forget(item);
    this.waiting.delete(item);
    this.flying.delete(item);
    this.changed.delete(item);
  }
}
