// The held comments, the current one, and the recent decisions. Independent of the page.

import { rowKey, rowsOf } from './queue-rows.js';

export { cut } from './cut.js';

/** The most decisions that are remembered. */
const DECIDED = 12;

/** ms for which a key does not apply to an item that has just moved under it. */
export const MOVE_GRACE = 350;

/**
 * @typedef {import('./model.js').Entry} Entry
 * @typedef {{id: string, text: string, status: 'shown'|'refused'|'removed', by: string, group?: string, user?: string, seq?: number, ids?: string[]}} Decided ids: several that were decided together, of which id is the first
 * @typedef {import('./queue-rows.js').Row} Row
 */

export class Queue {
  /** @type {Entry[]} */ #items = [];
  /** @type {Decided[]} */ #decided = [];
  /** @type {Set<string>} */ #chosen = new Set();
  /** How many of each group wait, as the server has it. @type {Map<string, number>} */ #counts = new Map();
  /** @type {Row[]|undefined} */ #rows;
  #seq = 0;
  #current = '';
  #movedAt = -Infinity;
  #total = 0;
  /** @type {import('./queue-rows.js').By} */ #by = 'text';
  #now;

  /** @param {() => number} [now] ms */
  constructor(now = () => performance.now()) { this.#now = now; }

  /** Oldest first. @returns {readonly Entry[]} */
  get items() { return this.#items; }

  /** How many comments wait, including those that this console did not receive. */
  get total() { return Math.max(this.#total, this.#items.length); }

  /** Newest first. @returns {readonly Decided[]} */
  get decided() { return this.#decided; }

  /** The selected ones that still wait, oldest first. */
  get chosen() { return this.#items.filter((item) => this.#chosen.has(item.id)).map((item) => item.id); }

  get current() { return this.#items.find((item) => item.id === this.#current); }

  /** Similar comments, or those of one person, form one row at the place of the oldest. @returns {readonly Row[]} */
  get rows() { return (this.#rows ??= rowsOf(this.#items, this.#counts, this.#by)); }

  get by() { return this.#by; }
  set by(by) { [this.#by, this.#rows] = [by, undefined]; }

  /** The row that an item is in. @param {string} id */
  rowOf(id) { return this.rows.find((row) => row.items.some((item) => item.id === id)); }

  /** seq of the last event that this state includes. */
  get seq() { return this.#seq; }

  /** Whether this state already includes an event. @param {number} seq */
  knows(seq) { return seq <= this.#seq; }

  /** The position of the current row, from 1. */
  get place() { return this.rows.findIndex((row) => row.items.some((item) => item.id === this.#current)) + 1; }

  /** Whether the current item took its place so recently that a key was meant for the previous one. */
  get justMoved() { return this.#now() - this.#movedAt < MOVE_GRACE; }

  /** @param {string} id */
  get(id) { return this.#items.find((item) => item.id === id); }

  /** How many wait without a row in this console: a greeting contains the oldest 500. */
  get missing() { return this.total - this.rows.reduce((sum, row) => sum + row.count, 0); }

  /**
   * Adds a page of held comments. One without a total that contains nothing new means that
   * nothing else waits.
   * @param {Entry[]} items @param {readonly {group: string, count: number}[]} [groups] @param {number} [total]
   */
  fill(items, groups = [], total) {
    for (const { group, count } of groups) this.#counts.set(group, count);
    const fresh = items.filter((item) => !this.get(item.id));
    this.#items = [...fresh, ...this.#items].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    this.#total = total ?? (fresh.length > 0 ? Math.max(this.#total, this.#items.length) : this.#items.length);
    this.#rows = undefined;
    if (!this.current) this.#follow(0);
  }

  /**
   * Sets the whole queue, from the server.
   * @param {Entry[]} items oldest first @param {number} total
   * @param {readonly {group: string, count: number}[]} [groups] groups of which several wait @param {number} [seq] the last event that this includes
   */
  reset(items, total, groups = [], seq = 0) {
    this.#items = items;
    this.#total = total;
    this.#seq = seq;
    this.#counts = new Map(groups.map(({ group, count }) => [group, count]));
    this.#rows = undefined;
    const ids = new Set(items.map((item) => item.id));
    this.#chosen = new Set([...this.#chosen].filter((id) => ids.has(id)));
    if (!ids.has(this.#current)) this.#follow(0);
  }

  /** @param {Entry} item @param {number} [count] how many of its group wait with it */
  add(item, count) {
    if (this.get(item.id)) return;
    this.#items.push(item);
    this.#total++;
    this.#counted(item.group, count);
    if (!this.#current) this.#current = item.id;
  }

  /** Removes an entry that a moderator or the server has decided. @param {string} id @param {{group?: string, count?: number}} [event] the event that reports it @returns {Entry|undefined} */
  leave(id, event = {}) {
    const at = this.#items.findIndex((item) => item.id === id);
    const gone = this.#items[at];
    const group = event.group ?? gone?.group;
    this.#total = Math.max(0, this.#total - 1);
    this.#counted(group, event.group ? event.count ?? 0 : Math.max(0, (this.#counts.get(group ?? '') ?? 1) - 1));
    if (!gone) return undefined;
    this.#items.splice(at, 1);
    this.#rows = undefined;
    this.#chosen.delete(id);
    if (id === this.#current) this.#follow(at, gone);
    return gone;
  }

  /** Several were taken down, some of which this console did not know. @param {readonly {group: string, count: number}[]} groups */
  recount(groups) {
    for (const { group, count } of groups) {
      this.#total = Math.max(0, this.#total + count - (this.#counts.get(group) ?? count));
      this.#counted(group, count);
    }
  }

  /** @param {string|undefined} group @param {number|undefined} count */
  #counted(group, count) {
    this.#rows = undefined;
    if (!group || count === undefined) return;
    if (count > 0) this.#counts.set(group, count);
    else this.#counts.delete(group);
  }

  /** @param {Decided} decided the newest decision about this comment */
  remember(decided) {
    const [last] = this.#decided;
    const alike = last && (decided.group && last.group === decided.group || this.#by === 'person' && decided.user && last.user === decided.user);
    // One decision about several comments comes as consecutive events.
    if (alike && decided.seq && last.status === decided.status && last.by === decided.by && (last.seq ?? 0) + 1 === decided.seq) return void Object.assign(last, { seq: decided.seq, ids: [...(last.ids ?? [last.id]), decided.id] });
    this.forget(decided.id);
    this.#decided = [decided, ...this.#decided].slice(0, DECIDED);
  }

  /** @param {string} id */
  forget(id) { this.#decided = this.#decided.filter((d) => d.id !== id); }

  /** @param {number} step down or up @returns {boolean} whether it moved */
  move(step) {
    const { rows } = this;
    const next = rows[Math.min(rows.length - 1, Math.max(0, this.place - 1 + step))]?.first;
    if (!next || this.rowOf(next.id) === this.rowOf(this.#current)) return false;
    this.look(next.id);
    return true;
  }

  /** Goes on from a row that is being decided, if it is the current one. @param {Row|undefined} row */
  moveFrom(row) { if (row?.items.some(({ id }) => id === this.#current)) this.move(1) || this.move(-1); }

  /** Makes this item the current one. @param {string} id */
  look(id) {
    this.#current = id;
    this.#movedAt = -Infinity;
  }

  /** @param {string} id @param {boolean} [on] */
  choose(id, on = !this.#chosen.has(id)) {
    this.#chosen[on ? 'add' : 'delete'](id);
  }

  /** Selects all comments of a row. @param {string} id of one of them */
  chooseRow(id) {
    const on = !this.#chosen.has(id);
    for (const item of this.rowOf(id)?.items ?? []) this.choose(item.id, on);
  }

  /** @param {boolean} all or none */
  chooseAll(all) { this.#chosen = new Set(all ? this.#items.map((item) => item.id) : []); }

  /** @param {number} at the index that has become free @param {Entry} [gone] the previous item */
  #follow(at, gone) {
    this.#rows = undefined;
    const rest = gone ? this.#items.find((item) => rowKey(item, this.#by) === rowKey(gone, this.#by) && !item.busy) : undefined;
    if (rest) return void (this.#current = rest.id); // the row is still there: nothing moves under a key
    const next = this.#items.slice(at).find((item) => !item.busy) ?? this.#items[Math.min(at, this.#items.length - 1)];
    this.#current = next?.id ?? '';
    this.#movedAt = this.#now();
  }
}
