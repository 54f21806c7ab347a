// Who looks at which comment now, as reported by the other consoles. Pure.

/** The most consoles that are remembered; beyond that the oldest report is forgotten. */
export const MOST = 100;

/** ms between two reports of one console, well within the server's limit for a link */
export const PAUSE = 500;

/** Reports which comment is open: at once, but during quick changes only the newest. */
export class LookReports {
  #send;
  #newest = '';
  #said = '';
  /** @type {any} */ #pause = null;

  /** @param {(id: string) => void} send */
  constructor(send) { this.#send = send; }

  /** @param {string} id empty: no longer any */
  say(id) {
    this.#newest = id;
    if (this.#pause === null && (id || this.#said)) this.#now();
  }

  /** Reports at once that no comment is open, because the page closes. */
  last() {
    clearTimeout(this.#pause);
    this.#pause = null;
    this.#newest = '';
    if (this.#said) this.#now();
  }

  #now() {
    this.#said = this.#newest;
    this.#send(this.#said);
    this.#pause = setTimeout(() => {
      this.#pause = null;
      if (this.#newest !== this.#said) this.#now();
    }, PAUSE);
  }
}

export class Lookers {
  /** @type {Map<string, {id: string, by: string, until: number}>} by console */ #all = new Map();
  #own; #now;

  /** @param {string} own the name of this console, whose own reports are ignored @param {() => number} [now] ms, monotonic */
  constructor(own, now = () => performance.now()) {
    this.#own = own;
    this.#now = now;
  }

  /**
   * Handles a frame of the server.
   * @param {{console?: string, id?: string, by?: string, ms?: number}} frame
   * @returns {string[]} the comments whose lookers have changed
   */
  receive({ console: who = '', id = '', by = '', ms = 0 }) {
    if (!who || who === this.#own) return [];
    const was = this.#all.get(who);
    this.#all.delete(who);
    if (id) this.#all.set(who, { id, by, until: this.#now() + ms });
    const changed = was && was.id === id && was.by === by ? [] : [was?.id ?? '', id];
    for (const [oldest, { id: left }] of this.#all) {
      if (this.#all.size <= MOST) break;
      this.#all.delete(oldest);
      changed.push(left);
    }
    return changed.filter(Boolean);
  }

  /** Removes expired lookers. @returns {string[]} the comments whose lookers have changed */
  expire() {
    /** @type {string[]} */ const changed = [];
    for (const [who, { id, until }] of this.#all) {
      if (until > this.#now()) continue;
      this.#all.delete(who);
      changed.push(id);
    }
    return changed;
  }

  /** ms until the next looker expires; Infinity without any. */
  get next() { return Math.min(...[...this.#all.values()].map(({ until }) => until)) - this.#now(); }

  /** The labels of a comment's lookers, without duplicates. @param {string} id @returns {string[]} */
  of(id) { return [...new Set([...this.#all.values()].filter((one) => one.id === id).map(({ by }) => by))]; }
}
