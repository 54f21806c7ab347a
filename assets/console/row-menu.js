// The menu of a comment, in the feed and in review: everything that can be done
// about it and its author.

import { copyText } from '../shared/clipboard.js';
import { lasting } from './ban-times.js';
import { openMenu } from './context-menu.js';
import { feature } from './feature.js';
import { muteFor } from './mute.js';
import { takeDownAll } from './take-down.js';

/** Seconds of the mutes that are one click. */
export const MUTES = [60, 600, 3600];

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./context-menu.js').MenuItem} MenuItem */

/**
 * What the menu calls.
 * @typedef {object} Open
 * @property {(kind: 'mute'|'ban', entry: Entry) => void} ban
 * @property {(entry: Entry) => void} person
 * @property {(entry: Entry) => void} feature approves what waits and makes a card of it
 * @property {(act: 'approve'|'refuse', id: string) => void} decide about this one that waits
 * @property {(id: string) => boolean} alone whether no other of its row waits: then the keys do the same
 * @property {(id: string) => string[]} ids of all comments that its row stands for
 * @property {(entry: Entry) => void} word adds something of it to the rules
 * @property {(entry: Entry) => void} reply writes to its author
 *
 * @typedef {{store: import('./store.js').Store, acts: import('./acts.js').Acts, open: Open}} Parts
 */

/**
 * The acts on a comment, in their order; null is a line between two.
 * @param {Entry} entry @param {Parts} parts
 * @returns {(MenuItem|null)[]}
 */
export function rowItems(entry, { store, acts, open }) {
  const { words } = store;
  const { t } = words;
  const { id, status } = entry;
  const all = open.ids(id);
  const pinned = store.pin?.id === id;
  /** @param {string} text @param {string} glyph @param {() => unknown} act @param {string} [key] @returns {MenuItem} */
  const item = (text, glyph, act, key = '') => ({ text, glyph, act, key: key || undefined });
  const stop = (/** @type {MenuItem} */ one) => ({ ...one, stop: true });
  const live = status === 'shown' || status === 'cleared';
  /** @type {(MenuItem|null)[][]} */ const groups = [
    status === 'held' ? [item(t('approve'), 'check', () => open.decide('approve', id), open.alone(id) ? 'A' : ''), item(t('refuse'), 'x', () => open.decide('refuse', id), open.alone(id) ? 'R' : ''), item(t('approve_feature'), 'show', () => open.feature(entry), 'S')]
      : status === 'shown' ? [item(t(pinned ? 'unpin' : 'pin'), 'pin', () => (pinned ? acts.unpin(id) : acts.pin(id)), 'P'), item(t('feature'), 'show', () => feature(store, acts, id), 'S')]
        : status === 'refused' ? [item(t('let_through'), 'check', () => acts.letThrough(id))] : [],
    live ? [stop(item(all.length > 1 ? `${t('take_down')} ×${all.length.toLocaleString(words.lang)}` : t('take_down'), 'takedown', () => takeDownAll(store, acts, all), 'Del'))] : [],
    entry.badge || !entry.user ? [] : [
      ...MUTES.map((seconds) => item(t('mute_for', { time: lasting(words, seconds) }), 'mute', () => muteFor(store, acts, entry, seconds))),
      item(t('mute_more'), 'mute', () => open.ban('mute', entry), 'M'), stop(item(t('ban_more'), 'ban', () => open.ban('ban', entry), 'B')),
    ],
    [item(t('person_of', { name: acts.nameOf(entry) }), 'person', () => open.person(entry), 'I'), item(t('reply'), 'chat', () => open.reply(entry)), item(t('copy_text'), 'copy', () => copyText(entry.text)), item(t('word_add'), 'rules', () => open.word(entry))],
  ];
  return groups.filter((group) => group.length > 0).flatMap((group, i) => (i > 0 ? [null, ...group] : group));
}

/**
 * @param {Entry} entry @param {Parts} parts @param {HTMLElement} from the list that it stands in
 * @param {{x: number, y: number}} at
 */
export function openRowMenu(entry, parts, from, at) {
  openMenu({ label: parts.store.words.t('menu_of', { name: parts.acts.nameOf(entry), text: entry.text }), at, items: rowItems(entry, parts), from });
}
