// The fields of a list of questions.

import { choice, field } from './show-fields.js';

/** @param {import('../shared/i18n.js').Words} words @param {any} spec @returns {import('./show-form.js').Fields} */
export function questionFields({ t }, spec) {
  const title = field(t('questions_title'), spec?.title, 60);
  const anonymous = choice(t('questions_anonymous'), spec ? Boolean(spec.anonymous) : true);
  return {
    nodes: [title.node, anonymous.node],
    lacks: () => (title.read() ? undefined : title.input),
    read: () => ({ title: title.read(), anonymous: anonymous.read(), ...(spec?.closed ? { closed: true } : {}) }),
  };
}
