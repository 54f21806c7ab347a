// What a room shows besides comments: polls, cards and other items, as the wire describes
// them (docs/dev/protocol.md). Pure.

/**
 * @typedef {'draft'|'queued'|'live'|'ended'} ItemState
 *
 * @typedef {object} Item
 * @property {string} id
 * @property {string} kind poll · card · announcement …; a page ignores kinds that it does not know
 * @property {string} [slot] lower · corner · bar; without one it is not on the overlay
 * @property {ItemState} state
 * @property {number} rank the place in the queue, smallest first
 * @property {any} spec set by moderators; its form depends on the kind
 * @property {any} [result] the outcome so far
 * @property {number} [created] ms by the server's clock, like the times below
 * @property {number} [starts] for a draft: when it starts automatically
 * @property {number} [started]
 * @property {number} [ends] when it stops automatically
 * @property {number} [stopped]
 */

/** The slots of the overlay, in the order in which pages name them. */
export const SLOTS = /** @type {const} */ (['lower', 'corner', 'bar']);

/** The room's items, by id. An event replaces a whole item, a tally only its result. */
export class Items {
  /** @type {Map<string, Item>} */ #all = new Map();

  /** Resets to the items of hello. @param {Item[]} [items] */
  reset(items = []) {
    this.#all = new Map(items.map((item) => [item.id, item]));
  }

  /** @param {any} event `item` */
  put({ type, seq, ...item }) { this.#all.set(item.id, item); }

  /** @param {string} id */
  drop(id) { this.#all.delete(id); }

  /** Applies new counts. Counts for an item that has since ended are older than its own, so they are ignored. @param {{id: string, result?: any}[]} counts */
  count(counts) {
    for (const { id, result } of counts) {
      const item = this.#all.get(id);
      if (item?.state === 'live') this.#all.set(id, { ...item, result });
    }
  }

  /** @param {string} id */
  get(id) { return this.#all.get(id); }

  /** All items in queue order. @returns {Item[]} */
  get all() {
    return [...this.#all.values()].sort((a, b) => a.rank - b.rank || (a.created ?? 0) - (b.created ?? 0) || (a.id < b.id ? -1 : 1));
  }

  /** @param {ItemState} state @returns {Item[]} what is in a state, in the order of the queue; of what has ended the newest first */
  in(state) {
    const items = this.all.filter((item) => item.state === state);
    return state === 'ended' ? items.sort((a, b) => (b.stopped ?? 0) - (a.stopped ?? 0)) : items;
  }

  /** The item that a slot shows now. @param {string} slot */
  live(slot) { return this.all.find((item) => item.state === 'live' && item.slot === slot); }
}

/** One line that says what an item is about. @param {Item} item @returns {string} */
export function titleOf({ spec }) {
  return spec?.question || spec?.title || spec?.text || spec?.texts?.[0] || '';
}

/**
 * @typedef {object} PollRow
 * @property {string} text
 * @property {string} key the text of a message that votes for it
 * @property {number|null} votes null while they are hidden
 * @property {number} share of the people who voted, 0 to 1
 * @property {number} percent whole, see percents
 * @property {boolean} leads has the most votes
 */

/**
 * Whole percentages of the people who voted. Where each has one vote they add up to 100: what
 * rounding down leaves over goes to the largest remainders, of equal ones to the earlier option.
 * If people have several votes, each option is rounded by itself.
 * @param {number[]} counts @param {number} people
 */
export function percents(counts, people) {
  if (people <= 0) return counts.map(() => 0);
  if (counts.reduce((sum, n) => sum + n, 0) !== people) return counts.map((n) => Math.min(100, Math.round((n / people) * 100)));
  const whole = counts.map((n) => Math.floor((n * 100) / people));
  const byRemainder = counts.map((_, i) => i).sort((a, b) => ((counts[b] * 100) % people) - ((counts[a] * 100) % people) || a - b);
  const over = 100 - whole.reduce((sum, n) => sum + n, 0);
  for (const i of byRemainder.slice(0, over)) whole[i]++;
  return whole;
}

/** The options of a poll with their votes. @param {Item} item @returns {PollRow[]} */
export function pollRows({ spec, result }) {
  /** @type {number[]|null} */ const counts = result?.counts ?? null;
  const people = result?.people ?? 0;
  const most = Math.max(0, ...(counts ?? []));
  const shares = percents(spec.options.map((/** @type {string} */ _, /** @type {number} */ i) => counts?.[i] ?? 0), people);
  return spec.options.map((/** @type {string} */ text, /** @type {number} */ i) => {
    const votes = counts ? counts[i] ?? 0 : null;
    const share = people > 0 ? Math.min(1, (votes ?? 0) / people) : 0;
    return { text, key: String(i + 1), votes, share, percent: shares[i], leads: votes !== null && most > 0 && votes === most };
  });
}

/** The label of a draw's winner: the name, and a code that the winner's phone also shows.
 * @param {Item} item @param {string} person */
export const winnerOf = ({ result }, person) => ({ name: /** @type {string} */ (result?.names?.[person] ?? ''), code: codeOf(person) });

/** The code that identifies a person without a name. @param {string} person a pseudonym */
export const codeOf = (person) => person.slice(-5).toUpperCase();

/** Whole seconds until a moment, at least 0. @param {number} ends ms @param {number} now ms */
export const secondsLeft = (ends, now) => Math.max(0, Math.ceil((ends - now) / 1000));

/** "0:42", "1:05:00". @param {number} seconds */
export function clockText(seconds) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600), minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
