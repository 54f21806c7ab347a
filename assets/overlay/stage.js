// The stage: takes comments in, gives each a lane and a moment, and takes it
// away again. It works in ticks of 250 ms, and not at all while empty.

import { Crowd, keyOf } from './crowd.js';
import { covered, geometry, newItem, sound } from './item.js';
import { Lanes, moves } from './lanes.js';
import { Queue } from './queue.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('./options.js').Options} Options */
/** @typedef {import('./item.js').Item} Item */

/** ms between ticks while there is something to do. */
export const TICK = 250;

/** At most this many new texts are measured in one tick: a flood costs no more. */
const BATCH = 60;

export class Stage {
  #renderer; #clock; #options; #env; #on; #pin;
  /** @type {Queue<Item>} */ #queue = new Queue();
  /** @type {Crowd<Item>} */ #crowd = new Crowd();
  /** @type {Set<Item>} */ #flying = new Set();
  /** @type {Set<Item>} flying ones whose words have changed */ #changed = new Set();
  #lanes = new Lanes({ width: 0, rows: 1, gap: 0 });
  #box = geometry({ width: 0, height: 0, line: 0, count: 0 }, { area: 1, region: 'full', size: 1, lanes: 0 });
  #count = { received: 0, placed: 0, merged: 0, removed: 0, full: 0, late: 0, ticks: 0 };
  /** @type {number[]} lanes that nobody may use */ #shut = [];
  #hidden = false;
  #lastTick = -Infinity;
  #notBefore = 0;
  #due = Infinity;
  /** @type {any} */ #timer = null;

  /**
   * @param {object} parts
   * @param {import('./renderer.js').DomRenderer} parts.renderer
   * @param {import('./clock.js').StageClock} parts.clock
   * @param {Options} parts.options
   * @param {{setTimeout: (fn: () => void, ms: number) => any, clearTimeout: (id: any) => void}} parts.env
   * @param {{place: (box: ReturnType<typeof geometry>) => {top: number, bottom: number}|null}} [parts.pin]
   *   what stands on the stage; it tells what it covers, and its lanes are shut
   * @param {{tick?: () => void, push?: () => number}} [parts.on] tick is told after each tick; push
   *   before comments are taken in, and gives the ms that they shall wait
   */
  constructor({ renderer, clock, options, env, pin, on = {} }) {
    this.#renderer = renderer;
    this.#clock = clock;
    this.#options = options;
    this.#env = env;
    this.#on = on;
    this.#pin = pin;
    this.refresh();
  }

  /** @param {Comment[]} comments as on the wire, with all defaults filled in */
  push(comments) {
    const wait = this.#on.push?.() ?? 0;
    if (wait > 0) this.#notBefore = this.#clock.real + wait;
    for (const c of comments) this.#take(c);
    if (this.#queue.length > 0 || this.#changed.size > 0) this.#wake(this.#lastTick + TICK);
  }

  /** Takes comments off: flying, waiting or merged. @param {{ids?: string[], user?: string}} what */
  remove({ ids = [], user = '' }) {
    for (const id of user ? [...ids, ...this.#crowd.idsOf(user)] : ids) {
      const item = this.#crowd.part(id);
      if (!item) continue;
      this.#count.removed++;
      if (item.parts.length === 0) this.#drop(item);
      else if (this.#flying.has(item)) this.#rewrite(item);
      else item.w = 0;
    }
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
    this.#lanes = this.#newLanes();
  }

  pause() {
    if (!this.#clock.running) return;
    this.#clock.pause();
    this.#renderer.pace(this.#flying);
    this.#sleep();
  }

  resume() {
    if (this.#clock.running) return;
    this.#clock.resume();
    this.#renderer.pace(this.#flying);
    this.#tick();
  }

  /** A hidden source draws nothing and takes nothing in, so that nothing bursts
   * out when it is seen again. @param {boolean} hidden */
  setHidden(hidden) {
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    if (hidden) this.#sleep();
    else this.#tick();
  }

  /** @param {Options} options */
  config(options) {
    this.#options = options;
    this.refresh();
  }

  /** Measures everything anew, after a change of size, fonts, styles, options or pin.
   * Flying comments keep their way; one that no lane can take any more goes. */
  refresh() {
    this.#box = geometry(this.#renderer.box(), this.#options);
    this.#shut = covered(this.#box, this.#pin?.place(this.#box) ?? null);
    this.#lanes = this.#newLanes();
    for (const item of this.#queue) item.w = 0;
    this.#recycle(); // their lanes are given away now, not at the next tick
    if (this.#flying.size === 0) return;
    this.#changed.clear();
    const items = [...this.#flying];
    this.#renderer.measure(items);
    for (const item of items) item.rows = this.#rowsOf(item);
    for (const item of this.#lanes.adopt(items, this.#clock.now)) {
      const lane = this.#options.overlap ? this.#lanes.least(item, this.#clock.now) : -1;
      if (lane >= 0) this.#lanes.take(item, lane);
      else {
        this.#count.full += item.parts.length;
        this.#drop(item);
      }
    }
    for (const item of this.#flying) this.#show(item);
  }

  stats() {
    const { full, late, ...counts } = this.#count;
    return {
      ...counts, active: this.#flying.size, queued: this.#queue.length,
      dropped: { full, late }, lanes: this.#lanes.count, pool: this.#renderer.pooled,
    };
  }

  /** Where every comment on the stage is, by the browser's own account. */
  rects() {
    return [...this.#flying].map((item) => ({ id: item.parts[0].id, lane: item.lane, ...this.#renderer.rect(item) }));
  }

  /** For debug=1. */
  layout() {
    return { ...this.#box, lanes: this.#lanes.held(this.#clock.now) };
  }

  /** @param {Comment} raw */
  #take(raw) {
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
    const from = Math.max(this.#clock.real, this.#notBefore);
    const item = newItem(c, key, from, this.#options.duration * 1000);
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
      if (old || (twin.parts.length === 1 && !this.#lanes.grow(twin, this.#box.count))) return false;
      this.#changed.add(twin);
    } else {
      twin.w = 0;
    }
    this.#crowd.join(twin, c);
    this.#count.merged++;
    return true;
  }

  #tick() {
    this.#sleep();
    if (this.#hidden || !this.#clock.running) return;
    this.#lastTick = this.#clock.real;
    this.#count.ticks++;
    this.#recycle();
    for (const item of this.#queue.expire(this.#clock.real)) this.#lose(item, 'late');
    const waiting = [...this.#queue].slice(0, BATCH);
    const changed = [...this.#changed];
    const widths = changed.map((item) => item.w);
    this.#renderer.measure([...changed, ...waiting.filter((item) => item.w === 0)]);
    // What flies keeps the width its lane knows: it never needs more.
    changed.forEach((item, i) => {
      item.w = widths[i];
      if (item.mode !== 'scroll') this.#show(item); // its left edge follows from its width
    });
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

  /** @param {Item[]} waiting measured, in the order of their claim */
  #place(waiting) {
    const now = this.#clock.now;
    /** @type {Map<string, number>} the narrowest that found no lane, by kind: wider ones need not ask */
    const blocked = new Map();
    let covered = 0;
    for (const item of waiting) {
      if (this.#flying.size >= this.#options.limit && item.rank === 0) continue;
      this.#prepare(item, now);
      const kind = `${item.mode}:${item.rows}`;
      if (item.w >= (blocked.get(kind) ?? Infinity)) continue;
      let lane = this.#lanes.find(item, now);
      if (lane < 0 && this.#options.overlap && covered++ < this.#lanes.count) lane = this.#lanes.least(item, now);
      if (lane < 0) {
        this.#lanes.claim(item, now);
        blocked.set(kind, moves(item.mode) ? item.w : 0);
        continue;
      }
      this.#lanes.take(item, lane);
      this.#queue.delete(item);
      this.#flying.add(item);
      this.#count.placed++;
      this.#show(item);
    }
  }

  /** Gives an item the flight it would have if it set out now. @param {Item} item @param {number} now */
  #prepare(item, now) {
    const { width } = this.#box;
    const cross = this.#options.duration * 1000;
    item.rows = this.#rowsOf(item);
    // A line that is wider than the screen can only be read when it moves.
    if (!moves(item.mode) && item.w > width) item.mode = 'scroll';
    item.t = now;
    item.m = this.#lanes.entry(item.mode);
    item.v = moves(item.mode) ? (width + item.w) / cross : 0;
    item.until = now + (moves(item.mode) ? cross : Math.min(6000, Math.max(3000, cross / 2)));
  }

  /** @param {Item} item */
  #show(item) {
    const room = Math.min(item.rows, this.#lanes.count) * this.#box.pitch;
    item.y = this.#box.top + item.lane * this.#box.pitch + Math.round((room - item.h) / 2);
    this.#renderer.show(item, this.#lanes.exit(item.mode));
  }

  /** Words of a flying item, now: what was removed must not be read on.
   * @param {Item} item */
  #rewrite(item) {
    const { w } = item;
    this.#renderer.measure([item]);
    item.w = w;
  }

  /** @param {Item} item @param {'full'|'late'} why */
  #lose(item, why) {
    this.#count[why] += item.parts.length;
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

  #newLanes() {
    return new Lanes({ ...this.#box, shut: this.#shut });
  }

  /** @param {Item} item */
  #rowsOf(item) {
    return Math.max(1, Math.min(this.#lanes.count, Math.ceil(item.h / this.#box.pitch)));
  }

  /** Plans the next tick: soon while somebody waits, else when the first leaves. */
  #plan() {
    if (this.#queue.length > 0) return this.#wake(this.#lastTick + TICK);
    let first = Infinity;
    for (const item of this.#flying) first = Math.min(first, item.until);
    if (first < Infinity) this.#wake(Math.max(this.#lastTick + TICK, this.#clock.real + first - this.#clock.now));
  }

  /** Ticks at a time of the timeline, or before; at once means after this task,
   * so that all comments of one frame from the server share a tick. @param {number} at */
  #wake(at) {
    if (this.#hidden || !this.#clock.running) return;
    const due = Math.max(at, this.#notBefore, this.#clock.real);
    if (due >= this.#due) return;
    this.#sleep();
    this.#due = due;
    this.#timer = this.#env.setTimeout(() => this.#tick(), due - this.#clock.real);
  }

  #sleep() {
    this.#env.clearTimeout(this.#timer);
    this.#timer = null;
    this.#due = Infinity;
  }
}
