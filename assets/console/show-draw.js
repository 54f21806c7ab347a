// A draw on the page Show: its form, and in its row the winners.

import { el, icon, said } from '../shared/dom.js';
import { winnerOf } from '../shared/items.js';
import { roughly } from './page.js';
import { choice, field } from './show-fields.js';

/** @typedef {import('../shared/items.js').Item} Item */

/** As MostWinners in show/draw.go. */
const MOST = 20;

/** How far back authors count, s; 0: from the start on. */
const BACK = [0, 600, 3600, 12 * 3600];

/** @param {string} label @param {{value: string, text: string}[]} choices @param {string} now */
function segments(label, choices, now) {
  const name = `draw-${label}-${choices.length}`;
  const inputs = choices.map(({ value }) => {
    const input = el('input', { type: 'radio', name, value });
    input.checked = value === now;
    return input;
  });
  const node = el('fieldset', { class: 'choices' }, el('legend', {}, label), el('div', { class: 'segments' }, ...inputs.map((input, i) => el('label', {}, input, el('span', {}, choices[i].text)))));
  return { node, read: () => inputs.find((input) => input.checked)?.value ?? now };
}

/** @param {import('./store.js').Store} store @param {any} spec @returns {import('./show-form.js').Fields} */
export function drawFields(store, spec) {
  const { t } = store.words;
  const title = field(t('draw_title'), spec?.title, 60);
  const winners = el('input', { type: 'number', class: 'plain-field', min: 1, max: MOST, value: spec?.winners ?? 1, inputmode: 'numeric' });
  const who = segments(t('draw_who'), ['button', 'word', 'wrote'].map((value) => ({ value, text: t(`draw_who_${value}`) })), !spec || spec.button ? 'button' : spec.word ? 'word' : 'wrote');
  const word = field(t('draw_word'), spec?.word, 40);
  const back = segments(t('draw_since'), [
    ...(spec?.since ? [{ value: 'kept', text: roughly(Date.parse(spec.since), store.words.lang) }] : []),
    ...BACK.map((s) => ({ value: String(s), text: s === 0 ? t('draw_since_start') : s < 3600 ? t('age_m', { n: s / 60 }) : t('age_h', { n: s / 3600 }) })),
  ], spec?.since ? 'kept' : '0');
  const repeat = choice(t('draw_repeat'), Boolean(spec?.repeat));
  const follow = () => {
    word.node.hidden = who.read() !== 'word';
    back.node.hidden = who.read() === 'button';
  };
  who.node.addEventListener('change', follow);
  follow();
  return {
    nodes: [title.node, el('label', { class: 'field show-votes' }, el('span', {}, t('draw_winners')), winners), who.node, word.node, back.node, repeat.node, el('p', { class: 'help' }, t('draw_help'))],
    lacks: () => (!title.read() ? title.input : who.read() === 'word' && !word.read() ? word.input : undefined),
    read: () => ({
      title: title.read(), winners: Math.min(MOST, Math.max(1, Number(winners.value) || 1)), button: who.read() === 'button', repeat: repeat.read(),
      ...(who.read() === 'word' ? { word: word.read() } : {}), ...(who.read() === 'button' ? {} : since(back.read())),
    }),
  };

  /** @param {string} chosen */
  function since(chosen) {
    if (chosen === 'kept') return { since: spec.since };
    return chosen === '0' ? {} : { since: new Date(store.now - Number(chosen) * 1000).toISOString() };
  }
}

/**
 * The text of a draw's row: how many take part, or the winners.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {Item} item
 * @returns {HTMLElement[]}
 */
export function drawResult(store, acts, item) {
  const { t } = store.words;
  const { winners = [], absent = [], people = 0, hash = '' } = item.result ?? {};
  const again = (/** @type {string} */ person, /** @type {string} */ name) => el('button', { type: 'button', class: 'button line', 'data-act': `redraw-${person}`, 'aria-label': `${t('draw_absent')}: ${name}`, onclick: () => void acts.call('POST', store.path('items', item.id, 'redraw'), { person }) }, t('draw_absent'));
  const rows = winners.map((/** @type {string} */ person) => {
    const { name, code } = winnerOf(item, person);
    return el('li', {}, ...(name ? [el('b', {}, said(name))] : []), el('span', { class: 'soft' }, code), people > winners.length + absent.length && again(person, name || code));
  });
  return [
    el('p', { class: 'soft' }, t(item.state === 'ended' && winners.length === 0 ? 'draw_nobody' : 'draw_people', { n: people })),
    ...(rows.length > 0 ? [el('ul', { class: 'draw-winners' }, ...rows)] : []),
    ...(absent.length > 0 ? [el('p', { class: 'soft' }, t('draw_gone', { n: absent.length }))] : []),
    item.state === 'ended'
      ? el('p', {}, el('a', { class: 'button line', href: `${store.path('items', 'export')}?kind=draws&format=jsonl`, download: true }, icon('download'), el('span', {}, t('draw_proof'))))
      : el('p', { class: 'soft mono draw-hash' }, t('draw_hash', { hash })),
  ];
}
