// A moderator's prepared answers, and the modes of a comment of the room.

import { openMenu } from './context-menu.js';
import { kept } from './kept.js';

/** The most letters of an answer in the menu. */
const SHOWN = 60;

/** @returns {string[]} */
export const replies = () => kept('replies', /** @type {string[]} */ ([]));

/** The modes of a comment of the room, in their order, with their icons. */
export const SHOW_AS = /** @type {const} */ ([['scroll', 'scroll'], ['top', 'top'], ['bottom', 'bottom'], ['pinned', 'pin'], ['featured', 'show']]);

/** @typedef {typeof SHOW_AS[number][0]} Way */

/**
 * The menu beside the field for comments of the room.
 * @param {HTMLElement} button beside it @param {import('./store.js').Store} store
 * @param {{way: Way, choose: (way: Way) => void, put: (text: string) => void}} compose way is the present mode, put inserts an answer into the field
 */
export function openShowAsMenu(button, store, { way, choose, put }) {
  const { t } = store.words;
  const modes = store.room.modes ?? [];
  const allowed = SHOW_AS.filter(([one]) => (one !== 'top' && one !== 'bottom') || modes.length === 0 || modes.includes(one));
  const ready = replies();
  const { left, top } = button.getBoundingClientRect();
  openMenu({
    label: t('say_as'), from: button, at: { x: left, y: top }, above: true,
    items: [
      ...allowed.map(([one, glyph]) => ({ text: t(`say_${one}`), glyph, checked: one === way, act: () => choose(one) })), null,
      ...ready.map((text) => ({ text: text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text, glyph: 'chat', act: () => put(text) })),
      { text: t('replies_edit'), glyph: 'edit', act: () => { location.hash = 'alerts'; } },
    ],
  });
}
