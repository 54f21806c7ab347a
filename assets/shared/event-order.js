// Orders the messages that the server sends to one client: frames that come before the
// greeting wait for it, those after a resume wait for the missed events, and an
// event that the client already has is dropped. docs/dev/protocol.md has the rules. Pure.

import { filledIn } from './brief.js';
import { parsePosition, withDefaults } from './protocol.js';

/** @typedef {import('./protocol.js').Frame} Frame */

export class EventOrder {
  #call;
  #position = '';
  /** @type {'before'|'catching'|'live'} */ #phase = 'before';
  /** @type {Frame[]} */ #early = [];

  /** @param {(name: any, ...args: any[]) => void} call hands an event to the page */
  constructor(call) { this.#call = call; }

  /** How far the server has passed the log for this client; "" before the first greeting. */
  get position() { return this.#position; }

  /** A new connection: drops the frames kept from the last one, keeps the position. */
  restart() {
    this.#phase = 'before';
    this.#early = [];
  }

  /** Handles the server's greeting. @param {import('./protocol.js').Hello} hello @param {() => void} onHello runs the page's handler, before the kept frames */
  greet(hello, onHello) {
    this.#position = hello.position;
    this.#phase = hello.resumed ? 'catching' : 'live';
    onHello();
    if (this.#phase === 'live') this.#applyEarly();
  }

  /**
   * Handles frames that carry a position. Before hello they are kept; after a resume
   * the first `events` brings the missed events, and only then the kept ones follow,
   * since their position would hide it.
   * @param {Frame} frame
   */
  take(frame) {
    if (this.#phase === 'before' || (this.#phase === 'catching' && frame.type !== 'events')) {
      this.#early.push(frame);
      return;
    }
    this.#apply(frame);
    if (this.#phase === 'catching') {
      this.#phase = 'live';
      this.#applyEarly();
    }
  }

  #applyEarly() {
    for (const frame of this.#early.splice(0)) this.#apply(frame);
  }

  /** @param {Frame} brief */
  #apply(brief) {
    const frame = filledIn(brief, this.#position);
    if (frame.type === 'events' && Array.isArray(frame.events)) {
      const passed = parsePosition(this.#position)?.seq ?? -1;
      for (const event of frame.events) this.#event(event, passed);
    }
    this.#advance(frame.position);
    if (frame.type === 'events') this.#call('events', frame);
  }

  /**
   * @param {Frame} event
   * @param {number} passed the position before this frame
   */
  #event(event, passed) {
    switch (event?.type) {
      case 'comment':
        if (event.seq > passed) this.#call('comment', withDefaults(event), event.seq);
        return;
      case 'held': case 'refused':
        if (event.seq > passed) this.#call(event.type, withDefaults(event));
        return;
      case 'remove': case 'clear': case 'room': case 'pin': case 'ban': case 'unban': case 'note': case 'note_gone': case 'note_read': case 'item': case 'item_gone': case 'question':
        return this.#call(event.type, /** @type {any} */ (event));
    }
  }

  /** @param {unknown} next moves the position forward, never back */
  #advance(next) {
    const to = parsePosition(next), from = parsePosition(this.#position);
    if (to && from && to.epoch === from.epoch && to.seq > from.seq) this.#position = String(next);
  }
}
