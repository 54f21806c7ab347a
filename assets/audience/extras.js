// Features that only some rooms offer: each has its own module, which is loaded when the room
// first offers it, so that other rooms do not load it.

/**
 * @typedef {object} Page the parameters of such a module
 * @property {import('../shared/i18n.js').Words} words
 * @property {(frame: Record<string, any>) => boolean} send
 * @property {string} roomId
 *
 * @typedef {object} Now the present state
 * @property {any} room its settings
 * @property {boolean} online
 * @property {boolean} shut the room is closed, or the person muted
 * @property {import('./warnings.js').Warning[]} warnings that the person has yet to read
 *
 * @typedef {{follow: (now: Now) => void}} Extra
 */

/** @type {Record<string, {wanted: (room: any, now: Now) => boolean, load: () => Promise<{make: (page: Page) => Promise<Extra>}>}>} */
const EXTRAS = {
  reactions: { wanted: (room) => room.reactions?.length > 0, load: () => import('./reactions.js') },
  emotes: { wanted: (room) => room.emotes > 0, load: () => import('./emotes.js') },
  warnings: { wanted: (_, { warnings }) => warnings.length > 0, load: () => import('./warnings.js') },
};

export class Extras {
  #page;
  /** @type {Now|null} */ #now = null;
  #ahead = false;
  /** @type {Map<string, Extra|null>} null: on its way */ #made = new Map();

  /** @param {Page} page */
  constructor(page) { this.#page = page; }

  /** Where other machines serve the room, too, everything is loaded while this one is there. @param {unknown} addresses */
  ahead(addresses) {
    if (!addresses || this.#ahead) return;
    this.#ahead = true;
    import('./ahead.js').then(({ loadAhead }) => loadAhead(this.#page.words.lang), () => { this.#ahead = false; });
  }

  /** @param {Now} now */
  follow(now) {
    this.#now = now;
    for (const [name, { wanted }] of Object.entries(EXTRAS)) {
      if (this.#made.has(name)) this.#made.get(name)?.follow(now);
      else if (now.online && wanted(now.room, now)) void this.#make(name);
    }
  }

  /** @param {string} name */
  async #make(name) {
    this.#made.set(name, null);
    try {
      const { make } = await EXTRAS[name].load();
      const extra = await make(this.#page);
      this.#made.set(name, extra);
      extra.follow(/** @type {Now} */ (this.#now));
    } catch {
      this.#made.delete(name); // no connection: the next event tries again
    }
  }
}
