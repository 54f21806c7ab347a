// Names of links as they are shown. Those that the program gave are stored in
// English, since logs and commands show them too; here they have words of the
// page's language. What somebody wrote stays as it is.

/** Labels by the keys of their words. */
const KNOWN = new Map([['host', 'label_host'], ['first start', 'label_first'], ['command line', 'by_command'], ['another platform', 'source_other']]);

/** @param {string} label @param {import('../shared/i18n.js').Words} words */
export function labelled(label, { t, has }) {
  const known = KNOWN.get(label);
  if (known) return t(known);
  // Whoever has no label is called by role and number.
  const [, role = '', n = ''] = /^([a-z]+) ([0-9]+)$/.exec(label) ?? [];
  return role && has(`role_${role}`) ? t('label_numbered', { role: t(`role_${role}`), n }) : label;
}
