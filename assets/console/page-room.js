// The room's settings: each change is sent at once, and applies for everybody.

import { el, icon } from '../shared/dom.js';
import { COLORS, MODES, SIZES, graphemes } from '../shared/protocol.js';
import { confirmFirst } from './dialog.js';
import { languageSwitches } from './language-switches.js';
import { frame, toggle } from './page.js';
import { pictureSetting } from './set-picture.js';
import { wifiFields } from './wifi-fields.js';

/** The first choice for a room without its own colour: a browser would offer black. */
const ACCENT = '#d3f25c';
/** Settings that a room leaves out while they have their default. @type {Record<string, string>} */
const DEFAULTS = { staff_names: 'held', spelled_together: 'open' };

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t } = words;
  const box = frame(host, t('page_room'), t('room_lead'), 'narrow-page settings');
  /** @type {(() => void)[]} how each control follows the room */ const follow = [];

  /** @param {string} label @param {string} help @param {Node[]} controls */
  const row = (label, help, ...controls) => {
    const id = `set-${box.childElementCount}`;
    const control = el('div', { class: 'control', role: 'group', 'aria-labelledby': id }, ...controls);
    box.append(el('div', { class: 'set' }, el('p', {}, el('span', { id }, label), help && el('span', { class: 'help' }, help)), control));
    return control;
  };
  const save = async (/** @type {Record<string, any>} */ fields, /** @type {HTMLElement} */ near) => {
    const done = await acts.set(fields);
    update();
    if (done) showSaved(near);
  };
  const showSaved = (/** @type {HTMLElement} */ near) => {
    const note = el('span', { class: 'saved-now', role: 'status' }, t('set_saved'));
    near.closest('.control')?.querySelector('.saved-now')?.remove();
    near.closest('.control')?.append(note);
    setTimeout(() => note.remove(), 2500);
  };

  /** @param {string} field @param {string} label @param {string} prefix of the words @param {readonly string[]} values @param {string} [help] */
  const choice = (field, label, prefix, values, help = '') => {
    const inputs = values.map((value) => el('input', { type: 'radio', name: `set-${field}`, value }));
    const group = el('div', { class: 'segments' }, ...inputs.map((input) => el('label', {}, input, el('span', {}, t(`${prefix}_${input.value}`)))));
    group.addEventListener('change', (event) => void save({ [field]: /** @type {HTMLInputElement} */ (event.target).value }, group));
    row(label, help, group);
    follow.push(() => { for (const input of inputs) input.checked = input.value === (store.room[field] || DEFAULTS[field]); });
  };
  /** @param {string} field @param {string} label @param {{read: (v: any) => string, write: (text: string) => any, help?: string, attrs?: any, area?: boolean, fault?: (text: string) => string}} how `fault` says why a text cannot be taken */
  const text = (field, label, { read, write, help = '', attrs = {}, area = false, fault = () => '' }) => {
    const input = area ? el('textarea', { rows: 5, 'aria-label': label, dir: 'auto', ...attrs }) : el('input', { 'aria-label': label, dir: 'auto', ...attrs });
    input.addEventListener('input', () => input.setCustomValidity(''));
    input.addEventListener('change', () => {
      input.setCustomValidity(fault(input.value));
      if (input.reportValidity()) void save({ [field]: write(input.value) }, input);
    });
    row(label, help, input);
    follow.push(() => { if (document.activeElement !== input) input.value = read(store.room[field]); });
  };
  const atMost = (/** @type {number} */ n) => (/** @type {string} */ v) => (graphemes(v.trim()).length > n ? t('set_too_long', { n }) : '');
  const lines = (/** @type {string} */ v) => v.split('\n').map((line) => line.trim()).filter(Boolean);
  const plain = { read: (/** @type {any} */ v) => v ?? '', write: (/** @type {string} */ v) => v };
  const seconds = { read: (/** @type {any} */ v) => String((v ?? 0) / 1000), write: (/** @type {string} */ v) => Math.round(Number(v) * 1000) };
  /** @param {string} field @param {string} label @param {string} prefix @param {readonly string[]} values @param {string} fixed always allowed */
  const several = (field, label, prefix, values, fixed) => {
    const inputs = values.map((value) => el('input', { type: 'checkbox', value, disabled: value === fixed, title: value === fixed ? t('always_on') : null }));
    const group = el('div', { class: 'swatches' }, ...inputs.map((input) => el('label', {}, input, t(`${prefix}_${input.value}`))));
    group.addEventListener('change', () => void save({ [field]: inputs.filter((input) => input.checked).map((input) => input.value) }, group));
    row(label, '', group);
    follow.push(() => { for (const input of inputs) input.checked = input.value === fixed || (store.room[field] ?? []).includes(input.value); });
  };

  text('title', t('set_title'), { ...plain, fault: atMost(60) });
  text('message', t('set_message'), { ...plain, fault: atMost(200) });
  choice('state', t('set_state'), 'state', ['open', 'paused', 'closed']);
  hidden();
  choice('review', t('set_review'), 'review', ['off', 'held', 'all'], t('set_review_help'));
  choice('newcomers', t('set_newcomers'), 'newcomers', ['open', 'held']);
  choice('staff_names', t('set_staff_names'), 'newcomers', ['open', 'held'], t('set_staff_names_help'));
  choice('spelled_together', t('set_together'), 'newcomers', ['open', 'held'], t('set_together_help'));
  languages();
  choice('links', t('set_links'), 'links', ['allowed', 'refused']);
  text('slow_ms', t('set_slow'), { ...seconds, attrs: { type: 'number', min: 0, max: 120, step: 'any' } });
  text('delay_ms', t('set_delay'), { ...seconds, help: t('set_delay_help'), attrs: { type: 'number', min: 0, max: 10, step: 'any' } });
  text('max_length', t('set_length'), { read: (v) => String(v ?? 100), write: Number, attrs: { type: 'number', min: 1, max: 500 } });
  several('modes', t('set_modes'), 'mode', MODES, 'scroll');
  several('sizes', t('set_sizes'), 'size', SIZES, 'medium');
  colors();
  text('phrases', t('set_phrases'), {
    read: (v) => (v ?? []).join('\n'), write: lines, help: t('set_phrases_help'), area: true,
    fault: (v) => (lines(v).length > 24 || lines(v).some((line) => atMost(20)(line)) ? t('set_phrases_help') : ''),
  });
  look();
  if (store.owner) pictureSetting(store, { row, save, showSaved, follow });
  row(t('set_wifi'), t('set_wifi_help'), ...wifiFields(store, acts, showSaved));
  secret();
  if (store.owner) {
    row(t('set_archive'), t('set_archive_help'), el('button', { type: 'button', class: 'button stop', onclick: () => confirmFirst(words, { title: t('set_archive'), text: t('set_archive_help'), yes: t('room_archive') }, () => void acts.call('DELETE', store.path())) }, t('room_archive')));
  }
  update();
  return store.on('room', update);

  function update() { for (const fn of follow) fn(); }

  function colors() {
    const inputs = COLORS.filter((color) => color !== '#ffffff').map((color) => el('input', { type: 'checkbox', value: color }));
    const group = el('div', { class: 'swatches' }, ...inputs.map((input) => {
      const dot = el('span', { class: 'dot' });
      dot.style.setProperty('--dot', input.value);
      return el('label', { title: input.value }, input, dot, t(`color_${input.value.slice(1)}`));
    }));
    group.addEventListener('change', () => {
      const known = inputs.map((input) => input.value);
      const others = (store.room.colors ?? []).filter((/** @type {string} */ color) => !known.includes(color));
      void save({ colors: [...inputs.filter((input) => input.checked).map((input) => input.value), ...others] }, group);
    });
    row(t('set_colors'), t('set_colors_help'), group);
    follow.push(() => { for (const input of inputs) input.checked = (store.room.colors ?? []).includes(input.value); });
  }

  function languages() {
    const { group, update } = languageSwitches(store, acts, (off) => void save({ languages_off: off }, group));
    row(t('set_languages'), t('set_languages_help'), group);
    follow.push(update);
  }

  function hidden() {
    const group = el('div', { class: 'with' });
    const control = toggle(t('set_overlay_shows'), true, (on) => void save({ overlay_hidden: !on }, group));
    group.append(control);
    row(t('set_overlay_hidden'), '', group);
    follow.push(() => { /** @type {HTMLInputElement} */ (control.querySelector('input')).checked = !store.room.overlay_hidden; });
  }

  /** Making a room secret turns out people who came without a key. That cannot be undone. */
  function secret() {
    const group = el('div', { class: 'with' });
    const control = toggle(t('set_secret_on'), false, (on) => {
      const n = store.stats?.clients?.audience ?? 0;
      if (!on || n === 0) return void save({ secret: on }, group);
      update(); // it stays off until that is confirmed
      confirmFirst(words, { title: t('set_secret_title'), text: t('set_secret_text', { n }), yes: t('set_secret_yes'), no: t('cancel') }, () => void save({ secret: true }, group));
    });
    group.append(control, el('a', { class: 'button line', href: '#air' }, icon('qr'), el('span', {}, t('set_secret_code'))));
    row(t('set_secret'), t('set_secret_help'), group);
    follow.push(() => { /** @type {HTMLInputElement} */ (control.querySelector('input')).checked = Boolean(store.room.secret); });
  }

  function look() {
    const input = el('input', { type: 'color', value: ACCENT, 'aria-label': t('set_look') });
    const own = toggle(t('set_look_on'), false, (on) => void save({ look: { ...store.room.look, color: on ? input.value : '' } }, input));
    input.addEventListener('change', () => void save({ look: { ...store.room.look, color: input.value } }, input));
    row(t('set_look'), '', el('div', { class: 'with' }, own, input));
    follow.push(() => {
      const color = store.room.look?.color ?? '';
      if (color) input.value = color;
      /** @type {HTMLInputElement} */ (own.querySelector('input')).checked = color !== '';
    });
  }
}
