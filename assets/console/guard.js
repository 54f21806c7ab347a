// A button that must not be pressed by accident: it acts when it is pressed twice, or held. A
// double click is one accident, so the second press counts only after a moment. Independent of
// the page.

/** ms from the first press to the second that acts: the earliest and the latest. */
export const AGAIN = { from: 400, to: 5_000 };

/** ms that it must be held to act */
export const HOLD = 800;

/**
 * @typedef {object} Ports
 * @property {() => void} go
 * @property {() => void} changed `state` has changed
 * @property {() => number} [now] ms, monotonic
 * @property {(fn: () => void, ms: number) => any} [later]
 * @property {(id: any) => void} [never]
 */

export class Guard {
  #run; #changed; #now; #later; #cancel;
  /** @type {''|'armed'|'holding'} */ #state = '';
  #since = 0;
  #acted = false;
  /** @type {any} */ #timer = null;

  /** @param {Ports} ports */
  constructor({ go, changed, now = () => performance.now(), later = (fn, ms) => setTimeout(fn, ms), never = (id) => clearTimeout(id) }) {
    this.#run = go;
    this.#changed = changed;
    this.#now = now;
    this.#later = later;
    this.#cancel = never;
  }

  /** armed: it waits for the second press · holding: it acts if the hold continues. */
  get state() { return this.#state; }

  /** Whether a click only ends a hold, and so has no meaning. */
  spent() {
    const spent = this.#acted;
    this.#acted = false;
    return spent;
  }

  /** It was pressed, by any key or pointer. */
  press() {
    if (this.spent()) return;
    if (this.#state !== 'armed') {
      this.#since = this.#now();
      this.#become('armed');
      this.#timer = this.#later(() => this.#become(''), AGAIN.to);
    } else if (this.#now() - this.#since >= AGAIN.from) this.#act();
  }

  /** A finger or a mouse button is down on it. */
  hold() {
    this.#acted = false;
    if (this.#state === 'armed') return; // the second press
    this.#become('holding');
    this.#timer = this.#later(() => {
      this.#acted = true;
      this.#act();
    }, HOLD);
  }

  /** The finger was lifted, on it or elsewhere. A press may follow. */
  release() {
    if (this.#state === 'holding') this.#become('');
    // Its own click comes at once, or not at all if the finger is elsewhere.
    if (this.#acted) this.#later(() => { this.#acted = false; }, 50);
  }

  /** The press was not meant. */
  disarm() {
    this.#acted = false;
    this.#become('');
  }

  #act() {
    this.#become('');
    this.#run();
  }

  /** @param {''|'armed'|'holding'} state */
  #become(state) {
    this.#cancel(this.#timer);
    this.#timer = null;
    if (state === this.#state) return;
    this.#state = state;
    this.#changed();
  }
}
