// The state of the connection to the server as people should see it: a short drop is
// not news, a longer loss is, and so is the return.

/** ms without a connection before it counts as lost */
export const GRACE = 1_500;

/** ms for which "back" is shown */
export const BACK_SHOWN = 4_000;

/**
 * @typedef {object} Ports
 * @property {() => void} changed called when `news` has changed
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

  /** '' if there is nothing to show. @returns {''|'offline'|'back'} */
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
      // Repeated attempts are one absence: the clock keeps running.
      this.#stop();
      this.#timer = this.#arm(() => { this.#timer = null; this.#say('offline'); }, GRACE);
      this.#say('');
    }
  }

  /** Reports the return for a while. */
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
