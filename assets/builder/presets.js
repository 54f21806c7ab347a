// Predefined looks. Pure.

import { DEFAULTS, OPTIONS, withTheme } from '../shared/options.js';
import { PLACE } from './panel.js';

/** @typedef {import('../shared/options.js').Options} Options */

/** The options that each of our looks sets; all others have their defaults.
 * @type {Readonly<Record<string, Partial<Options>>>} */
export const PRESETS = Object.freeze({
  // As on the site: the upper half, slightly transparent.
  bilibili: { theme: 'bilibili', duration: 8, area: 0.5, region: 'top', opacity: 0.8 },
  // As on the site: the whole picture, large and fast; when it is full, comments overlap.
  niconico: { theme: 'niconico', duration: 4, overlap: true },
  // For talk and music: few, small, slow, and nothing twice.
  quiet: { theme: 'quiet', duration: 12, area: 0.35, region: 'top', limit: 30, merge: true },
  // For a projector: large, slow enough for the last row, and the QR code whenever no comments
  // come.
  hall: { theme: 'hall', duration: 12, merge: true, qr: 'idle', idle: 30 },
  // Lists: beside the picture, and in portrait formats clear of the apps' own controls.
  box: { box: 'list', place: 'left', stay: 60 },
  box_9x16: { box: 'list', place: '9x16', size: 40 },
  box_4x5: { box: 'list', place: '4x5', size: 34 },
});

/** The options after one of our looks was chosen. @param {string} name @param {Readonly<Options>} now
 * @returns {Options} */
export function withPreset(name, now) {
  const place = Object.fromEntries(PLACE.map((option) => [option, now[option]]));
  return { ...withTheme(DEFAULTS, PRESETS[name].theme ?? '', PRESETS[name].box ?? ''), ...PRESETS[name], ...place };
}

/** The canvas that a list's place is made for. @type {Readonly<Record<string, string>>} */
export const CANVASES = Object.freeze({ '9x16': '1080x1920', '4x5': '1080x1350' });

/** @param {Readonly<Options>} a @param {Readonly<Options>} b */
export const sameOptions = (a, b) => /** @type {(keyof Options)[]} */ (Object.keys(OPTIONS)).every((name) => a[name] === b[name]);

/** The name of our look with these options, or "". @param {Readonly<Options>} options */
export const presetOf = (options) => Object.keys(PRESETS).find((name) => sameOptions(withPreset(name, options), options)) ?? '';
