// The waiting line in front of the lanes: bounded in number and in time. Pure.

/** At most this many wait. */
export const QUEUE_SIZE = 200;

/** A comment older than this, in ms, is not worth showing any more. */
export const QUEUE_WAIT = 2000;

/** The class of a badge: the higher one goes first and is dropped last.
 * @param {string} badge */
export const rank = (badge) => (badge === 'owner' ? 2 : badge === 'moderator' ? 1 : 0);

/**
 * @typedef {object} Waiting
 * @property {number} rank 0 to 2
 * @property {number} late the moment, in ms, after which it is dropped
 */

/** @template {Waiting} T */
export class Queue {
  /** @type {[Set<T>, Set<T>, Set<T>]} a Set keeps the order of arrival and forgets in no time */
  #ranks = [new Set(), new Set(), new Set()];
  #size;

  constructor(size = QUEUE_SIZE) {
    this.#size = size;
  }

  get length() {
    return this.#ranks[0].size + this.#ranks[1].size + this.#ranks[2].size;
  }

  /** Adds an item. When it is full, the oldest of the lowest class is taken out
   * and given back.
   * @param {T} item @returns {T|null} */
  add(item) {
    this.#ranks[item.rank].add(item);
    if (this.length <= this.#size) return null;
    const lowest = /** @type {Set<T>} */ (this.#ranks.find((set) => set.size > 0));
    const [oldest] = lowest;
    lowest.delete(oldest);
    return oldest;
  }

  /** @param {T} item @returns {boolean} whether it was there */
  delete(item) {
    return this.#ranks[item.rank].delete(item);
  }

  clear() {
    for (const set of this.#ranks) set.clear();
  }

  /** Takes out what has waited too long. @param {number} now @returns {T[]} */
  expire(now) {
    const late = [...this].filter((item) => item.late < now);
    for (const item of late) this.delete(item);
    return late;
  }

  /** Highest class first, in each the oldest first. */
  *[Symbol.iterator]() {
    for (const set of [this.#ranks[2], this.#ranks[1], this.#ranks[0]]) yield* [...set];
  }
}
