// Where a page reaches its room, and who it is there. Several machines may serve the room:
// the page goes on at the next one where its own does not answer. It is loaded once a
// machine has named others. Pure.

/** An origin as browsers write it, of a server that a page of ours may talk to. @param {unknown} text @param {string} own */
function isOrigin(text, own) {
  try {
    const { origin, protocol } = new URL(String(text));
    return origin === text && (protocol === 'https:' || (protocol === 'http:' && own.startsWith('http:')));
  } catch {
    return false;
  }
}

/** So many are kept at most. */
const MOST = 64;

/** ms within which a machine has to greet where another one can be asked. */
export const OPENING = 5_000;

/** ms for which a machine has to serve until those that failed before it may be asked anew. */
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

  /** Of the machine in use. */
  get location() { return new URL(this.#current); }

  /** The machine in use, where it is another one than the page came from; else "". */
  get elsewhere() { return this.#current === this.#own ? '' : this.#current; }

  /** Who this is at that one, where no token says so; else "". */
  get ticket() { return this.elsewhere && !this.#token ? this.#ticket : ''; }

  /** What a request to that one carries. */
  get bearer() { return this.elsewhere && (this.#token || this.#ticket); }

  /** ms within which a machine has to greet. */
  get opening() { return this.#others.length > 0 ? OPENING : Infinity; }

  /** The machine in use greets, and names the others that are there. @param {import('./protocol.js').Hello} hello */
  greeted({ user, addresses }) {
    if (user?.token) this.#token = user.token;
    if (user?.ticket) [this.#ticket, this.#until] = [user.ticket, this.#now() + (user.ticket_ms ?? 0)];
    if (!addresses && this.elsewhere) return; // the others are gone, this one among them for others
    const others = Array.isArray(addresses) ? addresses.filter((one) => isOrigin(one, this.#own)).slice(0, MOST) : [];
    this.#others = [...new Set([...others, this.#current])].filter((one) => one !== this.#own);
  }

  /** The machine in use was there. @param {number} ms for so long */
  lasted(ms) { if (ms >= STABLE) this.#failed.clear(); }

  /**
   * The machine in use does not answer, or not any more.
   * @param {boolean} greeted whether it had answered. A phone tries it once more then: a hall does not move whose line has blinked
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
