// Fields for a time of day, alone or with a date. They show 24 hours like the rest of the
// console: a field of type time or datetime-local follows the browser's language, which may
// write 8:18 PM.

import { el } from '../shared/dom.js';
import { clockText } from './show-time.js';

/**
 * A field for a time of day, which is typed as 20:18, 2018 or 20:18:35.
 * @param {Record<string, any>} props attributes @param {string} example
 */
export function clockField(props, example) {
  const input = el('input', { type: 'text', inputmode: 'numeric', autocomplete: 'off', maxlength: 8, placeholder: example, ...props, class: `clock ${props.class ?? ''}`.trim() });
  input.addEventListener('change', () => {
    const text = clockText(input.value);
    if (text !== null) input.value = text;
    if (text === null) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  });
  return input;
}

/**
 * A date and a time. `value` is that of a field of type datetime-local, "" while one of both
 * is missing or wrong; `wrong` says that what stands there is no moment. `change` runs after
 * every change by the user.
 * @param {import('../shared/i18n.js').Words} words @param {string} label @param {() => void} change
 */
export function momentField({ t }, label, change) {
  const day = el('input', { type: 'date', class: 'plain-field', 'aria-label': t('moment_day') });
  const clock = clockField({ class: 'plain-field', 'aria-label': t('moment_time') }, '20:18:35');
  const node = el('span', { class: 'moment', role: 'group', 'aria-label': label }, day, clock);
  const time = () => clockText(clock.value);
  for (const input of [day, clock]) input.addEventListener('change', change);
  return {
    node,
    get value() { return day.value && time() ? `${day.value}T${time()}` : ''; },
    set value(text) {
      [day.value, clock.value] = [text.slice(0, 10), text.slice(11)];
      clock.removeAttribute('aria-invalid');
    },
    get wrong() { return time() === null || Boolean(day.value) !== Boolean(clock.value.trim()); },
  };
}
