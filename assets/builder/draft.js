// The last style built in this browser, so that a reload or a closed tab loses nothing. If the
// browser blocks storage, nothing is kept.

import { readOptions } from '../shared/options.js';
import { changedTexts } from './link.js';

/** @param {string} room */
const place = (room) => `danmaku-style-${room}`;

/** @param {string} room @returns {Partial<import('./style.js').Look>} */
export function readDraft(room) {
  try {
    const { options, css } = JSON.parse(localStorage.getItem(place(room)) ?? '{}');
    return { options: readOptions(Object.entries(options ?? {})), css: typeof css === 'string' ? css : '' };
  } catch {
    return {};
  }
}

/** @param {string} room @param {import('./style.js').Look} look */
export function writeDraft(room, { options, css }) {
  try {
    localStorage.setItem(place(room), JSON.stringify({ options: changedTexts(options), css }));
  } catch { /* storage is blocked or full: the style lasts as long as the page */ }
}
