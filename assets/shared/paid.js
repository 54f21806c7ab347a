// The amount that somebody paid for a comment, in words.

/**
 * An amount as the language writes it: "¥500", "$5.00", "500 bits".
 * @param {{amount: number, currency: string}} paid @param {string} lang
 */
export function amountText({ amount, currency }, lang) {
  if (/^[A-Z]{3}$/.test(currency)) {
    try {
      return new Intl.NumberFormat(lang, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(amount);
    } catch { /* not a currency */ }
  }
  return `${amount.toLocaleString(lang)} ${currency.toLowerCase()}`;
}
