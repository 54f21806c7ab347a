// A photo wall on the page Show: its fields, and its photos, which can be taken down.

import { el, icon } from '../shared/dom.js';
import { choice, field } from './show-fields.js';

/** The most photos in the list. */
const LISTED = 24;

/** @param {import('../shared/i18n.js').Words} words @param {any} spec @returns {import('./show-form.js').Fields} */
export function photoFields({ t }, spec) {
  const title = field(t('photos_title'), spec?.title, 60);
  const number = (/** @type {string} */ label, /** @type {number} */ most, /** @type {number} */ now) => {
    const input = el('input', { type: 'number', class: 'plain-field', min: 1, max: most, value: now, inputmode: 'numeric' });
    return { node: el('label', { class: 'field show-votes' }, el('span', {}, label), input), read: () => Math.min(most, Math.max(1, Math.floor(Number(input.value)) || now)) };
  };
  const each = number(t('photos_each'), 20, spec?.each ?? 3);
  const most = number(t('photos_most'), 500, spec?.most ?? 200);
  const overlay = choice(t('photos_overlay'), Boolean(spec?.overlay));
  return {
    nodes: [el('p', { class: 'help' }, t('photos_help')), title.node, each.node, most.node, overlay.node],
    lacks: () => (title.read() ? undefined : title.input),
    read: () => ({ title: title.read(), each: each.read(), most: most.read(), overlay: overlay.read(), ...(spec?.closed ? { closed: true } : {}) }),
  };
}

/** A small picture of a photo; none once it is gone. @param {{path: string, width: number, height: number}} photo @param {string} label */
export function thumbnail({ path, width, height }, label) {
  const image = el('img', { class: 'photo-thumb', src: path, width, height, alt: label, loading: 'lazy', decoding: 'async' });
  image.addEventListener('error', () => image.remove());
  return image;
}

/** The photos on a wall, the newest first. @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {import('../shared/items.js').Item} item */
export function wallPhotos(store, acts, item) {
  const { t } = store.words;
  const { photos = 0, people = 0, newest = [] } = item.result ?? {};
  const tiles = newest.slice(0, LISTED).map((/** @type {any} */ photo) => {
    const what = [photo.name, photo.text].filter(Boolean).join(' · ') || t('rule_photo');
    return el('li', { 'data-id': photo.id }, thumbnail(photo, what), el('button', {
      type: 'button', class: 'icon-button danger', title: t('take_down'), 'aria-label': t('take_down_of', { text: what }),
      onclick: () => void acts.call('POST', store.path('comments', photo.id, 'remove')),
    }, icon('takedown')));
  });
  return [el('p', { class: 'soft' }, t('photos_count', { n: photos, people })), el('ul', { class: 'photo-list', 'aria-label': t('kind_photos') }, ...tiles)];
}
