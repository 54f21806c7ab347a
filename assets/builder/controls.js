// A control for each option, made from the table. A control shows the present value and
// reports the wanted one; it stores nothing itself.

import { el, invalid } from '../shared/dom.js';
import { DEFAULTS, OPTIONS, readOption } from '../shared/options.js';
import { differs } from './link.js';
import { FONTS, LANGS, SLIDES, inWords, applies, toValue, seen } from './panel.js';

/** @typedef {import('../shared/options.js').Options} Options */
/** @typedef {keyof Options} Name */
/**
 * @typedef {object} Control
 * @property {HTMLElement} node
 * @property {(options: Readonly<Options>) => void} show
 */
/** @typedef {{t: (key: string, params?: Record<string, string|number>) => string, has: (key: string) => boolean, want: (change: Partial<Options>, about: Name) => void}} Host */

/** The control of one option. @param {Name} name @param {Host} host @returns {Control} */
export function control(name, host) {
  const part = make(name, host);
  // A single field has a label; a group of fields, or a switch inside its label, has a name.
  const single = part.focusable.matches('select, input:not([type="checkbox"])');
  if (single) part.focusable.id = `opt-${name}`;
  const dot = el('span', { class: 'changed', hidden: true }, el('span', { class: 'sr' }, host.t('changed')));
  const label = el(single ? 'label' : 'span', { id: `label-${name}`, class: 'opt-label', for: single ? `opt-${name}` : null }, el('span', {}, host.t(`opt_${name}`)), dot);
  const help = host.has(`help_${name}`) && el('p', { class: 'opt-help', id: `help-${name}` }, host.t(`help_${name}`));
  const node = el('div', { class: `opt ${OPTIONS[name].kind} ${SLIDES[name] ? 'slide' : ''}`, 'data-option': name }, ...part.nodes(label), help);
  if (help) part.focusable.setAttribute('aria-describedby', help.id);
  return {
    node,
    show(options) {
      dot.hidden = !differs(name, options);
      node.hidden = !applies(name, options);
      part.show(options);
    },
  };
}

/**
 * @typedef {object} Part
 * @property {(label: HTMLElement) => Node[]} nodes
 * @property {HTMLElement} focusable
 * @property {(options: Readonly<Options>) => void} show
 */

/** @param {Name} name @param {Host} host @returns {Part} */
function make(name, host) {
  const { kind, values = [] } = OPTIONS[name];
  if (SLIDES[name]) return slider(name, host);
  if (kind === 'flag') return toggle(name, host);
  if (kind === 'color') return color(name, host);
  if (kind === 'font') return font(name, host);
  if (kind === 'lang') return select(name, host, LANGS);
  return values.length > 3 ? select(name, host, values) : segments(name, host, values);
}

/** @param {Name} name @param {Host} host @returns {Part} */
function slider(name, { t, want }) {
  const { from, to, step, unit, rest } = /** @type {import('./panel.js').Slide} */ (SLIDES[name]);
  const { low = 0, high = 0, auto } = OPTIONS[name];
  const lowest = auto && low > 0 ? 0 : seen(name, low); // 0 then means that the overlay decides
  const range = el('input', { type: 'range', min: from, max: to, step });
  const field = el('input', { type: 'number', min: lowest, max: seen(name, high), step: 'any', inputmode: 'decimal', 'aria-labelledby': `label-${name}` });
  const unitWord = unit ? t(`unit_${unit}`) : '';
  const fault = el('p', { class: 'opt-fault', id: `fault-${name}`, role: 'alert', hidden: true }, t('between', { low: String(lowest), high: String(seen(name, high)) }));
  /** The value of a typed number, or undefined. @param {string} text */
  const value = (text) => (auto && text.trim() === '' ? DEFAULTS[name] : readOption(name, auto && low > 0 && Number(text) === 0 ? auto : String(toValue(name, Number(text)))));
  /** @param {boolean} bad */
  const markInvalid = (bad) => {
    fault.hidden = !bad;
    invalid(field, bad);
    if (bad) field.setAttribute('aria-errormessage', fault.id);
    else field.removeAttribute('aria-errormessage');
  };
  range.addEventListener('input', () => { markInvalid(false); want({ [name]: value(range.value) }, name); });
  field.addEventListener('input', () => {
    const typed = field.value.trim() === '' && !auto ? undefined : value(field.value);
    if (typed !== undefined) { markInvalid(false); want({ [name]: typed }, name); }
  });
  field.addEventListener('change', () => markInvalid(field.value.trim() === '' && !auto || value(field.value) === undefined));
  return {
    nodes: (label) => [label, range, el('span', { class: 'amount' }, field, unitWord && el('span', { class: 'unit', 'aria-hidden': 'true' }, unitWord)), fault],
    focusable: range,
    show(options) {
      const now = /** @type {number} */ (options[name]);
      const left = auto !== undefined && now === DEFAULTS[name];
      const shown = seen(name, now);
      range.value = String(left && rest !== undefined ? rest : shown);
      range.setAttribute('aria-valuetext', inWords(name, now, t));
      const share = (Number(range.value) - from) / (to - from);
      range.style.setProperty('--share', `${share * 100}%`);
      if (auto) field.placeholder = t(`val_${name}_auto`);
      const text = left ? '' : String(shown);
      if (document.activeElement !== field || value(field.value) !== now) { field.value = text; markInvalid(false); }
    },
  };
}

/** @param {Name} name @param {Host} host @returns {Part} */
function toggle(name, { want }) {
  const input = el('input', { type: 'checkbox', role: 'switch', 'aria-labelledby': `label-${name}` });
  input.addEventListener('change', () => want({ [name]: input.checked }, name));
  return {
    nodes: (label) => [el('label', { class: 'toggle' }, label, input, el('i', { 'aria-hidden': 'true' }))],
    focusable: input,
    show: (options) => { input.checked = Boolean(options[name]); },
  };
}

/** @param {Name} name @param {Host} host @param {readonly string[]} values @returns {Part} */
function segments(name, { t, want }, values) {
  const inputs = values.map((value) => el('input', { type: 'radio', name: `opt-${name}`, value }));
  const group = el('div', { class: 'segments', role: 'radiogroup', 'aria-labelledby': `label-${name}` },
    ...inputs.map((input) => el('label', {}, input, el('span', {}, t(`val_${name}_${input.value || 'none'}`)))));
  group.addEventListener('change', (event) => want({ [name]: /** @type {HTMLInputElement} */ (event.target).value }, name));
  return {
    nodes: (label) => [label, group],
    focusable: group,
    show: (options) => { for (const input of inputs) input.checked = input.value === options[name]; },
  };
}

/** @param {Name} name @param {Host} host @param {readonly string[]} values @returns {Part} */
function select(name, { t, want }, values) {
  const box = el('select', { class: 'field' },
    ...values.map((value) => el('option', { value }, t(`val_${name}_${value || 'none'}`))));
  const foreign = el('option', { hidden: true });
  box.append(foreign);
  box.addEventListener('change', () => want({ [name]: box.value }, name));
  return {
    nodes: (label) => [label, box],
    focusable: box,
    show(options) {
      const value = String(options[name]);
      foreign.hidden = values.includes(value);
      foreign.value = foreign.textContent = foreign.hidden ? '' : value;
      if (foreign.hidden) box.value = value;
      else foreign.selected = true;
    },
  };
}

/** @param {Name} name @param {Host} host @returns {Part} */
function font(name, { t, want }) {
  const list = el('datalist', { id: 'fonts' }, ...FONTS.map((family) => el('option', { value: family })));
  const field = el('input', { class: 'field', list: 'fonts', maxlength: 200, autocomplete: 'off', spellcheck: 'false', placeholder: t('val_font_none') });
  const fault = el('p', { class: 'opt-fault', id: `fault-${name}`, role: 'alert', hidden: true }, t('font_bad'));
  field.addEventListener('input', () => {
    const value = readOption(name, field.value);
    fault.hidden = value !== undefined;
    invalid(field, value === undefined);
    if (value !== undefined) want({ [name]: value }, name);
  });
  return {
    nodes: (label) => [label, field, list, fault],
    focusable: field,
    show(options) {
      if (document.activeElement === field && readOption(name, field.value) === options[name]) return;
      field.value = String(options[name]);
      fault.hidden = true;
      field.removeAttribute('aria-invalid');
    },
  };
}

/** A colour, or none. @param {Name} name @param {Host} host @returns {Part} */
function color(name, { t, want }) {
  const on = el('input', { type: 'checkbox', role: 'switch', 'aria-labelledby': `label-${name}` });
  const well = el('input', { type: 'color', value: '#00ff00', 'aria-labelledby': `label-${name}` });
  const send = () => want({ [name]: on.checked ? well.value.slice(1) : '' }, name);
  on.addEventListener('change', send);
  well.addEventListener('input', () => { on.checked = true; send(); });
  return {
    nodes: (label) => [el('label', { class: 'toggle' }, label, on, el('i', { 'aria-hidden': 'true' })), el('span', { class: 'well' }, well, el('span', { class: 'unit' }, t('val_chroma_none')))],
    focusable: on,
    show(options) {
      const value = String(options[name]);
      on.checked = value !== '';
      if (value) well.value = `#${value}`;
      const said = /** @type {HTMLElement} */ (well.nextElementSibling);
      said.textContent = inWords(name, value, t);
    },
  };
}
