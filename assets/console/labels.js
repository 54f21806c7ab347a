// Displayed names of links. The program's own labels are stored in English, because logs and
// commands show them too; here they are translated. Labels that a person wrote stay unchanged.

/** Labels with the keys of their words. */
const KNOWN = new Map([['host', 'label_host'], ['first start', 'label_first'], ['command line', 'by_command'], ['another platform', 'source_other']]);

/** @param {string} label @param {import('../shared/i18n.js').Words} words */
export function labelled(label, { t, has }) {
  const known = KNOWN.get(label);
  if (known) return t(known);
  // A link without a label is named by role and number.
  const [, role = '', n = ''] = /^([a-z]+) ([0-9]+)$/.exec(label) ?? [];
  return role && has(`role_${role}`) ? t('label_numbered', { role: t(`role_${role}`), n }) : label;
}

/** A label before somebody's own words, with the space between them. Full-width punctuation has its own. @param {string} label */
export const before = (label) => (/[：。！？]$/u.test(label) ? label : `${label} `);
