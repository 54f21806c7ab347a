// One row of the list on a phone: the author, the state of an own comment, and its actions,
// above the text.

import { el, icon, said } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';

/** Chips of an own row by its state. */
const CHIPS = { shown: 'check', sent: 'send', sent_unseen: 'send', held: 'clock', refused: 'refuse', queued: 'offline', retrying: 'clock', sending: 'send' };

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {'sending'|'queued'|'retrying'|'shown'|'held'|'refused'} OwnState */
/** @typedef {{key: 'edit'|'take_back', act: () => void}} Offer what an own row's text button does */
/** @typedef {{node: HTMLElement, comment: Partial<Comment> & {text: string}, ref: string, state: OwnState|'', word?: import('./screen.js').Word, offer?: Offer|null}} Row word is the label of a shown one's chip */

/**
 * The children of a row, in the language of the page; the row's own classes are set here.
 * @param {Row} row @param {import('../shared/i18n.js').Words} words @returns {HTMLElement[]}
 */
export function partsOf(row, words) {
  const { t } = words;
  const { comment, state, node } = row;
  node.classList.toggle('own', state !== '');
  for (const name of Object.keys(CHIPS)) node.classList.toggle(name, name === state);
  node.classList.toggle('unseen', state === 'shown' && row.word !== undefined && row.word !== 'shown');
  const who = el('div', { class: 'who' });
  if (comment.color && comment.color !== '#ffffff') {
    const dot = el('span', { class: 'dot' });
    dot.style.setProperty('--dot', comment.color);
    who.append(dot);
  }
  // A person who runs the room and gives no name is not a guest: the badge is the name.
  if (state !== '') who.append(el('span', {}, t('you')));
  else if (comment.name || !comment.badge) who.append(said(nameOf({ name: comment.name ?? '', user: comment.user ?? '' }, t('guest'))));
  if (comment.badge) who.append(el('span', { class: 'badge' }, t(comment.badge)));
  if (comment.source === 'replay') who.append(el('span', { class: 'badge' }, t('replay')));
  if (row.offer) who.append(el('button', { type: 'button', class: 'offer', onclick: row.offer.act }, t(row.offer.key)));
  // "Sending" appears only when it takes long enough to be read.
  if (state !== '' && state !== 'sending') who.append(chipOf(state === 'shown' ? row.word ?? state : state, words));
  if (state === 'sending') setTimeout(() => { if (row.state === 'sending') who.append(chipOf(state, words)); }, 400);
  const text = el('p', { class: 'said' }, said(comment.text));
  if (comment.emotes) void import('../shared/emotes.js').then(({ drawn }) => text.replaceChildren(drawn(comment)), () => {}); // otherwise it shows their names
  return [who, text];
}

/** @param {OwnState|import('./screen.js').Word} state @param {import('../shared/i18n.js').Words} words */
function chipOf(state, words) {
  const tone = state === 'refused' ? 'stop' : state;
  return el('span', { class: `chip ${tone}` }, icon(CHIPS[state]), words.t(state === 'refused' ? 'not_sent' : state));
}
