// The stage: takes comments in, gives each a lane and a moment, and takes it
// away again. What it does in a tick, and in which order, stands in #tick.

import { Cast } from './cast.js';
import { keyOf } from './crowd.js';
import { Field } from './field.js';
import { newItem, sound } from './item.js';
import { moves } from './lanes.js';
import { Ticker } from './ticker.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('../shared/options.js').Options} Options */
/** @typedef {import('./item.js').Item} Item */

/** At most this many new texts are measured in one tick: a flood costs no more.
 * What goes on after an absence comes on top, once: it would be seen to appear. */
const BATCH = 60;

/** What goes on after an absence is shown when it has at least this many ms left. */
const WORTH = 1000;

export class Stage {
  #renderer; #clock; #options; #on; #pin; #ticker; #cast;
  #field = new Field();
  #ticks = 0;
  #hidden = false;

  /**
   * @param {object} parts
   * @param {import('./renderer.js').DomRenderer} parts.renderer
   * @param {import('./clock.js').StageClock} parts.clock
   * @param {Options} parts.options
   * @param {ConstructorParameters<typeof Ticker>[1]} parts.timer
   * @param {{place: Parameters<Field['lay']>[2]}} [parts.pin] what stands on the stage; it tells what it
   *   covers, and its lanes are shut
   * @param {{tick?: () => void, push?: () => number, show?: (comment: Comment) => void}} [parts.on]
   *   tick is told after each tick; push before comments are taken in, and gives the ms that they
   *   shall wait; show which of them has got a place, and is seen with the next picture, when it
   *   did not have to wait for an absence to end
   */
  constructor({ renderer, clock, options, timer, pin, on = {} }) {
    this.#renderer = renderer;
    this.#clock = clock;
    this.#options = options;
    this.#on = on;
    this.#pin = pin;
    this.#cast = new Cast((item) => renderer.hide(item));
    this.#ticker = new Ticker(clock, timer, () => this.#tick());
    this.refresh();
  }

  /** @param {Comment[]} comments as on the wire, with all defaults filled in
   * @param {(c: Comment) => number} [age] ms since a comment would have set out, had the stage been
   *   there: it goes on from where it would be by now */
  push(comments, age = () => 0) {
    this.#ticker.hold(this.#on.push?.() ?? 0);
    for (const c of comments) this.#take(c, age(c));
    if (this.#hidden) this.#expire(); // no tick does it
    if (this.#awake && (this.#cast.waiting.length > 0 || this.#cast.changed.size > 0)) this.#ticker.soon();
  }

  /** Takes comments off: flying, waiting or merged. @param {{ids?: string[], user?: string}} what */
  remove({ ids = [], user = '' }) {
    this.#write(this.#cast.remove(ids, user));
  }

  /** Empties the stage and the queue. */
  clear() {
    this.#cast.clear();
    this.#field.empty();
  }

  pause() {
    if (!this.#clock.running) return;
    this.#clock.pause();
    this.#renderer.pace(this.#cast.flying);
    this.#ticker.stop();
  }

  resume() {
    if (this.#clock.running) return;
    this.#clock.resume();
    this.#renderer.pace(this.#cast.flying);
    if (this.#awake) this.#ticker.now();
  }

  /** A hidden source draws nothing. What comes meanwhile waits for as long as it
   * would fly; when the source is seen again, each goes on from where it would be.
   * @param {boolean} hidden */
  setHidden(hidden) {
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    if (this.#awake) this.#ticker.now();
    else this.#ticker.stop();
  }

  /** @param {Options} options */
  config(options) {
    this.#options = options;
    this.refresh();
  }

  /** Measures everything anew, after a change of size, fonts, styles, options or pin.
   * Flying comments keep their way; one that no lane can take any more goes. */
  refresh() {
    const { waiting, flying, changed } = this.#cast;
    this.#field.lay(this.#renderer.box(), this.#options, (box) => this.#pin?.place(box) ?? null);
    for (const item of waiting) item.w = 0;
    this.#recycle(); // their lanes are given away now, not at the next tick
    if (flying.size === 0) return;
    changed.clear();
    const { lanes } = this.#field;
    const now = this.#clock.now;
    const items = [...flying];
    this.#renderer.measure(items);
    for (const item of items) this.#field.fit(item);
    for (const item of lanes.adopt(items, now)) {
      const lane = this.#options.overlap ? lanes.least(item, now) : -1;
      if (lane >= 0) lanes.take(item, lane);
      else this.#cast.lose(item, 'full');
    }
    for (const item of flying) this.#show(item);
  }

  stats() {
    const { full, late, ...counts } = this.#cast.count;
    return {
      ...counts, ticks: this.#ticks, active: this.#cast.flying.size, queued: this.#cast.waiting.length,
      dropped: { full, late }, lanes: this.#field.lanes.count, pool: this.#renderer.pooled,
    };
  }

  /** Where every comment on the stage is, by the browser's own account. */
  rects() {
    return [...this.#cast.flying].map((item) => ({ id: item.parts[0].id, lane: item.lane, ...this.#renderer.rect(item) }));
  }

  /** For debug=1. */
  layout() {
    return { ...this.#field.box, lanes: this.#field.lanes.held(this.#clock.now) };
  }

  /** Whether there is anybody to draw for. */
  get #awake() {
    return !this.#hidden && this.#clock.running;
  }

  /** @param {Comment} raw @param {number} age ms */
  #take(raw, age) {
    if (this.#cast.has(raw.id)) return;
    const c = sound(raw, this.#options.emoji);
    if (!c) return;
    this.#cast.receive();
    const key = this.#options.merge ? keyOf(c, this.#options.names) : '';
    const twin = this.#cast.twin(key);
    if (twin && this.#hasRoom(twin)) return this.#cast.join(twin, c);
    const crossing = this.#options.duration * 1000;
    const item = newItem(c, key, this.#ticker.earliest, crossing);
    if (age > 0 || this.#hidden) {
      item.began = this.#clock.now - age;
      item.live = false;
    }
    if (this.#hidden) item.late = this.#clock.real - age + crossing - WORTH;
    this.#cast.queue(item);
  }

  /** Whether an item can stand for one more: not when most of its way is behind it,
   * and a first count makes it longer, which the one behind it must allow.
   * @param {Item} item */
  #hasRoom(item) {
    const flies = this.#cast.flying.has(item);
    // One that waits for the source to be seen again has had its way, too.
    const [since, way] = flies ? [item.t, item.until - item.t] : [item.began, this.#options.duration * 1000];
    const old = this.#clock.now - since > way * 0.6;
    if (!flies) return !old;
    return !old && (item.parts.length > 1 || this.#field.lanes.grow(item, this.#field.box.count));
  }

  #tick() {
    const { waiting, changed } = this.#cast;
    this.#ticks++;
    this.#recycle();
    this.#expire();
    const first = [...waiting].filter((item, i) => i < BATCH || item.began < Infinity);
    this.#write([...changed], first.filter((item) => item.w === 0));
    changed.clear();
    this.#place(first);
    this.#on.tick?.();
    this.#plan();
  }

  /** Lets go of who has waited too long. */
  #expire() {
    for (const item of this.#cast.waiting.expire(this.#clock.real)) this.#cast.lose(item, 'late');
  }

  /** Takes away who has left. */
  #recycle() {
    for (const item of this.#cast.flying) {
      if (item.until <= this.#clock.now) this.#cast.drop(item);
    }
  }

  /** Writes the words of flying items that have changed, and those of new ones, and
   * reads all sizes once. What flies keeps the size that its lanes know. It may
   * need more, when other styles hold for the one that is left of a merged lot:
   * where there is no room for that, it goes.
   * @param {Item[]} changed @param {Item[]} [fresh] */
  #write(changed, fresh = []) {
    const known = changed.map(({ w, h, rows }) => ({ w, h, rows }));
    this.#renderer.measure([...changed, ...fresh]);
    changed.forEach((item, i) => {
      const { w, h, rows } = known[i];
      const more = item.w - w;
      this.#field.fit(item);
      const higher = item.rows > rows;
      Object.assign(item, { w, rows });
      if (higher || (more > 0 && !this.#field.lanes.grow(item, more))) this.#cast.lose(item, 'full');
      else if (more > 0 || item.h !== h || item.mode !== 'scroll') this.#show(item); // its place follows from its size
    });
  }

  /** @param {Item[]} waiting measured, in the order of their claim */
  #place(waiting) {
    const now = this.#clock.now;
    const { lanes } = this.#field;
    /** @type {Map<string, number>} the narrowest that found no lane, by kind: wider ones need not ask */
    const blocked = new Map();
    let covered = 0;
    for (const item of waiting) {
      if (item.h === 0) {
        this.#cast.forgo(item); // the streamer's styles do not display it
        continue;
      }
      if (this.#cast.flying.size >= this.#options.limit && item.rank === 0) continue;
      if (item.began < Infinity && this.#rejoin(item, now)) continue;
      this.#field.prepare(item, now);
      const kind = `${item.mode}:${item.rows}`;
      if (item.w >= (blocked.get(kind) ?? Infinity)) continue;
      let lane = lanes.find(item, now);
      if (lane < 0 && this.#options.overlap && covered++ < lanes.count) lane = lanes.least(item, now);
      if (lane < 0) {
        lanes.claim(item, now);
        blocked.set(kind, moves(item.mode) ? item.w : 0);
        continue;
      }
      this.#launch(item, lane);
      if (item.live) this.#on.show?.(item.parts[0]);
    }
  }

  /** Lets an item go on from where it would be, had the stage been there all the
   * while. One that would not have set out yet comes in at the edge like the others.
   * @param {Item} item @param {number} now @returns {boolean} whether that is settled */
  #rejoin(item, now) {
    this.#field.prepare(item, item.began);
    const { lane, ready } = this.#field.lanes.soonest(item, item.began);
    item.began = Infinity;
    item.late = this.#clock.real + item.patience; // it waits like one that has just come
    if (lane < 0 || ready > now) return false;
    this.#field.prepare(item, ready);
    if (item.until < now + WORTH) this.#cast.lose(item, 'late');
    else this.#launch(item, lane);
    return true;
  }

  /** @param {Item} item prepared @param {number} lane */
  #launch(item, lane) {
    this.#field.lanes.take(item, lane);
    this.#cast.launch(item);
    this.#show(item);
  }

  /** @param {Item} item */
  #show(item) {
    item.y = this.#field.top(item);
    this.#renderer.show(item, this.#field.lanes.exit(item.mode));
  }

  /** Plans the next tick: soon while somebody waits, else when the first leaves. */
  #plan() {
    if (this.#cast.waiting.length > 0) return this.#ticker.soon();
    let first = Infinity;
    for (const item of this.#cast.flying) first = Math.min(first, item.until);
    if (first < Infinity) this.#ticker.within(first - this.#clock.now);
  }
}
