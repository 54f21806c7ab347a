// The items on the stage: waiting ones, flying ones, the comments of each, and the counts of
// all that came. Pure, without lanes.

import { Dedupe } from './dedupe.js';
import { Queue } from './queue.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('./item.js').Item} Item */

export class Actors {
  /** @type {Queue<Item>} */ waiting = new Queue();
  /** @type {Set<Item>} */ flying = new Set();
  /** @type {Set<Item>} flying ones that stand for more than their words say yet */ changed = new Set();
  #count = { received: 0, placed: 0, merged: 0, removed: 0, full: 0, late: 0 };
  /** @type {Dedupe<Item>} */ #dedupe = new Dedupe();
  #leave;

  /** @param {(item: Item, taken: boolean) => void} leave runs for each item that goes; taken
   * means that it was removed, and has not left by itself */
  constructor(leave) {
    this.#leave = leave;
  }

  /**
   * The counts: every comment that came is placed, merged, waiting, dropped (full or late) or
   * was removed while it waited.
   */
  get count() {
    return this.#count;
  }

  /** Whether a comment is here already. @param {string} id */
  has(id) {
    return this.#dedupe.has(id);
  }

  /** The item that an equal comment could join. @param {string} key */
  joinable(key) {
    return this.#dedupe.joinable(key);
  }

  /** Counts a comment that has come. */
  receive() {
    this.#count.received++;
  }

  /** Queues an item; when too many wait, one of them is dropped. @param {Item} item */
  queue(item) {
    this.#dedupe.admit(item);
    const out = this.waiting.add(item);
    if (out) this.dropUnshown(out, 'full');
  }

  /** Adds an equal comment to an item. @param {Item} item @param {Comment} c */
  join(item, c) {
    this.#dedupe.join(item, c);
    this.#count.merged++;
    if (this.flying.has(item)) this.changed.add(item);
    else item.w = 0;
  }

  /** Lets a waiting item fly. @param {Item} item */
  launch(item) {
    this.waiting.delete(item);
    this.flying.add(item);
    this.#count.placed++;
  }

  /** Removes comments. Returns the flying items that now have fewer comments. Their text must
   * be redrawn at once, so that the removed ones cannot be read.
   * @param {string[]} ids @param {string} user "" for none @returns {Item[]} */
  remove(ids, user) {
    /** @type {Set<Item>} */
    const less = new Set();
    for (const id of user ? [...ids, ...this.#dedupe.idsOf(user)] : ids) {
      const item = this.#dedupe.part(id);
      if (!item) continue;
      this.#count.removed++;
      if (item.parts.length === 0) this.drop(item, true);
      else if (this.flying.has(item)) less.add(item);
      else item.w = 0;
    }
    return [...less].filter((item) => this.flying.has(item));
  }

  /** Takes all items out. */
  clear() {
    for (const item of [...this.flying, ...this.waiting]) {
      this.#count.removed += item.parts.length;
      this.#leave(item, true);
    }
    this.flying.clear();
    this.changed.clear();
    this.waiting.clear();
    this.#dedupe.clear();
  }

  /** @param {Item} item @param {'full'|'late'} why: the queue was full, or its time was over */
  dropUnshown(item, why) {
    this.#count[why] += item.parts.length;
    this.drop(item);
  }

  /** Drops a waiting item without counting it. @param {Item} item */
  withdraw(item) {
    this.#count.received -= item.parts.length;
    this.#count.merged -= item.parts.length - 1;
    this.drop(item);
  }

  /** Drops the items that have waited too long. @param {number} real ms, see StageClock */
  expire(real) {
    for (const item of this.waiting.expire(real)) this.dropUnshown(item, 'late');
  }

  /** Drops the flying items that have left the screen. @param {number} now ms of the stage */
  recycle(now) {
    for (const item of this.flying) if (item.until <= now) this.drop(item);
  }

  /** When the first flying item leaves, in ms of the stage; Infinity without one. */
  get firstEnd() {
    let first = Infinity;
    for (const item of this.flying) first = Math.min(first, item.until);
    return first;
  }

  /** @param {Item} item @param {boolean} [taken] */
  drop(item, taken = false) {
    this.#leave(item, taken);
    this.#dedupe.forget(item);
    this.waiting.delete(item);
    this.flying.delete(item);
    this.changed.delete(item);
  }
}
