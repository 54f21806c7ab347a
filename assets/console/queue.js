// What waits for a moderator, which of it is looked at, and what was decided a
// moment ago. No page in here.

/** Decisions that are remembered. */
const DECIDED = 12;

/** ms in which a key is not meant for an item that has just slid under it. */
export const SLID = 350;

/**
 * @typedef {import('./model.js').Entry} Entry
 * @typedef {{id: string, text: string, status: 'shown'|'refused'|'removed', by: string}} Decided
 */

export class Queue {
  /** @type {Entry[]} */ #items = [];
  /** @type {Decided[]} */ #decided = [];
  /** @type {Set<string>} */ #chosen = new Set();
  #current = '';
  #slid = -Infinity;
  #total = 0;
  #now;

  /** @param {() => number} [now] ms */
  constructor(now = () => performance.now()) { this.#now = now; }

  /** Oldest first. @returns {readonly Entry[]} */
  get items() { return this.#items; }

  /** How many wait, also those that this console was not told of. */
  get total() { return Math.max(this.#total, this.#items.length); }

  /** Newest first. @returns {readonly Decided[]} */
  get decided() { return this.#decided; }

  /** The chosen ones that still wait, oldest first. */
  get chosen() { return this.#items.filter((item) => this.#chosen.has(item.id)).map((item) => item.id); }

  get current() { return this.#items.find((item) => item.id === this.#current); }

  /** 1 for the oldest. */
  get place() { return this.#items.findIndex((item) => item.id === this.#current) + 1; }

  /** Whether the current item took its place so lately that a key was meant for the one before. */
  get slid() { return this.#now() - this.#slid < SLID; }

  /** @param {string} id */
  get(id) { return this.#items.find((item) => item.id === id); }

  /** How many wait that this console does not have: a greeting brings the newest 500. */
  get lacking() { return this.total - this.#items.length; }

  /** Those before the ones that are here; none: there are no others. @param {Entry[]} items */
  fill(items) {
    const fresh = items.filter((item) => !this.get(item.id));
    this.#items = [...fresh, ...this.#items].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    this.#total = fresh.length > 0 ? Math.max(this.#total, this.#items.length) : this.#items.length;
    if (!this.current) this.#follow(0);
  }

  /** The whole queue, as the server has it. @param {Entry[]} items oldest first @param {number} total */
  reset(items, total) {
    this.#items = items;
    this.#total = total;
    const ids = new Set(items.map((item) => item.id));
    this.#chosen = new Set([...this.#chosen].filter((id) => ids.has(id)));
    if (!ids.has(this.#current)) this.#follow(0);
  }

  /** @param {Entry} item */
  add(item) {
    if (this.get(item.id)) return;
    this.#items.push(item);
    this.#total++;
    if (!this.#current) this.#current = item.id;
  }

  /** It waits no more, whoever decided. @param {string} id @returns {Entry|undefined} */
  leave(id) {
    const at = this.#items.findIndex((item) => item.id === id);
    this.#total = Math.max(0, this.#total - 1);
    if (at < 0) return undefined;
    const [item] = this.#items.splice(at, 1);
    this.#chosen.delete(id);
    if (id === this.#current) this.#follow(at);
    return item;
  }

  /** @param {Decided} decided the newest word on this comment */
  remember(decided) {
    this.forget(decided.id);
    this.#decided = [decided, ...this.#decided].slice(0, DECIDED);
  }

  /** @param {string} id */
  forget(id) { this.#decided = this.#decided.filter((d) => d.id !== id); }

  /** @param {number} step down or up the queue @returns {boolean} whether it moved */
  move(step) {
    const at = this.#items.findIndex((item) => item.id === this.#current);
    const next = this.#items[Math.min(this.#items.length - 1, Math.max(0, at + step))];
    if (!next || next.id === this.#current) return false;
    this.look(next.id);
    return true;
  }

  /** The person looks at this one. @param {string} id */
  look(id) {
    this.#current = id;
    this.#slid = -Infinity;
  }

  /** @param {string} id @param {boolean} [on] */
  choose(id, on = !this.#chosen.has(id)) {
    if (on) this.#chosen.add(id);
    else this.#chosen.delete(id);
  }

  /** @param {boolean} all or none */
  chooseAll(all) { this.#chosen = new Set(all ? this.#items.map((item) => item.id) : []); }

  /** @param {number} at the place that has become free */
  #follow(at) {
    const next = this.#items.slice(at).find((item) => !item.busy) ?? this.#items[Math.min(at, this.#items.length - 1)];
    this.#current = next?.id ?? '';
    this.#slid = this.#now();
  }
}

/**
 * A text cut at what matched. Spans are [from, to) in code points; what lies
 * outside of the text, overlaps or stands in the wrong order is put right.
 * @param {string} text @param {readonly (readonly number[])[]} [spans]
 * @returns {{text: string, hit: boolean}[]}
 */
export function cut(text, spans = []) {
  const points = [...text];
  /** @type {{text: string, hit: boolean}[]} */ const parts = [];
  let at = 0;
  const piece = (/** @type {number} */ to, /** @type {boolean} */ hit) => {
    if (to > at) parts.push({ text: points.slice(at, to).join(''), hit });
    at = Math.max(at, to);
  };
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    piece(Math.min(points.length, Math.max(at, from)), false);
    piece(Math.min(points.length, to), true);
  }
  piece(points.length, false);
  return parts;
}
