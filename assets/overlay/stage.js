// The stage: takes comments in, gives each a lane and a moment, and takes it
// away again. What it does in a tick, and in which order, stands in #tick.

import { Crowd, keyOf } from './crowd.js';
import { Field } from './field.js';
import { newItem, sound } from './item.js';
import { moves } from './lanes.js';
import { Queue } from './queue.js';
import { Ticker } from './ticker.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('../shared/options.js').Options} Options */
/** @typedef {import('./item.js').Item} Item */

/** At most this many new texts are measured in one tick: a flood costs no more. */
const BATCH = 60;

/** What goes on after an absence is shown when it has at least this many ms left. */
const WORTH = 1000;

export class Stage {
  #renderer; #clock; #options; #on; #pin; #ticker;
  /** @type {Queue<Item>} */ #queue = new Queue();
  /** @type {Crowd<Item>} */ #crowd = new Crowd();
  /** @type {Set<Item>} */ #flying = new Set();
  /** @type {Set<Item>} flying ones whose words have changed */ #changed = new Set();
  #field = new Field();
  #count = { received: 0, placed: 0, merged: 0, removed: 0, full: 0, late: 0, ticks: 0 };
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
   *   shall wait; show which of them has got a place, and is seen with the next picture
   */
  constructor({ renderer, clock, options, timer, pin, on = {} }) {
    this.#renderer = renderer;
    this.#clock = clock;
    this.#options = options;
    this.#on = on;
    this.#pin = pin;
    this.#ticker = new Ticker(clock, timer, () => this.#tick());
    this.refresh();
  }

  /** @param {Comment[]} comments as on the wire, with all defaults filled in
   * @param {(c: Comment) => number} [age] ms since a comment would have set out, had the stage been
   *   there: it goes on from where it would be by now */
  push(comments, age = () => 0) {
    this.#ticker.hold(this.#on.push?.() ?? 0);
    for (const c of comments) this.#take(c, age(c));
    if (this.#awake && (this.#queue.length > 0 || this.#changed.size > 0)) this.#ticker.soon();
  }

  /** Takes comments off: flying, waiting or merged. @param {{ids?: string[], user?: string}} what */
  remove({ ids = [], user = '' }) {
    /** @type {Set<Item>} those that stand for fewer now */
    const less = new Set();
    for (const id of user ? [...ids, ...this.#crowd.idsOf(user)] : ids) {
      const item = this.#crowd.part(id);
      if (!item) continue;
      this.#count.removed++;
      if (item.parts.length > 0) less.add(item);
      else this.#drop(item);
    }
    for (const item of less) item.w = this.#flying.has(item) ? item.w : 0;
    // At once: what was removed must not be read on.
    this.#write([...less].filter((item) => this.#flying.has(item)));
  }

  /** Empties the stage and the queue. */
  clear() {
    for (const item of [...this.#flying, ...this.#queue]) {
      this.#count.removed += item.parts.length;
      this.#renderer.hide(item);
    }
    this.#flying.clear();
    this.#changed.clear();
    this.#queue.clear();
    this.#crowd.clear();
    this.#field.empty();
  }

  pause() {
    if (!this.#clock.running) return;
    this.#clock.pause();
    this.#renderer.pace(this.#flying);
    this.#ticker.stop();
  }

  resume() {
    if (this.#clock.running) return;
    this.#clock.resume();
    this.#renderer.pace(this.#flying);
    if (this.#awake) this.#ticker.now();
  }

  /** A hidden source draws nothing and takes nothing in, so that nothing bursts
   * out when it is seen again. @param {boolean} hidden */
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
    this.#field.lay(this.#renderer.box(), this.#options, (box) => this.#pin?.place(box) ?? null);
    for (const item of this.#queue) item.w = 0;
    this.#recycle(); // their lanes are given away now, not at the next tick
    if (this.#flying.size === 0) return;
    this.#changed.clear();
    const { lanes } = this.#field;
    const now = this.#clock.now;
    const items = [...this.#flying];
    this.#renderer.measure(items);
    for (const item of items) this.#field.fit(item);
    for (const item of lanes.adopt(items, now)) {
      const lane = this.#options.overlap ? lanes.least(item, now) : -1;
      if (lane >= 0) lanes.take(item, lane);
      else this.#lose(item, 'full');
    }
    for (const item of this.#flying) this.#show(item);
  }

  stats() {
    const { full, late, ...counts } = this.#count;
    return {
      ...counts, active: this.#flying.size, queued: this.#queue.length,
      dropped: { full, late }, lanes: this.#field.lanes.count, pool: this.#renderer.pooled,
    };
  }

  /** Where every comment on the stage is, by the browser's own account. */
  rects() {
    return [...this.#flying].map((item) => ({ id: item.parts[0].id, lane: item.lane, ...this.#renderer.rect(item) }));
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
    if (this.#crowd.has(raw.id)) return;
    const c = sound(raw, this.#options.emoji);
    if (!c) return;
    this.#count.received++;
    if (this.#hidden) {
      this.#count.late++;
      return;
    }
    const key = this.#options.merge ? keyOf(c, this.#options.names) : '';
    if (this.#merge(key, c)) return;
    const item = newItem(c, key, this.#ticker.earliest, this.#options.duration * 1000);
    if (age > 0) item.began = this.#clock.now - age;
    this.#crowd.admit(item);
    const out = this.#queue.add(item);
    if (out) this.#lose(out, 'full');
  }

  /** Lets an equal comment stand for this one too. @param {string} key @param {Comment} c */
  #merge(key, c) {
    const twin = this.#crowd.twin(key);
    if (!twin) return false;
    if (this.#flying.has(twin)) {
      const now = this.#clock.now;
      const old = now - twin.t > (twin.until - twin.t) * 0.6;
      // A count makes it longer, which the one behind it must allow.
      if (old || (twin.parts.length === 1 && !this.#field.lanes.grow(twin, this.#field.box.count))) return false;
      this.#changed.add(twin);
    } else {
      twin.w = 0;
    }
    this.#crowd.join(twin, c);
    this.#count.merged++;
    return true;
  }

  #tick() {
    this.#count.ticks++;
    this.#recycle();
    for (const item of this.#queue.expire(this.#clock.real)) this.#lose(item, 'late');
    const waiting = [...this.#queue].slice(0, BATCH);
    this.#write([...this.#changed], waiting.filter((item) => item.w === 0));
    this.#changed.clear();
    this.#place(waiting);
    this.#on.tick?.();
    this.#plan();
  }

  /** Takes away who has left. */
  #recycle() {
    for (const item of this.#flying) {
      if (item.until <= this.#clock.now) this.#drop(item);
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
      if (higher || (more > 0 && !this.#field.lanes.grow(item, more))) this.#lose(item, 'full');
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
        this.#forgo(item);
        continue;
      }
      if (this.#flying.size >= this.#options.limit && item.rank === 0) continue;
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
      this.#on.show?.(item.parts[0]);
    }
  }

  /** Lets an item go on from where it would be, had the stage been there all the
   * while. One that would not have set out yet comes in at the edge like the others.
   * @param {Item} item @param {number} now @returns {boolean} whether that is settled */
  #rejoin(item, now) {
    this.#field.prepare(item, item.began);
    const { lane, ready } = this.#field.lanes.soonest(item, item.began);
    item.began = Infinity;
    if (lane < 0 || ready > now) return false;
    this.#field.prepare(item, ready);
    if (item.until < now + WORTH) this.#lose(item, 'late');
    else this.#launch(item, lane);
    return true;
  }

  /** @param {Item} item prepared @param {number} lane */
  #launch(item, lane) {
    this.#field.lanes.take(item, lane);
    this.#queue.delete(item);
    this.#flying.add(item);
    this.#count.placed++;
    this.#show(item);
  }

  /** @param {Item} item */
  #show(item) {
    item.y = this.#field.top(item);
    this.#renderer.show(item, this.#field.lanes.exit(item.mode));
  }

  /** @param {Item} item @param {'full'|'late'} why */
  #lose(item, why) {
    this.#count[why] += item.parts.length;
    this.#drop(item);
  }

  /** Lets go what a streamer's styles do not display: it takes no lane and counts
   * for nothing. @param {Item} item */
  #forgo(item) {
    this.#count.received -= item.parts.length;
    this.#count.merged -= item.parts.length - 1;
    this.#drop(item);
  }

  /** @param {Item} item */
  #drop(item) {
    this.#renderer.hide(item);
    this.#crowd.forget(item);
    this.#queue.delete(item);
    this.#flying.delete(item);
    this.#changed.delete(item);
  }

  /** Plans the next tick: soon while somebody waits, else when the first leaves. */
  #plan() {
    if (this.#queue.length > 0) return this.#ticker.soon();
    let first = Infinity;
    for (const item of this.#flying) first = Math.min(first, item.until);
    if (first < Infinity) this.#ticker.within(first - this.#clock.now);
  }
}
