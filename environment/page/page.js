// Light and dark follow the reader's system until the button is pressed; the choice is kept for all pages.
(() => {
  const kept = {
    get: () => { try { return localStorage.getItem('theme'); } catch { return null; } },
    set: theme => { try { localStorage.setItem('theme', theme); } catch { /* only for this page then */ } },
  };
  const show = theme => { document.documentElement.style.colorScheme = theme; };
  if (kept.get()) show(kept.get());

  document.addEventListener('DOMContentLoaded', () => {
    document.getElementById('theme').addEventListener('click', () => {
      const shown = document.documentElement.style.colorScheme;
      const dark = shown ? shown === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
      show(dark ? 'light' : 'dark');
      kept.set(dark ? 'light' : 'dark');
    });
    if (window.temml) {
      document.querySelectorAll('.rendered_html, .contents').forEach(text => temml.renderMathInElement(text, {
        ignoredClasses: ['tex2jax_ignore'],
        delimiters: [{left: '$$', right: '$$', display: true}, {left: '$', right: '$', display: false}]}));
    }
  });
})();
