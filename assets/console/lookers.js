// Who looks at which comment at the moment: what the other consoles told. Pure.

/** Consoles that are remembered; of more the one that was told first is forgotten. */
export const MOST = 100;

/** ms between two sayings of one console, well within what the server takes of a link */
export const PAUSE = 500;

/** Says which comment is open: at once, but of what changes quickly only the newest. */
export class LookReports {
  #send;
  #newest = '';
  #said = '';
  /** @type {any} */ #pause = null;

  /** @param {(id: string) => void} send */
  constructor(send) { this.#send = send; }

  /** @param {string} id empty: none any more */
  say(id) {
    this.#newest = id;
    if (this.#pause === null && (id || this.#said)) this.#now();
  }

  /** Nothing is open any more and the page goes: there is no time to wait. */
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

  /** @param {string} own the name of this console, which need not be told of itself @param {() => number} [now] ms, monotonic */
  constructor(own, now = () => performance.now()) {
    this.#own = own;
    this.#now = now;
  }

  /**
   * A frame of the server.
   * @param {{console?: string, id?: string, by?: string, ms?: number}} frame
   * @returns {string[]} the comments that have other lookers now
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

  /** Forgets those whose time is over. @returns {string[]} the comments that have other lookers now */
  expire() {
    /** @type {string[]} */ const changed = [];
    for (const [who, { id, until }] of this.#all) {
      if (until > this.#now()) continue;
      this.#all.delete(who);
      changed.push(id);
    }
    return changed;
  }

  /** ms until somebody's time is over; Infinity while nobody looks. */
  get next() { return Math.min(...[...this.#all.values()].map(({ until }) => until)) - this.#now(); }

  /** The labels of those who look at a comment, each once. @param {string} id @returns {string[]} */
  of(id) { return [...new Set([...this.#all.values()].filter((one) => one.id === id).map(({ by }) => by))]; }
}
