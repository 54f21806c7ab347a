// The menu of a comment, in the feed and in review: all acts on it and its author.

import { copyText } from '../shared/clipboard.js';
import { authorsOf } from './ban-each.js';
import { lasting } from './ban-times.js';
import { openMenu } from './context-menu.js';
import { feature } from './feature.js';
import { muteFor } from './mute.js';
import { takeDownAll } from './take-down.js';

/** Seconds of the one-click mutes. */
export const MUTES = [60, 600, 3600];

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./context-menu.js').MenuItem} MenuItem */

/**
 * The functions that the menu calls.
 * @typedef {object} Open
 * @property {(kind: 'mute'|'ban', entry: Entry, all: readonly Entry[]) => void} ban the authors of all
 * @property {(entry: Entry) => void} person
 * @property {(entry: Entry) => void} note writes a note on its author, or a warning
 * @property {(entry: Entry) => void} feature approves a held comment and makes a card of it
 * @property {(act: 'approve'|'refuse', ids: string[]) => void} decide about these held comments
 * @property {(id: string) => import('./queue-rows.js').Row|undefined} inReview its row in review
 * @property {(id: string) => string[]} ids of all comments of its row in the feed
 * @property {(entry: Entry) => void} word adds a word of it to the rules
 * @property {(entry: Entry) => void} reply writes to its author
 *
 * @typedef {{store: import('./store.js').Store, acts: import('./acts.js').Acts, open: Open}} Parts
 */

/**
 * The acts on a comment, in their order; null is a separator.
 * @param {Entry} entry @param {Parts} parts @param {boolean} fed whether it is in the feed, otherwise in review
 * @returns {(MenuItem|null)[]}
 */
export function rowItems(entry, { store, acts, open }, fed) {
  const { words } = store;
  const { t } = words;
  const { id, status } = entry;
  // In the feed an act applies to all comments of the row, and shows their number. In review
  // the buttons apply to the whole row, and the menu to one comment.
  const all = fed ? open.ids(id) : [id];
  const waiting = open.inReview(id);
  const front = waiting?.by === 'text' ? waiting.count : 1;
  const keys = fed || (waiting?.count ?? 1) === 1;
  const times = (/** @type {string} */ text, n = all.length) => (n > 1 ? `${text} ×${n.toLocaleString(words.lang)}` : text);
  const pinned = store.pin?.id === id;
  const said = fed ? all.flatMap((one) => acts.find(one) ?? []) : [entry];
  const n = authorsOf(said).length;
  /** @param {string} text @param {string} glyph @param {() => unknown} act @param {string} [key] @returns {MenuItem} */
  const item = (text, glyph, act, key = '') => ({ text, glyph, act, key: key || undefined });
  const stop = (/** @type {MenuItem} */ one) => ({ ...one, stop: true });
  const live = status === 'shown' || status === 'cleared';
  /** @type {(MenuItem|null)[][]} */ const groups = [
    status === 'held' ? [item(times(t('approve')), 'check', () => open.decide('approve', all), keys ? 'A' : ''), item(times(t('refuse')), 'x', () => open.decide('refuse', all), keys ? 'R' : ''), item(times(t('approve_feature'), front), 'show', () => open.feature(entry), fed ? '' : 'S')]
      : status === 'shown' ? [item(t(pinned ? 'unpin' : 'pin'), 'pin', () => (pinned ? acts.unpin(id) : acts.pin(id)), 'P'), item(t('feature'), 'show', () => feature(store, acts, id), 'S')]
        : status === 'refused' ? [item(times(t('let_through')), 'check', () => acts.letThrough(all))] : [],
    live ? [stop(item(times(t('take_down')), 'takedown', () => takeDownAll(store, acts, all), 'Del'))] : [],
    entry.badge || !entry.user ? [] : [
      ...MUTES.map((seconds) => item(t(n > 1 ? 'mute_n_for' : 'mute_for', { n, time: lasting(words, seconds) }), 'mute', () => muteFor(store, acts, said, seconds))),
      item(n > 1 ? t('mute_n_more', { n }) : t('mute_more'), 'mute', () => open.ban('mute', entry, said), keys ? 'M' : ''), stop(item(n > 1 ? t('ban_n_more', { n }) : t('ban_more'), 'ban', () => open.ban('ban', entry, said), keys ? 'B' : '')),
    ],
    [item(t('person_of', { name: acts.nameOf(entry) }), 'person', () => open.person(entry), 'I'), ...(entry.badge || !entry.user ? [] : [item(t('note_more'), 'edit', () => open.note(entry))]), item(t('reply'), 'chat', () => open.reply(entry)), item(t('copy_text'), 'copy', () => copyText(entry.text)), item(t('word_add'), 'rules', () => open.word(entry))],
  ];
  return groups.filter((group) => group.length > 0).flatMap((group, i) => (i > 0 ? [null, ...group] : group));
}

/**
 * @param {Entry} entry @param {Parts} parts @param {HTMLElement} from the list with the comment
 * @param {{x: number, y: number}} at
 */
export function openRowMenu(entry, parts, from, at) {
  openMenu({ label: parts.store.words.t('menu_of', { name: parts.acts.nameOf(entry), text: entry.text }), at, items: rowItems(entry, parts, from.id === 'feed'), from });
}
