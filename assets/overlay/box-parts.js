// Common parts of the chat box's forms: the mark of a platform, and an initial in place of the
// author's picture, because the overlay loads nothing from the internet.

import { icon } from '../shared/dom.js';
import { graphemes } from '../shared/protocol.js';
import { sourceIcon } from '../shared/source-icon.js';
import { platformOf } from './text.js';

/** Whether the platform of a source has its own picture. @param {string} source */
export const hasMark = (source) => platformOf(source) !== '' && sourceIcon(source) !== 'chat';

/** The picture of a platform; null without one. @param {string} source */
export function mark(source) {
  if (!hasMark(source)) return null;
  const svg = icon(sourceIcon(source));
  svg.setAttribute('class', 'dm-mark');
  svg.setAttribute('data-source', source);
  return svg;
}

/** The label of an author's standing on the platform: "Member"; "" for none.
 * @param {{standing?: string}} c @param {{owner: string, moderator: string, member: string}} labels */
export const standingOf = ({ standing }, { owner, moderator, member }) => ({ broadcaster: owner, moderator, member }[standing ?? ''] ?? '');

/** The author's own colour, as degrees of hue: always the same. @param {string} user */
export function hueOf(user) {
  let sum = 0;
  for (const letter of user) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_536;
  return (sum * 137) % 360; // neighbours are far apart
}

/** In place of the letter of an author without a name. */
const NAMELESS = '•';

/** The author's first letter, on a background in the author's colour. Hosts who write without
 * a name have their role's. @param {{name: string, user: string, badge?: string, standing?: string}} c
 * @param {{owner: string, moderator: string, member: string}} labels */
export function avatar(c, labels) {
  const { name, user } = c;
  const role = c.badge === 'owner' ? labels.owner : c.badge === 'moderator' ? labels.moderator : standingOf(c, labels);
  const node = document.createElement('span');
  node.className = 'dm-avatar';
  node.textContent = (graphemes((name.trim() || role).trim())[0] ?? NAMELESS).toUpperCase();
  node.style.setProperty('--dm-hue', String(hueOf(user || name || role)));
  return node;
}
