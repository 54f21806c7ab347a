// What a person has chosen in what the room shows, and what of it the server does not
// know yet. Pure.

/** @typedef {import('../shared/items.js').Item} Item */
/** @typedef {{item: string, choice: string, withdraw: boolean, votes: number}} Part */

/** How refs of choices begin; those of comments do not. */
const REF = 'part-';

export class Ballot {
  #send; #makeRef;
  /** @type {Map<string, string[]>} item to what the server has, oldest first */ #accepted = new Map();
  /** @type {Map<string, Part>} by ref, not answered yet */ #open = new Map();

  /**
   * @param {(frame: Record<string, any>) => boolean} send false while not connected
   * @param {() => string} makeRef
   */
  constructor(send, makeRef) {
    this.#send = send;
    this.#makeRef = makeRef;
  }

  /** What the person has chosen in an item, with what is on its way. @param {string} item @returns {string[]} */
  of(item) {
    let mine = [...this.#accepted.get(item) ?? []];
    for (const part of this.#open.values()) {
      if (part.item !== item) continue;
      mine = mine.filter((choice) => choice !== part.choice);
      if (!part.withdraw) mine = [...mine, part.choice].slice(-part.votes);
    }
    return mine;
  }

  /** The choices that are on their way. @param {string} item */
  waiting(item) { return [...this.#open.values()].filter((part) => part.item === item).map(({ choice }) => choice); }

  /**
   * Chooses an option, or takes it back. Where all votes are used the oldest gives way,
   * as at the server.
   * @param {Item} item @param {string} choice @returns {string} the code of a refusal, or ""
   */
  choose(item, choice) {
    const { votes = 1, changeable = item.kind === 'draw' } = item.spec;
    const mine = this.of(item.id);
    if (this.waiting(item.id).includes(choice)) return '';
    const withdraw = mine.includes(choice);
    if (!changeable && (withdraw || mine.length >= votes)) return 'voted';
    const ref = REF + this.#makeRef();
    this.#open.set(ref, { item: item.id, choice, withdraw, votes });
    this.#sendChoice(ref);
    return '';
  }

  /**
   * The server greets: what it has not heard goes out, if it still can count.
   * @param {Record<string, string[]>} took @param {(id: string) => Item|undefined} find
   */
  greeted(took, find) {
    this.#accepted = new Map(Object.entries(took));
    for (const [ref, { item, choice, withdraw }] of this.#open) {
      const done = (took[item] ?? []).includes(choice) !== withdraw;
      if (done || find(item)?.state !== 'live') this.#open.delete(ref);
      else this.#sendChoice(ref);
    }
  }

  /** @param {any} ack @returns {boolean} whether it answers a choice, and no comment */
  answered(ack) {
    if (ack.outcome !== 'refused' && ack.item) this.#accepted.set(ack.item, ack.choices ?? []);
    this.#open.delete(ack.ref);
    return String(ack.ref ?? '').startsWith(REF);
  }

  /** @param {string} ref */
  #sendChoice(ref) {
    const { item, choice, withdraw } = /** @type {Part} */ (this.#open.get(ref));
    this.#send({ type: 'take_part', ref, item, choice, ...(withdraw ? { withdraw } : {}) });
  }
}
