// A mute or ban of several people at once, with one undo for all.

/**
 * The most concurrent requests: a raid can have a hundred people, and each request waits for
 * the disk.
 */
const AT_ONCE = 8;

/** @typedef {import('./model.js').Entry} Entry */

/**
 * One comment of each person; those who run the room cannot be banned.
 * @param {readonly Entry[]} entries
 */
export function authorsOf(entries) {
  /** @type {Map<string, Entry>} */ const people = new Map();
  for (const entry of entries) if (entry.user && !entry.badge && !people.has(entry.user)) people.set(entry.user, entry);
  return [...people.values()];
}

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {Record<string, any>} ban as POST /bans takes it, without a user
 * @param {readonly Entry[]} entries of those people; held ones are decided with the ban
 */
export async function banEach(store, acts, ban, entries) {
  /** @type {string[]} */ const made = [];
  let removed = 0;
  const people = authorsOf(entries);
  acts.final = false; // there is an undo, whatever was done before
  const some = async () => {
    for (let one = people.pop(); one; one = people.pop()) {
      try {
        const { id, removed: n = 0 } = await acts.ask('POST', store.path('bans'), { ...ban, user: one.user });
        made.push(id);
        removed += n;
      } catch (fault) { acts.trouble(fault); }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  if (made.length === 0) return;
  store.notify('bans');
  // Unless the comments were removed with the rest.
  if (!ban.remove) await acts.decide('refuse', entries.filter(({ id }) => acts.find(id)?.status === 'held').map(({ id }) => id));
  store.notice({ text: store.words.t(`${ban.kind}_told_n`, { n: made.length, removed }), glyph: ban.kind, undo: () => Promise.all(made.map((id) => acts.lift(id))) });
}
