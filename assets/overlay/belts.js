// Belts move the comments. All comments of one speed and direction stand on one element, which
// the compositor moves. For each animated element, Chromium recomputes styles in every frame
// of the page and samples the path in every frame of the screen; for one that stands on a
// belt it does neither.

/** The length of a belt in pixels of the screen is at least this power of two. */
const POWER = 16;

/**
 * @typedef {object} Ride
 * @property {number} v pixels per ms
 * @property {-1|1} way -1 moves towards the left
 * @property {boolean} crisp in whole pixels of the screen
 * @property {number} end ms of the stage at which the comment needs no belt any more
 *
 * @typedef {object} Belt
 * @property {HTMLElement} node
 * @property {Animation} motion
 * @property {Set<HTMLElement>} riders
 * @property {string} kind
 * @property {number} v
 * @property {-1|1} way
 * @property {number} since ms of the stage at which its position was 0
 * @property {number} end ms of the stage at which it stops
 */

export class Belts {
  #root; #clock;
  /** @type {Map<string, Belt>} the newest of each kind */ #newest = new Map();
  /** @type {Map<HTMLElement, Belt>} by rider */ #of = new Map();

  /** @param {HTMLElement} root @param {import('./clock.js').StageClock} clock */
  constructor(root, clock) {
    this.#root = root;
    this.#clock = clock;
  }

  /** Puts an element on a belt, and returns the belt's position at a time.
   * @param {HTMLElement} rider @param {Ride} ride @param {number} at ms of the stage
   * @returns {number} px */
  take(rider, ride, at) {
    const dots = globalThis.devicePixelRatio || 1;
    const kind = `${ride.way}:${ride.v}:${ride.crisp}:${dots}`;
    const known = this.#newest.get(kind);
    const belt = known && known.end >= ride.end ? known : this.#make(kind, ride, at, dots);
    if (this.#of.get(rider) !== belt) {
      this.leave(rider);
      belt.riders.add(rider);
      this.#of.set(rider, belt);
    }
    // A spare element may still be where it was.
    if (rider.parentNode !== belt.node) belt.node.append(rider);
    return ride.way * ride.v * (at - belt.since);
  }

  /** Takes an element off its belt, if it is on one; it stays in the document where it is as
   * long as the belt is there. @param {HTMLElement} rider */
  leave(rider) {
    const belt = this.#of.get(rider);
    if (!belt) return;
    this.#of.delete(rider);
    belt.riders.delete(rider);
    if (belt.riders.size > 0) return;
    belt.motion.cancel();
    belt.node.remove();
    if (this.#newest.get(belt.kind) === belt) this.#newest.delete(belt.kind);
  }

  /** Stops or resumes all belts; the clock must be set before. */
  pace() {
    for (const belt of new Set(this.#of.values())) this.#pace(belt);
  }

  /** @param {string} kind @param {Ride} ride @param {number} at @param {number} dots pixels of the screen in one of CSS
   * @returns {Belt} */
  #make(kind, { v, way, crisp, end }, at, dots) {
    const node = document.createElement('div');
    node.className = 'dm-belt';
    this.#root.append(node);
    // A power of two, so that Chromium's floats hold every step exactly: a layer that is a
    // ten-thousandth of a pixel off takes its slow path, which samples each pixel.
    const steps = 2 ** Math.max(POWER, Math.ceil(Math.log2((end - at) * v * dots)));
    const length = steps / dots;
    // The easing is the keyframe's: that of the whole effect is rounded to a microsecond.
    const motion = node.animate(
      [{ transform: 'translate3d(0px,0px,0)', easing: crisp ? `steps(${steps})` : 'linear' }, { transform: `translate3d(${way * length}px,0px,0)` }],
      { duration: length / v, fill: 'both' },
    );
    const belt = { node, motion, riders: new Set(), kind, v, way, since: at, end: at + length / v };
    this.#newest.set(kind, belt);
    this.#pace(belt);
    return belt;
  }

  /** @param {Belt} belt */
  #pace({ motion, since }) {
    if (this.#clock.running) {
      // An explicit start time: a position depends only on the clock, not on when the browser
      // started the animation.
      motion.startTime = this.#clock.timelineTime(since);
      return;
    }
    motion.pause();
    motion.currentTime = this.#clock.now - since; // at once, not at the next frame
  }
}
