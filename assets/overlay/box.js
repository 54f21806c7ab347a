// The chat box: a list of the newest comments, in the order in which they came. It adds
// comments, removes them after their time or when there are too many, and takes them down at
// once. Like the stage it works at once after a pause, otherwise every 250 ms, so that a flood
// costs no more. Independent of the page.

import { Dedupe, keyOf } from './dedupe.js';
import { sound } from './item.js';
import { Ticker } from './ticker.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('../shared/options.js').Options} Options */
/**
 * @typedef {object} Line
 * @property {Comment[]} parts the comments it stands for, the oldest first; the first one is shown
 * @property {string} key
 * @property {number} at when the newest of them came, ms of the clock
 * @property {boolean} live whether the list was visible when it came
 * @property {any} view its view; null: not yet drawn
 */

/** No picture has room for more lines, whatever `limit` is. */
export const MOST = 200;

export class Box {
  #view; #clock; #options; #on; #ticker;
  /** @type {Set<Line>} the oldest first */ #lines = new Set();
  /** @type {Set<Line>} drawn ones that stand for more than they say */ #changed = new Set();
  /** @type {Dedupe<Line>} */ #dedupe = new Dedupe();
  #count = { received: 0, placed: 0, merged: 0, removed: 0, full: 0, old: 0 };
  #hidden = false;

  /**
   * @param {object} parts
   * @param {{add: (line: Line) => void, write: (line: Line) => void, drop: (line: Line, why: 'taken'|'old'|'full') => void}} parts.view
   * @param {import('./clock.js').StageClock} parts.clock
   * @param {Options} parts.options
   * @param {ConstructorParameters<typeof Ticker>[1]} parts.timer
   * @param {{place?: () => void, show?: (comment: Comment) => void}} [parts.on] place runs for each comment
   *   that is drawn, show with each of them that was not waiting for an absence to end
   */
  constructor({ view, clock, options, timer, on = {} }) {
    this.#view = view;
    this.#clock = clock;
    this.#options = options;
    this.#on = on;
    this.#ticker = new Ticker(clock, timer, () => this.#tick());
  }

  /** @param {Comment[]} comments as on the wire, with all defaults filled in
   * @param {(c: Comment) => number} [age] ms since a comment would have come if the list had been visible */
  push(comments, age = () => 0) {
    for (const c of comments) this.#take(c, age(c));
    this.#work();
  }

  /** Takes comments down, at once. @param {{ids?: string[], user?: string}} what */
  remove({ ids = [], user = '' }) {
    for (const id of user ? [...ids, ...this.#dedupe.idsOf(user)] : ids) {
      const line = this.#dedupe.part(id);
      if (!line) continue;
      this.#count.removed++;
      if (line.parts.length === 0) this.#leave(line, 'taken');
      else if (line.view) this.#view.write(line); // so that the removed words cannot be read
    }
  }

  /** Removes all lines. */
  clear() {
    for (const line of [...this.#lines]) {
      this.#count.removed += line.parts.length;
      this.#leave(line, 'taken');
    }
  }

  /** @param {Options} options */
  config(options) {
    this.#options = options;
    this.#work();
  }

  /** Redraws everything, after a change of the content of lines. */
  rewrite() {
    for (const line of this.#lines) if (line.view) this.#view.write(line);
  }

  /** While hidden it draws nothing, but keeps the state. @param {boolean} hidden */
  setHidden(hidden) {
    this.#hidden = hidden;
    if (hidden) this.#ticker.stop();
    else this.#work();
  }

  /** Pauses everything. */
  pause() {
    this.#clock.pause();
    this.#ticker.stop();
  }

  /** Draws the comments that came in the meantime, and resumes the time. */
  resume() {
    this.#clock.resume();
    this.#work();
  }

  /** Counts: every comment that came is drawn, joined to another, waiting to be drawn, or gone. */
  stats() {
    const { full, old, ...count } = this.#count;
    const drawn = [...this.#lines].filter((line) => line.view).length;
    return { ...count, active: drawn, queued: this.#lines.size - drawn, dropped: { full, old } };
  }

  get #active() { return !this.#hidden && this.#clock.running; }

  #work() {
    if (this.#active) this.#ticker.soon();
    else this.#trim(); // no tick does it
  }

  /** @param {Comment} raw @param {number} age ms */
  #take(raw, age) {
    if (this.#dedupe.has(raw.id)) return;
    const c = sound(raw, this.#options.emoji);
    if (!c) return;
    this.#count.received++;
    const at = this.#clock.now - age;
    const key = this.#options.merge && !c.paid ? keyOf(c, this.#options.names) : '';
    const joinable = this.#dedupe.joinable(key);
    if (joinable) {
      this.#dedupe.join(joinable, c);
      this.#count.merged++;
      joinable.at = Math.max(joinable.at, at);
      if (joinable.view) this.#changed.add(joinable);
      return;
    }
    const line = { parts: [c], key, at, live: age === 0 && !this.#hidden, view: null };
    this.#dedupe.admit(line);
    this.#lines.add(line);
  }

  /** Removes lines whose time is over and those that are too many. */
  #trim() {
    const { limit, stay } = this.#options;
    if (stay > 0) for (const line of this.#lines) if (this.#clock.now - line.at >= stay * 1000) this.#leave(line, 'old');
    for (const line of this.#lines) {
      if (this.#lines.size <= Math.min(limit, MOST)) break;
      this.#leave(line, 'full');
    }
  }

  #tick() {
    this.#trim();
    for (const line of this.#changed) this.#view.write(line);
    this.#changed.clear();
    for (const line of this.#lines) {
      if (line.view) continue;
      this.#view.add(line);
      this.#count.placed++;
      this.#on.place?.();
      if (line.live) this.#on.show?.(line.parts[0]);
    }
    const { stay } = this.#options;
    if (stay === 0 || this.#lines.size === 0) return;
    let first = Infinity;
    for (const line of this.#lines) first = Math.min(first, line.at);
    this.#ticker.within(first + stay * 1000 - this.#clock.now);
  }

  /** @param {Line} line @param {'taken'|'old'|'full'} why */
  #leave(line, why) {
    if (why !== 'taken') this.#count[why] += line.parts.length;
    this.#dedupe.forget(line);
    this.#lines.delete(line);
    this.#changed.delete(line);
    if (line.view) this.#view.drop(line, why);
  }
}
