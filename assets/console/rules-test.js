// The box beside the rules for trying a text: its outcome, and the rule that decides it.

import { el, icon, said } from '../shared/dom.js';
import { explain } from './details.js';
import { marked } from './marks.js';
import { later } from './page.js';

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
export function testBox(store, acts) {
  const { words } = store;
  const { t } = words;
  const input = el('textarea', { rows: 3, id: 'rules-test', dir: 'auto' });
  const out = el('div', { class: 'verdict', role: 'status', hidden: true });
  const check = async () => {
    const text = input.value;
    out.hidden = !text;
    if (!text) return;
    const v = await acts.call('POST', store.path('rules', 'check'), { text });
    if (!v || text !== input.value) return;
    const tone = { pass: 'shown', mask: 'held', hold: 'held', refuse: 'stop' }[/** @type {string} */ (v.verdict)] ?? '';
    const rule = words.has(`rule_${v.rule}`) ? t(`rule_${v.rule}`) : v.rule;
    out.replaceChildren(el('p', {}, el('span', { class: `chip ${tone}` }, icon(v.verdict === 'pass' ? 'check' : v.verdict === 'refuse' ? 'refuse' : 'clock'), el('span', {}, t(`verdict_${v.verdict}`)))),
      el('p', { class: 'held-text' }, marked(text, v.typed_spans)),
      v.rule ? el('p', { class: 'help' }, rule, v.word && ' · ', v.word && said(v.word), ...(v.rule !== 'length' ? explain(words, v).flatMap((part) => [' · ', said(part)]) : [])) : '',
      v.verdict === 'mask' ? el('p', { class: 'help' }, t('shown_as'), ' ', said(v.text)) : '',
      v.folded ? el('p', { class: 'help' }, t('folded_as'), ' ', el('b', {}, said(v.folded))) : '');
  };
  input.addEventListener('input', later(() => void check(), 200));
  return el('section', { class: 'rules-test' }, el('label', { class: 'field' }, el('span', {}, t('rules_test')), input), el('p', { class: 'help' }, t('rules_test_help')), out);
}
