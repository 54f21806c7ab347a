// The page "After the show": the report of a show, to keep and to share. The server counts;
// this page draws it and offers it as a picture, a spreadsheet and a text.

import { ApiError } from '../shared/api.js';
import { copyText } from '../shared/clipboard.js';
import { el, icon, said } from '../shared/dom.js';
import { percents } from '../shared/items.js';
import { momentField } from './clock-field.js';
import { field, length, moment, sessionName } from './export-params.js';
import { before, labelled } from './labels.js';
import { chart } from './series.js';
import { frame, setting } from './page.js';
import { reportQuery } from './report-params.js';

/** @typedef {import('./report-params.js').Report} Report */

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t, lang } = words;
  const box = frame(host, t('report_title'), t('report_lead'), 'narrow-page settings report-page');
  const show = el('select', { 'aria-label': t('report_show') });
  const zero = momentField(words, t('report_zero'), () => void load());
  const zeroIs = el('p', { class: 'help' });
  const status = el('p', { role: 'status' });
  const body = el('div', { class: 'report' });
  const files = el('div', { class: 'page-bar' });
  box.append(setting(t('report_show'), '', show), setting(t('report_zero'), t('report_zero_help'), zero.node, zeroIs), files, status, body);
  /** @type {import('./export-params.js').Session[]} */ let sessions = [];
  let run = 0;
  show.addEventListener('change', () => { zero.value = ''; void load(); });
  void begin();
  return () => { run++; };

  async function begin() {
    const got = await acts.call('GET', store.path('sessions'));
    if (!got) return;
    sessions = got.sessions;
    show.replaceChildren(...sessions.map((s, i) => el('option', { value: i }, sessionName(words, s))));
    show.disabled = sessions.length === 0;
    if (sessions.length === 0) {
      show.append(el('option', {}, '–')); // the sentence stands below
      return void body.replaceChildren(el('p', { class: 'none-yet' }, t('report_none')));
    }
    await load();
  }

  async function load() {
    const mine = ++run;
    if (zero.wrong) return say(t('moment_fault'), true);
    const session = sessions[Number(show.value)];
    const query = reportQuery(session.from, moment(zero.value));
    say('');
    try {
      /** @type {Report} */ const report = await acts.ask('GET', `${store.path('report')}?${query}`);
      if (mine === run) draw(report, query);
    } catch (fault) {
      if (mine === run) say(fault instanceof ApiError ? fault.message : t('export_torn'), true);
    }
  }

  /** @param {string} text @param {boolean} [fault] */
  function say(text, fault = false) {
    status.textContent = text;
    status.className = fault ? 'fault' : '';
  }

  /** @param {Report} report @param {URLSearchParams} query */
  function draw(report, query) {
    if (!zero.value) zero.value = report.zero ? field(report.zero) : '';
    zeroIs.textContent = report.zero_is ? t(`report_zero_${report.zero_is}`) : '';
    const address = (/** @type {string} */ format) => `${store.path('report')}?${new URLSearchParams([...query, ['format', format], ['lang', lang]])}`;
    const file = (/** @type {string} */ format, /** @type {string} */ word) => el('a', { class: 'button line', download: true, href: address(format) }, icon('download'), t(word));
    const copy = el('button', { type: 'button', class: 'button line' }, icon('copy'), el('span', {}, t('report_chapters')));
    copy.addEventListener('click', () => void copyChapters(address('chapters')));
    const picture = el('button', { type: 'button', class: 'button main' }, icon('image'), el('span', {}, t('report_picture')));
    picture.addEventListener('click', () => void savePicture(report));
    files.replaceChildren(picture, file('csv', 'report_csv'), file('md', 'report_md'), copy);
    body.replaceChildren(...partsOf(report));
  }

  /** @param {string} address */
  async function copyChapters(address) {
    const answer = await fetch(address).catch(() => null);
    const done = answer?.ok && (await copyText(await answer.text()));
    say(t(done ? 'report_chapters_copied' : 'not_copied'), !done);
  }

  /** @param {Report} report */
  async function savePicture(report) {
    const { pictureOf } = await import('./report-picture.js');
    const blob = await pictureOf(report, words);
    const link = el('a', { href: URL.createObjectURL(blob), download: `${store.roomId}-report.png` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    say(t('report_picture_saved'));
  }

  /** @param {Report} r @returns {Node[]} */
  function partsOf(r) {
    const number = new Intl.NumberFormat(lang);
    const part = (/** @type {string} */ key, /** @type {(Node|false)[]} */ ...inner) => el('section', { 'aria-label': t(key) }, el('h3', {}, t(key)), ...inner);
    const chips = (/** @type {string} */ key, /** @type {import('./report-params.js').Count[]} */ list) => list.length > 0 && part(key, el('ul', { class: 'report-chips' },
      ...list.map(({ text, n }) => el('li', {}, said(text), el('b', {}, number.format(n))))));
    const totals = /** @type {const} */ ([['report_comments', r.comments], ['report_people', r.people], ['report_peak', Math.max(0, ...r.peaks.map((p) => p.comments))], ['report_refused', r.refused], ['report_removed', r.removed]]);
    return /** @type {Node[]} */ ([
      part('report_totals', el('dl', { class: 'report-totals' }, ...totals.map(([key, n]) => el('div', {}, el('dt', {}, t(key)), el('dd', {}, number.format(n))))),
        r.curve.length > 1 && curve(r.curve)),
      r.peaks.length > 0 && part('report_peaks', el('p', { class: 'help' }, t('report_peaks_help')), el('ol', { class: 'lines' }, ...r.peaks.map((p) => el('li', { class: 'line-row' },
        el('b', { class: 'report-offset' }, p.outside ? '–' : length(p.offset_ms)), el('span', { class: 'grow' }, said(p.said.join(' · '))), el('span', { class: 'soft' }, t('report_in_minute', { n: p.comments })))))),
      chips('report_words', r.words), chips('report_emoji', r.emoji), chips('report_reactions', r.reactions), chips('report_named', r.named),
      ...r.polls.map((p) => poll(p, number, words)),
      r.questions.length > 0 && part('report_questions', el('ul', { class: 'lines' }, ...r.questions.map((q) => el('li', { class: 'line-row' },
        el('b', { class: 'question-votes' }, number.format(q.votes)), el('span', { class: 'grow' }, said(q.text), q.name && el('span', { class: 'soft' }, ' – ', said(q.name))), q.answered && el('span', { class: 'chip' }, icon('check'), t('report_answered')))))),
      r.moderators.length > 0 && part('report_moderators', el('ul', { class: 'lines' }, ...r.moderators.map((m) => el('li', { class: 'line-row' }, el('b', {}, said(labelled(m.by, words))),
        el('span', { class: 'grow' }, /** @type {const} */ (['decided', 'taken_down', 'barred', 'shown', 'other']).filter((key) => m[key] > 0).map((key) => t(`report_did_${key}`, { n: m[key] })).join(' · ')))))),
    ].filter(Boolean));
  }
}

/** @param {Report['polls'][number]} p @param {Intl.NumberFormat} number @param {import('../shared/i18n.js').Words} words */
function poll({ question, options, people }, number, { t }) {
  const shares = percents(options.map(({ n }) => n), people);
  return el('section', { 'aria-label': t('kind_poll') }, el('h3', {}, before(t('report_poll')), said(question)), el('ul', { class: 'bars' },
    ...options.map(({ text, n }, i) => {
      const bar = el('i', { 'aria-hidden': 'true' });
      bar.style.setProperty('--share', `${shares[i]}%`);
      return el('li', {}, said(text), bar, el('b', {}, number.format(n)), el('span', { class: 'soft' }, `${shares[i]}%`));
    })));
}

/** @param {number[]} values comments of each step */
function curve(values) {
  const { stroke, area } = chart(values, 100, 56);
  const make = (/** @type {string} */ name, /** @type {Record<string, string>} */ attributes) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const box = make('svg', { class: 'spark', 'aria-hidden': 'true', preserveAspectRatio: 'none', viewBox: '0 0 100 56' });
  box.append(make('path', { class: 'area', d: area }), make('path', { class: 'stroke', d: stroke }));
  return box;
}
