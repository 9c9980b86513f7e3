/** Before anything is drawn: the theme that was chosen here, else the system's. Not a module, so that it runs at once. */
(() => {
  const KEY = 'aso-monitor-theme';
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const chosen = () => {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : null;
  };
  const apply = () => {
    const theme = chosen() ?? (dark.matches ? 'dark' : 'light');
    document.documentElement.dataset.theme = theme;
    dispatchEvent(new CustomEvent('themechange', { detail: theme }));
  };
  apply();
  dark.addEventListener('change', apply);
  window.asoTheme = {
    get current() {
      return document.documentElement.dataset.theme;
    },
    toggle() {
      localStorage.setItem(KEY, this.current === 'dark' ? 'light' : 'dark');
      apply();
    },
  };
})();
