// The calm feed: the notable comments when there are too many to read. Pure.

/** @typedef {import('./model.js').Entry} Entry */

/**
 * New people, comments that rules or moderators acted on, paid ones, questions, those of
 * people who run the room, and highlighted words.
 * @param {Entry} entry @param {(text: string) => boolean} matches
 */
export function worthALook(entry, matches) {
  if (entry.status !== 'shown' && entry.status !== 'cleared') return true;
  return Boolean(entry.first || entry.original || entry.paid || entry.item || entry.badge) || /[?？؟]/u.test(entry.text) || matches(entry.text);
}
