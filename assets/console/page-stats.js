// The numbers of the room, larger, and as tables for screen readers.

import { el } from '../shared/dom.js';
import { frame } from './page.js';
import { chart } from './series.js';

const SVG = 'http://www.w3.org/2000/svg';

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t, has, lang } = words;
  const box = frame(host, t('page_stats'), t('stats_lead'));
  const grid = el('div', { class: 'stats-grid' });
  box.append(grid);
  draw();
  return store.on('stats', draw);

  function draw() {
    const { clients = {}, rate = 0, refused = {}, log = { ready: true }, shown_ms: shown, second_opinion: second, machines = [] } = store.stats ?? {};
    const opened = [...grid.querySelectorAll('details')].map((d) => d.open);
    const rules = Object.entries(refused).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
    const top = rules[0]?.[1] ?? 1;
    const rows = (/** @type {(string|number)[][]} */ list) => el('dl', {}, ...list.map(([name, value]) => el('div', {}, el('dt', {}, String(name)), el('dd', {}, typeof value === 'number' ? value.toLocaleString(lang) : value))));
    grid.replaceChildren(
      line(t('rate'), rate, acts.numbers.rates), line(t('people'), clients.audience ?? 0, acts.numbers.people),
      el('section', {}, el('h3', {}, t('stopped_by_rule')), el('ul', { class: 'bars' }, ...rules.map(([rule, n]) => {
        const bar = el('i', { 'aria-hidden': 'true' });
        bar.style.setProperty('--share', `${(n / top) * 100}%`);
        return el('li', {}, el('span', {}, has(`rule_${rule}`) ? t(`rule_${rule}`) : rule), bar, el('b', {}, n.toLocaleString(lang)));
      }), rules.length === 0 && el('li', { class: 'none' }, t('stopped_none')))),
      el('section', {}, el('h3', {}, t('connected')), rows([
        [t('phones'), clients.audience ?? 0], [t('overlays'), clients.overlay ?? 0], [t('consoles'), clients.console ?? 0],
        ...(shown !== undefined ? [[t('shown_after'), t('ms', { n: shown })]] : []),
        [t('saved'), log.ready ? t('saved_ms', { n: Math.round((log.wait_ms ?? 0) * 10) / 10 }) : t('saved_not')],
      ])),
      ...(second ? [el('section', {}, el('h3', {}, t('rule_second_opinion')), rows([
        [t('stats_opinion_state'), t(second.answering ? 'stats_opinion_on' : 'stats_opinion_off')],
        [t('stats_opinion_asked'), second.asked], [t('stats_opinion_held'), second.held], [t('only_refused'), second.refused],
        [t('stats_opinion_failed'), second.failed], [t('stats_opinion_wait'), t('ms', { n: Math.round(second.wait_ms * 10) / 10 })],
      ]))] : []),
      ...(machines.length > 0 ? [el('section', {}, el('h3', {}, t('machines')), rows(machines.map((/** @type {Parameters<typeof doing>[0]} */ m) => [
        m.here ? t('machine_here', { name: m.name }) : m.name, doing(m),
      ])))] : []));
    grid.querySelectorAll('details').forEach((d, i) => { d.open = opened[i] ?? false; });
  }

  /**
   * The role and state of a machine of the cluster.
   * @param {{name: string, here?: boolean, up: boolean, home?: boolean, edge?: boolean, witness?: boolean, level?: boolean, behind?: number}} m as in `stats`
   */
  function doing(m) {
    if (!m.up) return t('machine_away');
    if (m.home) return t('machine_home');
    return m.level ? t(m.edge ? 'machine_edge' : m.witness ? 'machine_witness' : 'machine_level') : t('machine_behind', { n: m.behind ?? 0 });
  }

  /** @param {string} title @param {number} now @param {number[]} values */
  function line(title, now, values) {
    const { stroke, area } = chart(values, 100, 56);
    const svg = document.createElementNS(SVG, 'svg');
    for (const [name, value] of Object.entries({ class: 'spark', viewBox: '0 0 100 56', preserveAspectRatio: 'none', 'aria-hidden': 'true' })) svg.setAttribute(name, value);
    for (const [name, d] of [['area', area], ['stroke', stroke]]) {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('class', name);
      path.setAttribute('d', d);
      svg.append(path);
    }
    // Twelve rows say as much as sixty.
    const some = values.map((v, i) => ({ v, ago: values.length - 1 - i })).filter(({ ago }) => ago % 5 === 0);
    const clock = (/** @type {number} */ ago) => new Date(store.now - ago * 60_000).toLocaleTimeString(lang, { timeStyle: 'short', hourCycle: 'h23' });
    return el('section', {}, el('h3', {}, title), el('p', { class: 'big' }, now.toLocaleString(lang)), svg,
      el('details', {}, el('summary', {}, t('stats_table')), el('table', {}, el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t('stats_when')), el('th', { scope: 'col' }, title))),
        el('tbody', {}, ...some.map(({ v, ago }) => el('tr', {}, el('th', { scope: 'row' }, clock(ago)), el('td', {}, v.toLocaleString(lang))))))));
  }
}
