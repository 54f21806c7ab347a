// The queues in front of the lanes: one for flying comments and one for standing ones, so that
// a flood of one kind does not block the other. Bounded in number and in time. Pure.

/** The most flying comments that wait. */
export const QUEUE_SIZE = 200;

/** The most standing comments that wait. */
export const STANDING_SIZE = 24;

/** A comment older than this, in ms, is not worth showing any more. */
export const QUEUE_WAIT = 2000;

/** The rank of a badge: higher ranks go first and are dropped last.
 * @param {string} badge */
export const rank = (badge) => (badge === 'owner' ? 2 : badge === 'moderator' ? 1 : 0);

/**
 * @typedef {object} Waiting
 * @property {number} rank 0 to 2
 * @property {number} late the moment, in ms, after which it is dropped
 * @property {boolean} [stands] whether it waits for a place at the top or bottom
 */

/** @template {Waiting} T */
export class Queue {
  #flying; #standing;

  constructor(size = QUEUE_SIZE, standing = STANDING_SIZE) {
    this.#flying = /** @type {WaitingLine<T>} */ (new WaitingLine(size));
    this.#standing = /** @type {WaitingLine<T>} */ (new WaitingLine(standing));
  }

  get length() {
    return this.#flying.length + this.#standing.length;
  }

  /** Adds an item. If its queue is full, removes and returns the oldest of the lowest rank.
   * @param {T} item @returns {T|null} */
  add(item) {
    return (item.stands ? this.#standing : this.#flying).add(item);
  }

  /** @param {T} item @returns {boolean} whether it was there */
  delete(item) {
    return this.#flying.delete(item) || this.#standing.delete(item);
  }

  clear() {
    this.#flying.clear();
    this.#standing.clear();
  }

  /** Whether one more standing comment would drop another from the queue. */
  get crowded() {
    return this.#standing.full;
  }

  /** The next items: the first flying ones with others that `also` selects, and all standing
   * ones. @param {number} most @param {(item: T) => boolean} also @returns {T[]} */
  first(most, also) {
    return [...[...this.#flying].filter((item, i) => i < most || also(item)), ...this.#standing];
  }

  /** Removes items that have waited too long. @param {number} now @returns {T[]} */
  expire(now) {
    const late = [...this].filter((item) => item.late < now);
    for (const item of late) this.delete(item);
    return late;
  }

  /** Flying items, then standing ones. @returns {Generator<T>} */
  *[Symbol.iterator]() {
    yield* this.#flying;
    yield* this.#standing;
  }
}

/** One queue. @template {Waiting} T */
class WaitingLine {
  /** @type {[Set<T>, Set<T>, Set<T>]} a Set keeps the order of arrival and deletes in constant time */
  #ranks = [new Set(), new Set(), new Set()];
  #size;

  /** @param {number} size */
  constructor(size) {
    this.#size = size;
  }

  get length() {
    return this.#ranks[0].size + this.#ranks[1].size + this.#ranks[2].size;
  }

  get full() {
    return this.length >= this.#size;
  }

  /** @param {T} item @returns {T|null} */
  add(item) {
    this.#ranks[item.rank].add(item);
    if (this.length <= this.#size) return null;
    const lowest = /** @type {Set<T>} */ (this.#ranks.find((set) => set.size > 0));
    const [oldest] = lowest;
    lowest.delete(oldest);
    return oldest;
  }

  /** @param {T} item */
  delete(item) {
    return this.#ranks[item.rank].delete(item);
  }

  clear() {
    for (const set of this.#ranks) set.clear();
  }

  /** Highest rank first, in each rank the oldest first. @returns {Generator<T>} */
  *[Symbol.iterator]() {
    for (const set of [this.#ranks[2], this.#ranks[1], this.#ranks[0]]) yield* [...set];
  }
}
