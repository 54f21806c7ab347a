// Whether the line to the server holds, as a person should hear of it: a blink
// is not news, being away is, and so is being back.

/** ms without a connection before it is called lost */
export const GRACE = 1_500;

/** ms for which "back" is said */
export const BACK_SHOWN = 4_000;

/**
 * @typedef {object} Ports
 * @property {() => void} changed `news` is another one now
 * @property {(fn: () => void, ms: number) => any} [setTimeout]
 * @property {(id: any) => void} [clearTimeout]
 */

export class ConnectionStatus {
  #changed; #arm; #disarm;
  #greeted = false;
  /** @type {any} */ #timer = null;
  /** @type {''|'offline'|'back'} */ #status = '';

  /** @param {Ports} ports */
  constructor({ changed, setTimeout: arm = (fn, ms) => setTimeout(fn, ms), clearTimeout: disarm = (id) => clearTimeout(id) }) {
    this.#changed = changed;
    this.#arm = arm;
    this.#disarm = disarm;
  }

  /** '' while nothing is to be said. @returns {''|'offline'|'back'} */
  get news() { return this.#status; }

  get offline() { return this.#status === 'offline'; }

  /** @param {'connecting'|'open'|'waiting'|'stopped'} state of the socket */
  state(state) {
    if (state === 'open') {
      const lost = this.offline;
      this.#stop();
      const returned = lost && this.#greeted;
      this.#greeted = true;
      if (returned) this.back();
      else this.#say('');
    } else if (state === 'stopped') {
      this.#stop();
      this.#say('offline');
    } else if (!this.offline && (this.#status === 'back' || this.#timer === null)) {
      // Trying again and again is one absence: the clock is not set back.
      this.#stop();
      this.#timer = this.#arm(() => { this.#timer = null; this.#say('offline'); }, GRACE);
      this.#say('');
    }
  }

  /** Says that it is back, for a while. */
  back() {
    this.#stop();
    this.#timer = this.#arm(() => { this.#timer = null; this.#say(''); }, BACK_SHOWN);
    this.#say('back');
  }

  #stop() {
    if (this.#timer !== null) this.#disarm(this.#timer);
    this.#timer = null;
  }

  /** @param {''|'offline'|'back'} news */
  #say(news) {
    const same = this.#status === news;
    this.#status = news;
    if (!same) this.#changed();
  }
}
