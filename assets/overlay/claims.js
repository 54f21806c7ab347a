// Lanes reserved for one kind of comment, so that a stream of others does not block it. A kind
// is a mode and a height in lanes. Pure.

/** How long a lane stays reserved after the last call for it, in ms: more
 * than two ticks. */
const CLAIM = 600;

/** Top and bottom keep their lane this long after use, in ms: if they are used from time to
 * time, the next one need not wait for a lane to drain. */
const KEEP = 15_000;

/** They keep none if there are fewer lanes than this, and never more than two. */
const KEEP_FROM = 8;

export class Claims {
  /** @type {{kind: string, until: number}[]} by lane; kind "" for none */ #claims;

  /** @param {number} lanes */
  constructor(lanes) {
    this.#claims = Array.from({ length: lanes }, () => ({ kind: '', until: -Infinity }));
  }

  /** Whether a lane is reserved. @param {number} lane @param {number} now */
  has(lane, now) {
    return this.#claims[lane].kind !== '' && this.#claims[lane].until > now;
  }

  /** Whether a lane is reserved for another kind. @param {number} lane @param {string} kind @param {number} now */
  bars(lane, kind, now) {
    return this.has(lane, now) && this.#claims[lane].kind !== kind;
  }

  /** Reserves k lanes for a moment. @param {number} lane the first @param {number} k @param {string} kind @param {number} now */
  reserve(lane, k, kind, now) {
    for (let i = lane; i < lane + k; i++) this.#claims[i] = { kind, until: now + CLAIM };
  }

  /** Extends the reservation of a kind's lanes.
   * @param {string} kind @param {number} now @returns {boolean} whether it has any */
  renew(kind, now) {
    const own = this.#claims.filter((claim) => claim.kind === kind && claim.until > now);
    for (const claim of own) claim.until = Math.max(claim.until, now + CLAIM);
    return own.length > 0;
  }

  /** A comment occupies its lanes, which ends their reservations. A standing one keeps up to
   * two lanes for its kind.
   * @param {number} lane the first @param {number} k @param {string} kind @param {{t: number, until: number}} c @param {boolean} stands */
  take(lane, k, kind, { t, until }, stands) {
    const elsewhere = this.#claims.filter((claim, i) => (i < lane || i >= lane + k) && claim.kind === kind && claim.until > t).length;
    const keeps = stands && this.#claims.length >= KEEP_FROM && elsewhere + k <= 2;
    for (const claim of this.#claims.slice(lane, lane + k)) {
      if (keeps) claim.until = until + KEEP;
      claim.kind = keeps ? kind : '';
    }
  }
}
