// The calm feed: what is worth a look when more comes than anybody can read. Pure.

/** @typedef {import('./model.js').Entry} Entry */

/**
 * New people, what rules or moderators had to do with, what was paid for, questions,
 * those who run the room, and words that this moderator looks for.
 * @param {Entry} entry @param {(text: string) => boolean} matches
 */
export function worthALook(entry, matches) {
  if (entry.status !== 'shown' && entry.status !== 'cleared') return true;
  return Boolean(entry.first || entry.original || entry.paid || entry.item || entry.badge) || /[?？؟]/u.test(entry.text) || matches(entry.text);
}
