// Draws comments with elements and the compositor. The stage knows it through
// four calls, measure, show, hide and pace, so that another way of drawing can
// take its place; the rest of its members are for geometry and tools.

import { makeView, setCount, writeView } from './view.js';

/** Spare elements that are kept. */
const POOL = 100;

/** Milliseconds and pixels of way past the edge: the tick takes a comment away
 * before its animation would finish, also when the tick comes late or the
 * comment has grown by a count. */
const OVERSHOOT = { ms: 2000, px: 160 };

/** ms in which a comment fades that is taken down. */
const FADE = 120;

/** Slower than this many pixels a frame, whole-pixel steps are seen as jerks. */
const SLOW = 2;

/**
 * @typedef {import('./view.js').View} View
 * @typedef {import('./view.js').Style & {motion: 'crisp'|'smooth'}} Style what it must know of the options
 * @typedef {import('./travel.js').Flight & {parts: import('../shared/protocol.js').Comment[], h: number, y: number, view: View|null}} Drawn
 */

export class DomRenderer {
  #root; #clock;
  /** @type {View[]} */
  #pool = [];
  /** @type {{plain: View, counted: View}} */
  #probe;
  /** @type {Style} */
  style = { names: false, motion: 'crisp', labels: { owner: '', moderator: '', member: '' } };
  /** The most lines of a long comment. */
  lines = 1;

  /** @param {HTMLElement} root the stage's element @param {import('./clock.js').StageClock} clock */
  constructor(root, clock) {
    this.#root = root;
    this.#clock = clock;
    this.#probe = { plain: this.#make(), counted: this.#make() };
    this.#probe.plain.text.textContent = this.#probe.counted.text.textContent = 'Ågあ国한';
    setCount(this.#probe.counted, 2);
    for (const view of [this.#probe.plain, this.#probe.counted]) view.slot.classList.add('dm-probe');
  }

  /** The element whose size changes when fonts or styles do. */
  get probe() {
    return this.#probe.plain.dm;
  }

  get pooled() {
    return this.#pool.length;
  }

  /** The stage's size, a medium comment's height and the width a count adds, px. */
  box() {
    const { plain, counted } = this.#probe;
    return {
      width: this.#root.clientWidth, height: this.#root.clientHeight, picture: { width: innerWidth, height: innerHeight },
      line: plain.dm.offsetHeight, count: Math.max(0, counted.dm.offsetWidth - plain.dm.offsetWidth) + 1,
    };
  }

  /** Writes all texts, then reads all sizes once.
   * @param {Drawn[]} items */
  measure(items) {
    for (const item of items) this.#write(item);
    for (const item of items) {
      const { dm } = /** @type {View} */ (item.view);
      // offsetWidth is rounded; the next whole pixel holds every fraction.
      item.w = dm.offsetWidth + 1;
      item.h = dm.offsetHeight;
    }
  }

  /** Puts an item where its flight says and sets it going; called again, it
   * puts it right after a change. @param {Drawn} item @param {number} exit travel
   * coordinate at which it is gone */
  show(item, exit) {
    const view = /** @type {View} */ (item.view);
    view.motion?.cancel();
    view.slot.style.visibility = 'visible';
    const dots = globalThis.devicePixelRatio || 1;
    // Between two pixels of the screen, letters would be soft.
    const snap = (/** @type {number} */ at) => Math.round(at * dots) / dots;
    const y = snap(item.y);
    view.slot.classList.toggle('dm-front', item.v === 0);
    if (item.v === 0) {
      view.motion = null;
      view.slot.style.transform = `translate3d(${snap((this.#root.clientWidth - item.w) / 2)}px,${y}px,0)`;
      return;
    }
    const way = item.m - exit + item.w + item.v * OVERSHOOT.ms + OVERSHOOT.px;
    const steps = Math.ceil(way * dots);
    const length = steps / dots;
    const from = snap(item.mode === 'reverse' ? -item.m - item.w : item.m);
    const to = item.mode === 'reverse' ? from + length : from - length;
    const crisp = this.style.motion === 'crisp' && (item.v * 1000 * dots) / 60 >= SLOW;
    view.motion = view.slot.animate(
      [{ transform: `translate3d(${from}px,${y}px,0)` }, { transform: `translate3d(${to}px,${y}px,0)` }],
      { duration: length / item.v, easing: crisp ? `steps(${steps})` : 'linear', fill: 'both' },
    );
    // A start time of our own: where a comment is follows from the clock alone,
    // not from when the browser got round to starting it.
    view.motion.startTime = this.#clock.timelineTime(item.t);
    if (!this.#clock.running) this.#halt(view.motion, item);
  }

  /** Takes an item off the screen. @param {Drawn} item @param {boolean} [fade] it is seen to go */
  hide(item, fade = false) {
    const view = item.view;
    item.view = null;
    if (!view) return;
    if (!fade || document.hidden || view.slot.style.visibility !== 'visible') return this.#release(view);
    view.motion?.pause();
    view.slot.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE, fill: 'forwards' });
    view.slot.className = view.slot.className.replace('dm-slot', 'dm-gone'); // no comment of the stage any more
    setTimeout(() => this.#release(view), FADE);
  }

  /** @param {View} view */
  #release(view) {
    for (const motion of view.slot.getAnimations()) motion.cancel();
    view.slot.className = 'dm-slot';
    view.motion = null;
    if (this.#pool.length >= POOL) return view.slot.remove();
    view.slot.style.display = 'none';
    for (const part of view.dm.children) part.textContent = ''; // nothing of a removed comment stays in the page
    this.#pool.push(view);
  }

  /** Stops or starts the motion of all items; the clock is set before.
   * @param {Iterable<Drawn>} items */
  pace(items) {
    for (const item of items) {
      const motion = item.view?.motion;
      if (!motion) continue;
      if (this.#clock.running) motion.startTime = this.#clock.timelineTime(item.t);
      else this.#halt(motion, item);
    }
  }

  /** Where an item really is, by the browser. @param {Drawn} item */
  rect(item) {
    const { x, y, width, height } = /** @type {View} */ (item.view).dm.getBoundingClientRect();
    return { x, y, w: width, h: height };
  }

  /** @param {Animation} motion @param {Drawn} item */
  #halt(motion, item) {
    motion.pause();
    motion.currentTime = this.#clock.now - item.t; // at once, not at the next frame
  }

  #make() {
    const view = makeView('dm-slot');
    this.#root.append(view.slot);
    return view;
  }

  /** @param {Drawn} item */
  #write(item) {
    const c = item.parts[0];
    let view = item.view;
    if (!view) {
      view = item.view = this.#pool.pop() ?? this.#make();
      view.slot.style.display = '';
      view.slot.style.visibility = 'hidden';
      view.slot.style.transform = '';
    }
    writeView(view, c, item.parts.length, this.style, this.lines);
  }
}
