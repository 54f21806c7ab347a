// The person's choices in the room's items, and those that the server does not have yet. Pure.

/** @typedef {import('../shared/items.js').Item} Item */
/** @typedef {{item: string, choice: string, withdraw: boolean, votes: number}} Part */

/** Prefix of the refs of choices; refs of comments do not have it. */
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

  /** The person's choices in an item, including those in flight. @param {string} item @returns {string[]} */
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
   * Chooses an option, or withdraws it. If all votes are used, the oldest is replaced, as on
   * the server.
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
   * The server has greeted: sends the choices that it does not have, if they can still count.
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

  /** @param {any} ack @returns {boolean} whether it answers a choice and not a comment */
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
