// Comments that were written and not yet answered. One is in flight at a time, so that they
// stay in the writer's order. A comment keeps its ref until it is answered, so that sending it
// again (after a tunnel, a restart of the server, a reload of the page) can never create two.

import { MAX_FRAME, bytesOf } from '../shared/protocol.js';

/**
 * @typedef {{text: string, mode: string, color: string, size: string, name: string, item?: string, anonymous?: boolean}} Draft item: the list of questions in which it asks
 * @typedef {'sending'|'queued'|'retrying'|'held'|'refused'} ItemState
 * @typedef {Draft & {ref: string, late: boolean, state: ItemState}} Item late: it was written or resent while offline, so its author may not be at the page
 *
 * @typedef {object} Ports
 * @property {(frame: Record<string, any>) => boolean} send false while not connected
 * @property {(item: Item) => void} changed its state has changed
 * @property {(item: Item, ack: any) => void} settled shown, held or refused for good
 * @property {(item: Item, ack: any) => void} returned the server did not accept it now: it returns to its writer
 * @property {(count: number) => void} [caughtUp] called with the number of late ones that were sent
 * @property {(items: Item[]) => void} [keep] stores items that are unanswered, held or not sent
 * @property {(fn: () => void, ms: number) => any} setTimeout
 * @property {(id: any) => void} clearTimeout
 * @property {() => string} makeRef
 */

/**
 * ms until a comment without an answer is sent again, and the wait after `busy` without
 * one.
 */
export const RETRY_AFTER = { answer: 8_000, busy: 2_000 };

/** The most held, and the most unsent, texts that are kept. */
const MOST = 20;

/**
 * The most held comments to ask about on return; one that the server no longer remembers
 * costs one of a burst of three.
 */
const ASKED = 3;

/** Refusals after which the comment is retried automatically. */
const TRANSIENT = new Set(['busy', 'internal']);

export class Outbox {
  #ports;
  /** @type {Item[]} */ #queue = [];
  /** @type {Map<string, Item>} */ #held = new Map();
  /** @type {Map<string, Item>} not sent, to be edited */ #refused = new Map();
  #online = false;
  #inFlight = false;
  #lateSent = 0;
  /** @type {any} */ #timer = null;

  /** @param {Ports} ports @param {Item[]} [kept] items stored by an earlier page */
  constructor(ports, kept = []) {
    this.#ports = ports;
    for (const item of kept) {
      if (item.state === 'held') this.#held.set(item.ref, { ...item, late: true });
      else if (item.state === 'refused') this.#refused.set(item.ref, { ...item, late: true });
      else this.#queue.push({ ...item, late: true, state: 'queued' });
    }
  }

  /** The unanswered items, oldest first. @returns {readonly Item[]} */
  get items() { return this.#queue; }

  /** The items that are not on the screens: not sent, held, or unanswered. @returns {Item[]} */
  get kept() { return [...this.#refused.values(), ...this.#held.values(), ...this.#queue]; }

  /** Keeps an unsent item for its writer to edit, until forget. @param {Item} item */
  keepRefused(item) {
    item.state = 'refused';
    this.#refused.set(item.ref, item);
    bound(this.#refused);
    this.#save();
  }

  /** @param {Item} item that was not sent and is edited now */
  forget(item) {
    if (this.#refused.delete(item.ref)) this.#save();
  }

  /** @param {Draft} draft @returns {Item} */
  add(draft) {
    /** @type {Item} */
    const item = { ...draft, ref: this.#ports.makeRef(), late: !this.#online, state: this.#online ? 'sending' : 'queued' };
    this.#queue.push(item);
    this.#save();
    this.#sendNext();
    return item;
  }

  /** The server has greeted: sends the unanswered items, the oldest first. */
  online() {
    this.#online = true;
    this.#inFlight = false;
    this.#stopTimer();
    this.#sendNext();
    // If a moderator decided in the meantime, the same ref gets that answer.
    for (const item of [...this.#held.values()].slice(-ASKED)) this.#ports.send(frameOf(item));
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
      // An item that was asked about on return: a limit or a pause is not its decision.
      if (ack.outcome === 'held' || (ack.outcome === 'refused' && ack.code !== 'refused')) return;
      this.#held.delete(ack.ref);
      this.#save();
      return this.#ports.settled(held, ack);
    }
    const item = this.#queue[0];
    if (!item || item.ref !== ack.ref) return;
    this.#stopTimer();
    this.#inFlight = false;
    const { code } = ack;
    if (ack.outcome === 'refused' && (TRANSIENT.has(code) || (code === 'slow_down' && item.late))) {
      this.#become(item, 'retrying', item.late);
      // A little later than the server asked, because clocks and rounding differ.
      this.#arm(Math.max(ack.wait_ms ?? 0, code === 'slow_down' ? 250 : RETRY_AFTER.busy) + 50);
      return;
    }
    this.#queue.shift();
    const final = ack.outcome !== 'refused' || code === 'refused' || code === 'duplicate';
    if (item.late && ack.outcome !== 'refused') this.#lateSent++;
    if (ack.outcome === 'held') {
      item.late = true; // its decision comes when its writer may be elsewhere
      item.state = 'held';
      this.#held.set(item.ref, item);
      bound(this.#held);
    }
    this.#save();
    if (final) this.#ports.settled(item, ack);
    else this.#ports.returned(item, ack);
    if (!this.#queue.some((i) => i.late)) this.#caughtUp();
    this.#sendNext();
  }

  #caughtUp() {
    if (this.#lateSent > 0) this.#ports.caughtUp?.(this.#lateSent);
    this.#lateSent = 0;
  }

  #sendNext() {
    const item = this.#queue[0];
    if (!item || !this.#online || this.#inFlight || this.#timer !== null) return;
    const frame = frameOf(item);
    // The server would disconnect on it, every time.
    if (bytesOf(JSON.stringify(frame)) > MAX_FRAME) return this.answered({ ref: item.ref, outcome: 'refused', code: 'too_long' });
    if (!this.#ports.send(frame)) return;
    this.#inFlight = true;
    if (item.state !== 'retrying') this.#become(item, 'sending', item.late);
    this.#arm(RETRY_AFTER.answer);
  }

  /** @param {number} ms */
  #arm(ms) {
    this.#stopTimer();
    this.#timer = this.#ports.setTimeout(() => {
      this.#timer = null;
      this.#inFlight = false;
      this.#sendNext();
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
    this.#save();
  }

  #save() { this.#ports.keep?.(this.kept); }
}

/** Drops the oldest. @param {Map<string, Item>} items */
function bound(items) {
  for (const ref of items.keys()) if (items.size > MOST) items.delete(ref);
}

/** @param {Item} item */
function frameOf({ ref, text, mode, color, size, name, item, anonymous }) {
  return { type: 'send', ref, text, mode, color, size, name, item, anonymous };
}
