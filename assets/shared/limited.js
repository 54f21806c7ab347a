// Requests that end: a half-open line never answers, and browsers would wait for minutes.

/**
 * Runs a request with a signal that ends it, and the reading of its answer, after some time.
 * @template T
 * @param {number} limit ms
 * @param {(signal: AbortSignal) => Promise<T>} request
 * @returns {Promise<T>}
 */
export async function limited(limit, request) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limit);
  try {
    return await request(late.signal);
  } finally {
    clearTimeout(timer);
  }
}
