// Decides when a socket may connect again, and when a quiet one counts as dead. Pure:
// times come from the clocks passed in.

/** Times in ms. Heartbeats come every 10 s, so 25 s of silence means that the connection is dead. */
export const TIMES = { silent: 25_000, opening: 12_000, stale: 15_000, stable: 5_000, first: 250, most: 16_000, locked: 60_000 };

/** How long to wait before the next attempt: longer after each failure. */
export class Backoff {
  #env;
  #attempt = 0;
  #notBefore = 0;
  #locked = false;

  /** @param {Pick<import('./socket-env.js').Env, 'now'|'random'>} env */
  constructor(env) { this.#env = env; }

  /** An attempt begins. */
  begin() { this.#locked = false; }

  /** The server asks to wait for a while. @param {number} ms */
  notWithin(ms) { this.#notBefore = this.#env.now() + ms; }

  /** A connection that lasted ends the series of failures. @param {number} ms how long it was open */
  lasted(ms) { if (ms >= TIMES.stable) this.#attempt = 0; }

  /** ms until the next attempt. @param {boolean} forbidden the server refuses this key for now */
  next(forbidden) {
    this.#locked = forbidden;
    if (forbidden) return TIMES.locked;
    const step = Math.min(TIMES.most, TIMES.first * 2 ** this.#attempt++);
    // The wide spread keeps the phones of a venue from coming back all at once.
    return Math.max(step * (0.25 + this.#env.random()), this.#notBefore - this.#env.now());
  }

  /** Whether a device that wakes up may retry at once. */
  get mayTryNow() { return !this.#locked && this.#env.now() >= this.#notBefore; }
}

/** Measures silence. The wall clock reveals that a device slept. */
export class Silence {
  #env;
  #heard = 0;
  #heardAt = 0;

  /** @param {Pick<import('./socket-env.js').Env, 'now'|'wall'>} env */
  constructor(env) { this.#env = env; }

  /** Resets the silence. */
  end() {
    this.#heard = this.#env.now();
    this.#heardAt = this.#wall();
  }

  /** Returns the ms until the silence has lasted for limit. @param {number} limit ms */
  left(limit) { return this.#heard + limit - this.#env.now(); }

  /** Whether the connection may be dead, by either clock. */
  get stale() { return Math.max(this.#env.now() - this.#heard, this.#wall() - this.#heardAt) > TIMES.stale; }

  #wall() { return this.#env.wall?.() ?? this.#env.now(); }
}
