// Stage time: the animation timeline's time less all pauses, in ms. Comments
// and lanes live in stage time, so a pause moves nothing against anything.

/** @typedef {{readonly currentTime: any}} Timeline */

export class StageClock {
  #timeline;
  #paused = 0;
  /** @type {number|null} timeline time since which it stands still */
  #since = null;

  /** @param {Timeline} timeline document.timeline, or a test's own */
  constructor(timeline) {
    this.#timeline = timeline;
  }

  /** The timeline's own time; it goes on during a pause. */
  get real() {
    return Number(this.#timeline.currentTime ?? 0);
  }

  get now() {
    return (this.#since ?? this.real) - this.#paused;
  }

  get running() {
    return this.#since === null;
  }

  /** Timeline time of a moment of the stage, as Animation.startTime wants it.
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
