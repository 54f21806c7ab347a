// Stage time: the time of the animation timeline without pauses, in ms. Comments and lanes use
// stage time, so a pause changes no relative position.

/** @typedef {{readonly currentTime: any}} Timeline */

export class StageClock {
  #timeline;
  #paused = 0;
  /** @type {number|null} timeline time since which it is paused */
  #since = null;

  /** @param {Timeline} timeline document.timeline, or a test's */
  constructor(timeline) {
    this.#timeline = timeline;
  }

  /** The timeline's own time; it continues during a pause. */
  get real() {
    return Number(this.#timeline.currentTime ?? 0);
  }

  get now() {
    return (this.#since ?? this.real) - this.#paused;
  }

  get running() {
    return this.#since === null;
  }

  /** The timeline time of a stage time, for Animation.startTime.
   * @param {number} at */
  timelineTime(at) {
    return at + this.#paused;
  }

  pause() {
    this.#since ??= this.real;
  }

  resume() {
    if (this.#since === null) return;
    this.#paused += this.real - this.#since;
    this.#since = null;
  }
}
