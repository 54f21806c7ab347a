// The page "Export and replay": downloads the comments of the room as a file, and replays a
// file or a past show.

import { ApiError } from '../shared/api.js';
import { el, icon } from '../shared/dom.js';
import { choice, frame, setting } from './page.js';
import { openReplay } from './replay.js';
import { momentField } from './clock-field.js';
import { STATUSES, account, exportQuery, field, inOrder, moment, nameOf, readFile, sessionName } from './export-params.js';

/** @typedef {import('./export-params.js').Session} Session */

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t } = words;
  const box = frame(host, t('export_title'), t('export_lead'), 'narrow-page settings');
  const take = el('section', { 'aria-label': t('export_take') }, el('h3', {}, t('export_take')));
  const again = el('section', { 'aria-label': t('replay') }, el('h3', {}, t('replay')));
  box.append(take, again);
  /** @type {Session[]} */ let sessions = [];
  /** @type {((sessions: Session[]) => void)[]} */ const follow = [];
  const endExport = openExport(take, store, acts, (fn) => follow.push(fn));
  const endReplay = openReplay(again, store, acts, (fn) => follow.push(fn));
  void load();
  return () => { endExport(); endReplay(); };

  async function load() {
    const got = await acts.call('GET', store.path('sessions'));
    if (!got) return;
    sessions = got.sessions;
    for (const fn of follow) fn(sessions);
  }
}

/**
 * @param {HTMLElement} box @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {(fn: (sessions: Session[]) => void) => void} follow
 * @returns {() => void} ends it
 */
function openExport(box, store, acts, follow) {
  const { words } = store;
  const { t, lang } = words;
  /** @type {AbortController|null} */ let running = null;
  const number = new Intl.NumberFormat(lang);

  const wordOf = (/** @type {string} */ name) => `format_${name.replaceAll('-', '_')}`;
  const format = choice('export-format', inOrder(store.formats, lang).map(({ name }) => name), (name) => t(wordOf(name)), draw);
  const formatNow = () => /** @type {import('./export-params.js').Format} */ (store.formats.find(({ name }) => name === format.value));
  const about = el('p', { class: 'help' });
  const statuses = STATUSES.map((value) => {
    const input = el('input', { type: 'checkbox', value });
    input.checked = value === 'shown';
    input.addEventListener('change', draw);
    return input;
  });
  const when = el('select', { 'aria-label': t('export_when') });
  const from = momentField(words, t('export_from'), draw);
  const to = momentField(words, t('export_to'), draw);
  const span = el('div', { class: 'with' }, from.node, el('span', { 'aria-hidden': 'true' }, '–'), to.node);
  const zero = choice('export-zero', ['auto', 'recording', 'first', 'time'], (z) => t(`zero_${z}`), draw);
  const zeroAt = momentField(words, t('zero_time'), draw);
  const early = el('select', { 'aria-label': t('export_early') }, ...['', 'drop', 'clamp'].map((value) => el('option', { value }, t(value ? `early_${value}` : 'early_default'))));
  const bom = el('input', { type: 'checkbox' });
  const bomRow = setting(t('export_bom'), t('export_bom_help'), el('label', { class: 'check' }, bom, t('export_bom_on')));
  const get = el('button', { type: 'button', class: 'button main', onclick: () => void download() }, icon('download'), el('span', {}, t('export_get')));
  const stop = el('button', { type: 'button', class: 'button line', hidden: true, onclick: () => running?.abort() }, icon('x'), el('span', {}, t('cancel')));
  const bar = el('progress', { max: 1, value: 0, hidden: true, 'aria-label': t('export_progress') });
  const status = el('p', { role: 'status' });

  when.addEventListener('change', () => {
    const session = sessionAt();
    if (session) [from.value, to.value] = [field(session.from), field(session.to + 1000)];
    draw();
  });
  box.append(
    setting(t('export_format'), '', format.group, about),
    setting(t('export_which'), t('export_which_help'), el('div', { class: 'swatches' }, ...statuses.map((input) => el('label', {}, input, t(`status_${input.value}`))))),
    setting(t('export_when'), '', when, span),
    setting(t('export_zero'), t('export_zero_help'), zero.group, zeroAt.node),
    setting(t('export_early'), '', early),
    bomRow,
    el('div', { class: 'page-bar' }, get, stop, bar, status),
  );
  /** @type {Session[]} */ let sessions = [];
  fill();
  follow((list) => { sessions = list; fill(); });
  return () => running?.abort();

  function sessionAt() { return sessions[Number(when.value)]; }

  function fill() {
    const now = when.value || 'all';
    when.replaceChildren(el('option', { value: 'all' }, t('when_all')), ...sessions.map((s, i) => el('option', { value: i }, sessionName(words, s))), el('option', { value: 'span' }, t('when_span')));
    when.value = now;
    draw();
  }

  function draw() {
    about.textContent = t(`${wordOf(format.value)}_help`);
    span.hidden = when.value !== 'span';
    zeroAt.node.hidden = zero.value !== 'time';
    bomRow.hidden = !formatNow().marked;
    early.disabled = zero.value === 'first';
    const fault = faultOf();
    get.setAttribute('aria-disabled', String(Boolean(fault) || running !== null));
    if (running === null) say(fault, true);
  }

  /** Why it cannot be exported, in words. */
  function faultOf() {
    if (!statuses.some((input) => input.checked)) return t('export_none');
    if (when.value === 'span' && (from.wrong || to.wrong) || zero.value === 'time' && zeroAt.wrong) return t('moment_fault');
    if (when.value === 'span' && !(moment(from.value) < moment(to.value))) return t('export_span_fault');
    if (zero.value === 'time' && Number.isNaN(moment(zeroAt.value))) return t('export_zero_fault');
    return '';
  }

  /** @param {string} text @param {boolean} [fault] */
  function say(text, fault = false) {
    status.textContent = text;
    status.className = fault ? 'fault' : '';
  }

  async function download() {
    if (running || faultOf()) return;
    const session = sessionAt();
    const choices = /** @type {import('./export-params.js').Choice} */ ({
      format: formatNow(), statuses: statuses.filter((input) => input.checked).map((input) => input.value),
      from: session ? session.from : when.value === 'span' ? moment(from.value) : 0, to: session ? session.to + 1 : when.value === 'span' ? moment(to.value) : 0,
      zero: zero.value, zeroAt: moment(zeroAt.value), early: early.disabled ? '' : early.value, bom: bom.checked,
    });
    running = new AbortController();
    stop.hidden = bar.hidden = false;
    bar.removeAttribute('value');
    draw();
    say(t('export_begun'));
    try {
      await fetchFile(choices, running.signal);
    } catch (fault) {
      if (running.signal.aborted) say(t('export_stopped'));
      else if (fault instanceof ApiError) say(fault.code === 'bad_frame' && choices.zero === 'recording' ? t('export_no_recording') : fault.message, true);
      else say(t('export_torn'), true);
    }
    running = null;
    stop.hidden = bar.hidden = true;
    get.setAttribute('aria-disabled', 'false');
  }

  /** @param {import('./export-params.js').Choice} choices @param {AbortSignal} signal */
  async function fetchFile(choices, signal) {
    const answer = await fetch(`${store.path('export')}?${exportQuery(choices)}`, { signal });
    if (!answer.ok) {
      const fault = await answer.json().catch(() => null);
      throw new ApiError(answer.status, fault?.code ?? 'internal', fault?.message ?? answer.statusText);
    }
    const [all, before, paused, after, covered] = ['Count', 'Early', 'Paused', 'After', 'Covered'].map((name) => Number(answer.headers.get(`Danmaku-${name}`)));
    const { written, left } = account(choices, all, before + paused + after);
    const blob = await readFile(answer, (part) => {
      bar.value = part;
      say(t('export_got', { n: number.format(Math.floor(part * written)), of: number.format(written) }));
    });
    const link = el('a', { href: URL.createObjectURL(blob), download: nameOf(answer.headers.get('Content-Disposition'), 'comments') });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    const outside = [['early', before], ['paused', paused], ['after', after]].filter(([, n]) => Number(n) > 0).map(([what, n]) => t(left > 0 ? `export_${what}_left_n` : `export_${what}_n`, { n: Number(n) }));
    if (covered > 0) outside.push(t('export_covered_n', { n: covered }));
    say([t('export_done', { n: written }), ...outside].join(lang === 'en' ? ' ' : ''));
  }
}
