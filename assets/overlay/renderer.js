// Draws comments with elements and the compositor. The stage uses four calls, measure, show,
// hide and pace, so that another renderer could replace this one; the other members are for
// geometry and tools.

import { makeView, setCount, writeView } from './view.js';

/** The most spare elements. */
const POOL = 100;

/** Milliseconds and pixels past the edge: the tick removes a comment before its animation
 * would finish, even if the tick is late or a count has lengthened the comment. */
const OVERSHOOT = { ms: 2000, px: 160 };

/** ms in which a removed comment fades. */
const FADE = 120;

/** At less than this many pixels a frame, steps of whole pixels look jerky. */
const SLOW = 2;

/**
 * @typedef {import('./view.js').View} View
 * @typedef {import('./view.js').Style & {motion: 'crisp'|'smooth'}} Style the options that it needs
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
      // offsetWidth is rounded; one more pixel covers every fraction.
      item.w = dm.offsetWidth + 1;
      item.h = dm.offsetHeight;
    }
  }

  /** Positions an item according to its flight and starts it; called again, it applies a
   * change. @param {Drawn} item @param {number} exit travel coordinate at which it has left */
  show(item, exit) {
    const view = /** @type {View} */ (item.view);
    view.motion?.cancel();
    view.slot.style.visibility = 'visible';
    const dots = globalThis.devicePixelRatio || 1;
    // Between two pixels of the screen, letters would be blurred.
    const snap = (/** @type {number} */ at) => Math.round(at * dots) / dots;
    const y = snap(item.y);
    view.slot.classList.toggle('dm-front', item.v === 0);
    if (item.v === 0) {
      view.motion = null;
      view.slot.style.transform = `translate3d(${snap((this.#root.clientWidth - item.w) / 2)}px,${y}px,0)`;
      return;
    }
    const way = item.m - exit + item.w + item.v * OVERSHOOT.ms + OVERSHOOT.px;
    // A power of two, so that Chromium's floats hold every step exactly: a layer that is a ten-thousandth
    // of a pixel off takes its slow path, which samples each pixel.
    const steps = 2 ** Math.ceil(Math.log2(way * dots));
    const length = steps / dots;
    const from = snap(item.mode === 'reverse' ? -item.m - item.w : item.m);
    const to = item.mode === 'reverse' ? from + length : from - length;
    const crisp = this.style.motion === 'crisp' && (item.v * 1000 * dots) / 60 >= SLOW;
    // The easing is the keyframe's: that of the whole effect is rounded to a microsecond.
    view.motion = view.slot.animate(
      [{ transform: `translate3d(${from}px,${y}px,0)`, easing: crisp ? `steps(${steps})` : 'linear' }, { transform: `translate3d(${to}px,${y}px,0)` }],
      { duration: length / item.v, fill: 'both' },
    );
    // An explicit start time: the position of a comment depends only on the clock, not on when
    // the browser started the animation.
    view.motion.startTime = this.#clock.timelineTime(item.t);
    if (!this.#clock.running) this.#halt(view.motion, item);
  }

  /** Removes an item from the screen. @param {Drawn} item @param {boolean} [fade] whether it fades */
  hide(item, fade = false) {
    const view = item.view;
    item.view = null;
    if (!view) return;
    if (!fade || document.hidden || view.slot.style.visibility !== 'visible') return this.#release(view);
    view.motion?.pause();
    view.slot.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE, fill: 'forwards' });
    view.slot.className = view.slot.className.replace('dm-slot', 'dm-gone'); // no longer a comment of the stage
    setTimeout(() => this.#release(view), FADE);
  }

  /** @param {View} view */
  #release(view) {
    for (const motion of view.slot.getAnimations()) motion.cancel();
    view.slot.className = 'dm-slot';
    view.motion = null;
    if (this.#pool.length >= POOL) return view.slot.remove();
    view.slot.style.display = 'none';
    for (const part of view.dm.children) part.textContent = ''; // no text of a removed comment stays in the page
    this.#pool.push(view);
  }

  /** Stops or resumes the motion of all items; the clock must be set before.
   * @param {Iterable<Drawn>} items */
  pace(items) {
    for (const item of items) {
      const motion = item.view?.motion;
      if (!motion) continue;
      if (this.#clock.running) motion.startTime = this.#clock.timelineTime(item.t);
      else this.#halt(motion, item);
    }
  }

  /** The actual position of an item, from the browser. @param {Drawn} item */
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
