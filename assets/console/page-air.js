// On air: every URL that brings the room into OBS, onto phones and onto a wall, with
// instructions.

import { el, icon } from '../shared/dom.js';
import { copyButton, frame, once } from './page.js';

/**
 * As GET /api/rooms/{room}/addresses returns them.
 * @typedef {{at: string, url: string, here?: boolean}} Way
 * @typedef {{overlay?: string, audience: Way[], same_network: boolean}} Addresses
 */

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t } = words;
  const room = encodeURIComponent(store.roomId);
  const box = frame(host, t('page_air'), t('air_lead'), 'narrow-page settings air');
  let secret = store.room.secret;
  void load();
  return store.on('room', () => {
    if (secret === store.room.secret) return;
    secret = store.room.secret; // its URLs now have a key, or no longer have one
    void load();
  });

  async function load() {
    /** @type {Addresses|undefined} */
    const got = await acts.call('GET', store.path('addresses'));
    if (!got) return;
    const [heading, lead] = box.children;
    box.replaceChildren(heading, lead, ...obs(got), ...audience(got), ...walls());
  }

  /** @param {string} label @param {string} help @param {(Node|string|null|false|undefined)[]} controls */
  function row(label, help, ...controls) {
    return el('div', { class: 'set' }, el('div', {}, el('h4', {}, label), el('p', { class: 'help' }, help)), el('div', { class: 'control' }, ...controls));
  }

  /** @param {string} path @param {string} glyph @param {string} text @param {Record<string, any>} [how] */
  function way(path, glyph, text, how = { target: '_blank', rel: 'noopener' }) {
    return el('a', { class: 'button line', href: path, ...how }, icon(glyph), el('span', {}, text));
  }

  /** @param {Addresses} got */
  function obs({ overlay }) {
    const shown = el('p', { class: 'mono' }, overlay ?? '');
    return [
      el('h3', {}, t('air_obs')),
      row(t('air_overlay'), t('air_overlay_help'), ...(overlay
        ? [shown, el('div', { class: 'with' }, copyButton(words, overlay, shown), way(`/builder/${room}`, 'size', t('air_builder')), way(`/welcome/${room}`, 'external', t('air_welcome')))]
        : [el('p', {}, t('air_no_overlay'))])),
      overlay && row(t('air_loader'), t('air_loader_help'), way(`/overlay-loader/${room}`, 'download', t('air_loader_get'), { download: '' })),
      row(t('air_dock'), t(store.owner ? 'air_dock_help' : 'air_dock_ask'), ...dock()),
    ].filter((part) => part !== undefined && part !== '');
  }

  /**
   * OBS has no session of ours: its dock needs a URL with a key, which only an owner can
   * make.
   */
  function dock() {
    const plain = way(`/dock/${room}`, 'external', t('air_dock_open'));
    if (!store.owner) return [plain];
    const fresh = el('div', { role: 'status' });
    const make = el('button', { type: 'button', class: 'button line' }, icon('plus'), el('span', {}, t('air_dock_make')));
    make.addEventListener('click', async () => {
      const made = await acts.call('POST', '/api/links', { room: store.roomId, role: 'moderator', label: t('air_dock_label') });
      if (!made) return;
      const { origin } = location;
      fresh.replaceChildren(once(words, `${origin}/dock/${room}?key=${encodeURIComponent(made.key)}`, t('link_once')));
    });
    return [el('div', { class: 'with' }, make, plain), fresh];
  }

  /** @param {Addresses} got */
  function audience({ audience: ways, same_network: near }) {
    if (ways.length === 0) return [el('h3', {}, t('air_audience')), row(t('audience_link'), t('air_audience_help'), el('p', {}, t('air_no_audience')))];
    const picture = el('img', { class: 'qr-big', alt: t('audience_code'), width: 160, height: 160 });
    const shown = el('p', { class: 'mono' });
    const acting = el('div', { class: 'with' });
    /** @param {Way} chosen */
    const choose = ({ at, url }) => {
      const query = `?at=${encodeURIComponent(at)}`;
      picture.src = `${store.path('qr.svg')}${query}&new=${Date.now()}`; // its key may have changed since it was last shown
      shown.textContent = url;
      acting.replaceChildren(copyButton(words, url, shown), way(`${store.path('qr.png')}${query}`, 'download', t('air_code_get'), { download: `${store.roomId}.png` }), way(`/poster/${room}${query}`, 'print', t('air_poster')));
    };
    const inputs = ways.map((one, i) => {
      const input = el('input', { type: 'radio', name: 'way', value: one.at });
      input.checked = i === 0;
      input.addEventListener('change', () => choose(one));
      return el('label', { class: 'way' }, input, el('span', { class: 'mono' }, one.at.replace(/^https?:\/\//, '')), one.here && el('span', { class: 'help' }, t('air_here')));
    });
    choose(ways[0]);
    const list = ways.length > 1 && el('fieldset', { class: 'choices ways' }, el('legend', {}, t('air_ways')), ...inputs);
    const hint = ways.every((one) => one.here) ? t('air_only_here') : near ? t('air_same_network') : '';
    return [
      el('h3', {}, t('air_audience')),
      row(t('audience_link'), t('air_audience_help'), el('div', { class: 'entry-big' }, picture, el('div', {}, shown, acting)), list,
        hint && el('p', { class: 'help' }, hint),
        secret && el('p', { class: 'help' }, icon('lock'), ' ', t('air_secret'))),
    ];
  }

  function walls() {
    return [
      el('h3', {}, t('air_walls')),
      row(t('air_screen'), t('air_screen_help'), way(`/screen/${room}`, 'external', t('air_screen_open'))),
    ];
  }
}
