// Draws comments with elements and the compositor. The stage uses four calls, measure, show,
// hide and pace, so that another renderer could replace this one; the other members are for
// geometry and tools.

import { Belts } from './belts.js';
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
  #root; #belts;
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
    this.#belts = new Belts(root, clock);
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
   * change. @param {Drawn} item */
  show(item) {
    const { slot } = /** @type {View} */ (item.view);
    slot.style.visibility = 'visible';
    const dots = globalThis.devicePixelRatio || 1;
    // Between two pixels of the screen, letters would be blurred.
    const snap = (/** @type {number} */ at) => Math.round(at * dots) / dots;
    const place = (/** @type {number} */ x) => { slot.style.transform = `translate3d(${snap(x)}px,${snap(item.y)}px,0)`; };
    slot.classList.toggle('dm-front', item.v === 0);
    if (item.v === 0) {
      this.#belts.leave(slot);
      if (slot.parentNode !== this.#root) this.#root.append(slot);
      return place((this.#root.clientWidth - item.w) / 2);
    }
    const crisp = this.style.motion === 'crisp' && (item.v * 1000 * dots) / 60 >= SLOW;
    const end = item.until + OVERSHOOT.ms + OVERSHOOT.px / item.v;
    const back = item.mode === 'reverse';
    const moved = this.#belts.take(slot, { v: item.v, way: back ? 1 : -1, crisp, end }, item.t);
    place((back ? -item.m - item.w : item.m) - moved);
  }

  /** Removes an item from the screen. @param {Drawn} item @param {boolean} [fade] whether it fades */
  hide(item, fade = false) {
    const view = item.view;
    item.view = null;
    if (!view) return;
    if (!fade || document.hidden || view.slot.style.visibility !== 'visible') return this.#release(view);
    view.fade = view.slot.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE, fill: 'forwards' });
    view.slot.className = view.slot.className.replace('dm-slot', 'dm-gone'); // no longer a comment of the stage
    setTimeout(() => this.#release(view), FADE);
  }

  /** @param {View} view */
  #release(view) {
    view.fade?.cancel();
    view.fade = null;
    view.slot.className = 'dm-slot';
    this.#belts.leave(view.slot);
    if (this.#pool.length >= POOL) return view.slot.remove();
    view.slot.style.display = 'none';
    for (const part of view.dm.children) part.textContent = ''; // no text of a removed comment stays in the page
    this.#pool.push(view);
  }

  /** Stops or resumes the motion of all items; the clock must be set before. */
  pace() {
    this.#belts.pace();
  }

  /** The actual position of an item, from the browser. @param {Drawn} item */
  rect(item) {
    const { x, y, width, height } = /** @type {View} */ (item.view).dm.getBoundingClientRect();
    return { x, y, w: width, h: height };
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
      // A spare element stays where it was last, as long as that is there.
      if (!view.slot.isConnected) this.#root.append(view.slot);
      view.slot.style.display = '';
      view.slot.style.visibility = 'hidden';
      view.slot.style.transform = '';
    }
    writeView(view, c, item.parts.length, this.style, this.lines);
  }
}
