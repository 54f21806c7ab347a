// The stage: accepts comments, gives each a lane and a start time, and removes it again. #tick
// shows what happens in a tick, and in which order.

import { Actors } from './actors.js';
import { keyOf } from './dedupe.js';
import { Layout } from './layout.js';
import { newItem, sound } from './item.js';
import { MIN_LEFT, place } from './placement.js';
import { Sizes } from './sizes.js';
import { Ticker } from './ticker.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('../shared/options.js').Options} Options */
/** @typedef {import('./item.js').Item} Item */

/** The most new texts measured in one tick, so that a flood costs no more. Comments that
 * continue after an absence are measured in addition, once: viewers would see them appear. */
const BATCH = 60;

export class Stage {
  #renderer; #clock; #options; #on; #pin; #fronts; #ticker; #actors; #sizes;
  #layout = new Layout();
  #ticks = 0; #hidden = false;

  /**
   * @param {object} parts
   * @param {import('./renderer.js').DomRenderer} parts.renderer
   * @param {import('./clock.js').StageClock} parts.clock
   * @param {Options} parts.options
   * @param {ConstructorParameters<typeof Ticker>[1]} parts.timer
   * @param {{place: Parameters<Layout['measure']>[2]}} [parts.pin] the pin; place returns the
   * area that it covers, and those lanes are shut
   * @param {() => import('./front.js').Rect[]} [parts.fronts] the items over the stage
   * @param {{tick?: () => void, push?: () => number, place?: () => void, show?: (comment:
   * Comment) => void}} [parts.on] tick runs after each tick; push runs before comments are
   * accepted and returns the ms that they wait; place runs for each comment that got a place;
   * show runs with each comment that becomes visible in the next frame, except those that waited
   * for an absence to end
   */
  constructor({ renderer, clock, options, timer, pin, fronts = () => [], on = {} }) {
    this.#renderer = renderer;
    this.#clock = clock;
    this.#options = options;
    this.#on = on;
    this.#pin = pin;
    this.#fronts = fronts;
    this.#actors = new Actors((item, taken) => { this.#layout.leave(item); renderer.hide(item, taken); });
    this.#sizes = new Sizes(renderer, this.#layout, this.#actors);
    this.#ticker = new Ticker(clock, timer, () => this.#tick());
    this.refresh();
  }

  /** @param {Comment[]} comments as on the wire, with all defaults filled in
   * @param {(c: Comment) => number} [age] ms since a comment would have started if the stage
   * had been visible: it continues from its present position */
  push(comments, age = () => 0) {
    this.#ticker.hold(this.#on.push?.() ?? 0);
    for (const c of comments) this.#take(c, age(c));
    if (this.#hidden) this.#actors.expire(this.#clock.real); // no tick does it
    if (this.#active && (this.#actors.waiting.length > 0 || this.#actors.changed.size > 0)) this.#ticker.soon();
  }

  /** Removes comments: flying, waiting or merged. @param {{ids?: string[], user?: string}} what */
  remove({ ids = [], user = '' }) {
    this.#sizes.write(this.#actors.remove(ids, user));
  }

  clear() {
    this.#actors.clear();
    this.#layout.empty();
  }

  pause() {
    if (!this.#clock.running) return;
    this.#clock.pause();
    this.#renderer.pace();
    this.#ticker.stop();
  }

  resume() {
    if (this.#clock.running) return;
    this.#clock.resume();
    this.#renderer.pace();
    if (this.#active) this.#ticker.now();
  }

  /** A hidden source draws nothing. Comments that come while it is hidden wait as long as they
   * would fly; when the source is visible again, each continues from its present position.
   * @param {boolean} hidden */
  setHidden(hidden) {
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    if (this.#active) this.#ticker.now();
    else this.#ticker.stop();
  }

  /** @param {Options} options */
  config(options) {
    this.#options = options;
    this.refresh();
  }

  /** Measures everything again, after a change of size, fonts, styles, options, pin or items over it. Flying
   * comments keep their position; a comment that fits no lane is dropped. */
  refresh() {
    const { waiting, flying, changed } = this.#actors;
    this.#layout.measure(this.#renderer.box(), this.#options, (box) => this.#pin?.place(box) ?? null, this.#fronts());
    this.#renderer.lines = Math.max(1, this.#layout.lanes.count >> 1);
    for (const item of waiting) item.w = 0;
    this.#actors.recycle(this.#clock.now); // their lanes are given to others now, not at the next tick
    if (flying.size === 0) return;
    changed.clear();
    this.#sizes.refit(this.#options.overlap, this.#clock.now);
  }

  stats() {
    const { full, late, ...counts } = this.#actors.count;
    return {
      ...counts, ticks: this.#ticks, active: this.#actors.flying.size, queued: this.#actors.waiting.length,
      dropped: { full, late }, lanes: this.#layout.lanes.count, pool: this.#renderer.pooled,
    };
  }

  /** The position of every comment on the stage, measured by the browser. */
  rects() {
    return [...this.#actors.flying].map((item) => ({ id: item.parts[0].id, lane: item.lane, ...this.#renderer.rect(item) }));
  }

  layout() { // for debug=1
    return { ...this.#layout.box, lanes: this.#layout.held(this.#clock.now) };
  }

  /** The approximate ms that a comment takes to cross. @param {{text: string, size: string}} c */
  crossing(c) { return this.#layout.crossing(c); }

  /** Whether the stage draws: it is visible, and its clock runs. */
  get #active() { return !this.#hidden && this.#clock.running; }

  /** @param {Comment} raw @param {number} age ms */
  #take(raw, age) {
    if (this.#actors.has(raw.id)) return;
    const c = sound(raw, this.#options.emoji);
    if (!c) return;
    this.#actors.receive();
    const key = this.#options.merge ? keyOf(c, this.#options.names) : '';
    const joinable = this.#actors.joinable(key);
    if (joinable && this.#hasRoom(joinable)) return this.#actors.join(joinable, c);
    const crossing = this.#layout.crossing(c);
    const item = newItem(c, key, { from: this.#ticker.earliest, crossing, apart: this.#options.apart });
    if (age > 0 || this.#hidden) {
      item.began = this.#clock.now - age;
      item.live = false;
    }
    if (this.#hidden) item.late = this.#clock.real - age + crossing - MIN_LEFT;
    this.#actors.queue(item);
  }

  /** Whether an item can include one more comment: not if most of its way is behind it, and
   * the comment behind it must leave room for its first count.
   * @param {Item} item */
  #hasRoom(item) {
    const flies = this.#actors.flying.has(item);
    // An item that waits for the source to be visible again has also used up its way.
    const [since, way] = flies ? [item.t, item.until - item.t] : [item.began, this.#layout.crossing(item.parts[0])];
    const old = this.#clock.now - since > way * 0.6;
    if (!flies) return !old;
    return !old && (item.parts.length > 1 || this.#layout.grow(item, this.#layout.box.count));
  }

  #tick() {
    const { waiting, changed } = this.#actors;
    this.#ticks++;
    this.#actors.recycle(this.#clock.now);
    this.#actors.expire(this.#clock.real);
    const first = waiting.first(BATCH, (item) => item.began < Infinity);
    this.#sizes.write([...changed], first.filter((item) => item.w === 0));
    changed.clear();
    place(first, {
      layout: this.#layout, actors: this.#actors, options: this.#options, clock: this.#clock,
      launch: (item, lane) => this.#launch(item, lane), shown: (comment) => this.#on.show?.(comment),
    });
    this.#on.tick?.();
    this.#plan();
  }

  /** @param {Item} item prepared @param {number} lane */
  #launch(item, lane) {
    this.#layout.take(item, lane);
    this.#actors.launch(item);
    this.#on.place?.();
    this.#sizes.show(item);
  }

  /** Plans the next tick: soon while an item waits, else when the first one leaves. */
  #plan() {
    if (this.#actors.waiting.length > 0) return this.#ticker.soon();
    const first = this.#actors.firstEnd;
    if (first < Infinity) this.#ticker.within(first - this.#clock.now);
  }
}
