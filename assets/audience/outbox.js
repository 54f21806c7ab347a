// What was written and not yet answered. One comment is on its way at a time,
// so that the order is the writer's, and a comment keeps its ref until it is
// answered, so that sending it again (after a tunnel, a restart of the server,
// a reload of the page) can never make it two.

/**
 * @typedef {{text: string, mode: string, color: string, size: string, name: string}} Draft
 * @typedef {'sending'|'queued'|'retrying'} ItemState
 * @typedef {Draft & {ref: string, late: boolean, state: ItemState}} Item late: it was written or sent again while away, so nobody sits before it
 *
 * @typedef {object} Ports
 * @property {(frame: Record<string, any>) => boolean} send false while not connected
 * @property {(item: Item) => void} changed its state is new
 * @property {(item: Item, ack: any) => void} settled shown, held or refused for good
 * @property {(item: Item, ack: any) => void} returned the server would not take it now: it goes back to its writer
 * @property {(count: number) => void} [caughtUp] so many late ones went out
 * @property {(items: Item[]) => void} [keep] stores what is unanswered
 * @property {(fn: () => void, ms: number) => any} setTimeout
 * @property {(id: any) => void} clearTimeout
 * @property {() => string} makeRef
 */

/** ms: without an answer it is sent again; what `busy` without a wait means. */
export const PATIENCE = { answer: 8_000, busy: 2_000 };

/** Refusals after which the same comment is tried again by itself. */
const TRANSIENT = new Set(['busy', 'internal']);

export class Outbox {
  #ports;
  /** @type {Item[]} */ #queue = [];
  /** @type {Map<string, Item>} */ #held = new Map();
  #online = false;
  #inFlight = false;
  #lateSent = 0;
  /** @type {any} */ #timer = null;

  /** @param {Ports} ports @param {Item[]} [kept] what an earlier page stored */
  constructor(ports, kept = []) {
    this.#ports = ports;
    this.#queue = kept.map((item) => ({ ...item, late: true, state: 'queued' }));
  }

  /** What is not answered yet, oldest first. @returns {readonly Item[]} */
  get items() { return this.#queue; }

  /** @param {Draft} draft @returns {Item} */
  add(draft) {
    /** @type {Item} */
    const item = { ...draft, ref: this.#ports.makeRef(), late: !this.#online, state: this.#online ? 'sending' : 'queued' };
    this.#queue.push(item);
    this.#kept();
    this.#pump();
    return item;
  }

  /** The server greets: what is unanswered goes out, the oldest first. */
  online() {
    this.#online = true;
    this.#inFlight = false;
    this.#stopTimer();
    this.#pump();
  }

  offline() {
    this.#online = false;
    this.#inFlight = false;
    this.#stopTimer();
    for (const item of this.#queue) this.#become(item, 'queued', true);
  }

  /** @param {any} ack */
  answered(ack) {
    const held = this.#held.get(ack.ref);
    if (held && this.#queue[0]?.ref !== ack.ref) {
      if (ack.outcome !== 'held') this.#held.delete(ack.ref);
      return this.#ports.settled(held, ack);
    }
    const item = this.#queue[0];
    if (!item || item.ref !== ack.ref) return;
    this.#stopTimer();
    this.#inFlight = false;
    const { code } = ack;
    if (ack.outcome === 'refused' && (TRANSIENT.has(code) || (code === 'slow_down' && item.late))) {
      this.#become(item, 'retrying', item.late);
      // A little later than told, since clocks and rounding differ.
      this.#arm(Math.max(ack.wait_ms ?? 0, code === 'slow_down' ? 250 : PATIENCE.busy) + 50);
      return;
    }
    this.#queue.shift();
    const final = ack.outcome !== 'refused' || code === 'refused' || code === 'duplicate';
    if (item.late && ack.outcome !== 'refused') this.#lateSent++;
    if (ack.outcome === 'held') {
      item.late = true; // its decision comes when its writer is elsewhere
      this.#held.set(item.ref, item);
    }
    this.#kept();
    if (final) this.#ports.settled(item, ack);
    else this.#ports.returned(item, ack);
    if (!this.#queue.some((i) => i.late)) this.#caughtUp();
    this.#pump();
  }

  #caughtUp() {
    if (this.#lateSent > 0) this.#ports.caughtUp?.(this.#lateSent);
    this.#lateSent = 0;
  }

  #pump() {
    const item = this.#queue[0];
    if (!item || !this.#online || this.#inFlight || this.#timer !== null) return;
    const { ref, text, mode, color, size, name } = item;
    if (!this.#ports.send({ type: 'send', ref, text, mode, color, size, name })) return;
    this.#inFlight = true;
    if (item.state !== 'retrying') this.#become(item, 'sending', item.late);
    this.#arm(PATIENCE.answer);
  }

  /** @param {number} ms */
  #arm(ms) {
    this.#stopTimer();
    this.#timer = this.#ports.setTimeout(() => {
      this.#timer = null;
      this.#inFlight = false;
      this.#pump();
    }, ms);
  }

  #stopTimer() {
    if (this.#timer !== null) this.#ports.clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** @param {Item} item @param {ItemState} state @param {boolean} late */
  #become(item, state, late) {
    const same = item.state === state;
    item.late = late;
    item.state = state;
    if (!same) this.#ports.changed(item);
    this.#kept();
  }

  #kept() { this.#ports.keep?.(this.#queue); }
}
