// A classic script in <head>: it runs before the first paint, so that a person
// who chose the dark theme is not blinded in a dark hall while modules load.
try {
  const chosen = localStorage.getItem('danmaku-theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch { /* storage is blocked: the system's theme it is */ }
