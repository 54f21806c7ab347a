// The addresses at which a page reaches its room, and its identity there. Several machines
// may serve the room: the page moves to the next one if its own does not answer. It is
// loaded once a machine has named others. Pure.

/** Whether text is an origin in the browsers' spelling, of a server that our pages may use. @param {unknown} text @param {string} own */
function isOrigin(text, own) {
  try {
    const { origin, protocol } = new URL(String(text));
    return origin === text && (protocol === 'https:' || (protocol === 'http:' && own.startsWith('http:')));
  } catch {
    return false;
  }
}

/** The most addresses kept. */
const MOST = 64;

/** ms within which a machine must greet if there is another one to try. */
export const OPENING = 5_000;

/** ms for which a machine must serve before the ones that failed earlier may be tried again. */
const STABLE = 5_000;

export class Addresses {
  #role; #now; #own; #current;
  /** @type {string[]} */ #others = [];
  /** @type {Set<string>} those that have not answered */ #failed = new Set();
  #token = '';
  #ticket = '';
  #until = 0;

  /** @param {import('./protocol.js').Role} role @param {Pick<import('./socket-env.js').Env, 'location'|'now'>} env */
  constructor(role, { location: { protocol, host }, now }) {
    this.#role = role;
    this.#now = now;
    this.#own = this.#current = `${protocol}//${host}`;
  }

  /** The location of the machine in use. */
  get location() { return new URL(this.#current); }

  /** The machine in use if it is not the page's own; else "". */
  get elsewhere() { return this.#current === this.#own ? '' : this.#current; }

  /** The ticket for that machine, or "" if the page has a token. */
  get ticket() { return this.elsewhere && !this.#token ? this.#ticket : ''; }

  /** The identity in requests to that machine. */
  get bearer() { return this.elsewhere && (this.#token || this.#ticket); }

  /** ms within which a machine must greet. */
  get opening() { return this.#others.length > 0 ? OPENING : Infinity; }

  /** Handles the greeting of the machine in use, which names the others. @param {import('./protocol.js').Hello} hello */
  greeted({ user, addresses }) {
    if (user?.token) this.#token = user.token;
    if (user?.ticket) [this.#ticket, this.#until] = [user.ticket, this.#now() + (user.ticket_ms ?? 0)];
    if (!addresses && this.elsewhere) return; // the others are gone, this one among them for others
    const others = Array.isArray(addresses) ? addresses.filter((one) => isOrigin(one, this.#own)).slice(0, MOST) : [];
    this.#others = [...new Set([...others, this.#current])].filter((one) => one !== this.#own);
  }

  /** Records how long the machine in use served. @param {number} ms */
  lasted(ms) { if (ms >= STABLE) this.#failed.clear(); }

  /**
   * Moves on from a machine that does not answer or has stopped answering.
   * @param {boolean} greeted whether it had answered. If so, it is tried once more, so that a short drop does not move a whole hall
   * @returns {boolean} whether there is one that has not been tried since: it is asked at once. Else the next round begins at the page's own
   */
  failed(greeted) {
    if (greeted && this.#role !== 'overlay') return false;
    const known = this.#role === 'overlay' || this.#token !== '' || this.#now() < this.#until;
    this.#failed.add(this.#current);
    const next = known ? [this.#own, ...this.#others].find((one) => !this.#failed.has(one)) : undefined;
    if (!next) this.#failed.clear();
    this.#current = next ?? this.#own;
    return Boolean(next);
  }
}
