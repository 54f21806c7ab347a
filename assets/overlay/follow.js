// Makes a stage follow its room: all events for overlays, in their order, and missed comments
// at their age. Removed comments go at once, and so does a removed pin. Every fault is silent.

import { setMachine } from '../shared/machine.js';
import { withDefaults } from '../shared/protocol.js';
import { RoomSocket } from '../shared/socket.js';
import { CatchUp } from './catch-up.js';
import { Drawing } from './drawing.js';
import { Latency } from './latency.js';
import { Obs } from './obs.js';
import { pass } from './page.js';
import { Seen } from './seen.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/**
 * @typedef {object} Followed
 * @property {(comments: Comment[], age?: (c: Comment) => number) => void} push
 * @property {(what: {ids?: string[], user?: string}) => void} remove
 * @property {() => void} clear
 * @property {(hidden: boolean) => void} setHidden
 */

export class Follower {
  #stage; #pin; #socket; #seen; #obs; #latency; #drawing; #on;
  #missed = new CatchUp();
  /** Missed events do not concern the pin: hello has the present one. */
  #catching = false;

  /**
   * @param {object} host
   * @param {string} host.room
   * @param {string} host.key
   * @param {Followed} host.stage
   * @param {import('./pin.js').Pin} host.pin
   * @param {Latency} host.latency
   * @param {(c: Comment) => number} host.lasts the ms for which a comment is worth drawing
   * @param {() => number} [host.lines] how many comments a list starts with
   * @param {{hello?: (hello: import('../shared/protocol.js').Hello) => void, room?: (change:
   * any) => void, state?: () => void, beat?: (time: number) => void, removed?: (what: {ids?:
   * string[], user?: string}|null) => void, hidden?: (now: boolean) => void} & Record<string,
   * any>} [host.on] the page's further handlers
   */
  constructor({ room, key, stage, pin, latency, lasts, lines, on = {} }) {
    const { hello: greeted, room: changed, beat: beaten, hidden: unseen, ...rest } = on;
    this.#on = on;
    this.#stage = stage;
    this.#pin = pin;
    this.#latency = latency;
    const drawing = this.#drawing = new Drawing(() => { socket.send({ type: 'beat', ...drawing.report() }); });
    const stillCrossing = (/** @type {Comment} */ c) => this.#missed.stillCrossing(c, lasts(c));
    const socket = this.#socket = new RoomSocket({
      room, role: 'overlay', key, lines, answer: () => ({ ...latency.takeMedian(), ...drawing.answer() }),
      handlers: {
        ...rest,
        machine(origin) {
          setMachine(origin);
          pass('machine', origin);
        },
        hello: (hello) => this.#greeted(hello, stillCrossing, greeted),
        comment: (c) => { pass('comment', c); if (stillCrossing(c)) stage.push([c], this.#age); },
        events: () => { this.#missed.end(); this.#catching = false; }, // the first frame after a resume had the missed events
        room: (change) => {
          pass('room', change);
          changed?.(change);
          this.#seen.hide(change.overlay_hidden);
          if (change.delay_ms !== undefined) latency.delayed(change.delay_ms);
        },
        remove: (what) => this.remove(what),
        clear: () => this.clear(),
        beat(beat) {
          latency.beat(Number(beat.time));
          beaten?.(Number(beat.time));
        },
        pin: (event) => {
          if (this.#catching) return;
          if (event.comment) pin.set(withDefaults(event.comment));
          else if (!event.id) pin.set(null);
        },
      },
    });
    this.#obs = new Obs(window, { send: (frame) => socket.send(frame), visible: (shown) => this.#seen.obs(shown) });
    this.#seen = new Seen({
      setHidden(hidden) {
        stage.setHidden(hidden);
        unseen?.(hidden);
      },
    }, drawing);
  }

  /** As RoomSocket has it. */
  get state() { return this.#socket.state; }

  connect() { this.#socket.connect(); }

  /** A comment was placed. */
  placed() { this.#drawing.placed(); }

  /** Removes comments. @param {{ids?: string[], user?: string}} what */
  remove(what) {
    this.#stage.remove(what);
    pass('remove', what);
    this.#on.removed?.(what);
    if (!this.#catching) this.#pin.remove(what);
  }

  /** Removes everything. */
  clear() {
    this.#stage.clear();
    pass('clear', null);
    this.#on.removed?.(null);
    if (!this.#catching) this.#pin.set(null);
  }

  #age = (/** @type {Comment} */ c) => this.#missed.age(c);

  /**
   * @param {import('../shared/protocol.js').Hello} hello
   * @param {(c: Comment) => boolean} stillCrossing
   * @param {((hello: import('../shared/protocol.js').Hello) => void)} [also]
   */
  #greeted(hello, stillCrossing, also) {
    const delay = hello.room?.delay_ms ?? 0;
    this.#missed.begin(hello.time, delay);
    this.#seen.hide(Boolean(hello.room?.overlay_hidden));
    this.#latency.greeted(hello.time, delay);
    this.#obs.flush();
    also?.(hello);
    pass('room', hello.room ?? {});
    this.#drawing.greeted();
    this.#catching = hello.resumed;
    this.#pin.set(hello.pin ? withDefaults(hello.pin) : null);
    if (hello.resumed) return;
    this.#stage.clear();
    pass('begin', { comments: hello.recent, now: hello.time });
    this.#stage.push(hello.recent.filter(stillCrossing), this.#age);
    this.#missed.end();
  }
}
