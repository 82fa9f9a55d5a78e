// Keeps the key by which the next page in this tab takes up what this one has; once the server has named the session.
// The key lies in the tab's storage only while the page isn't seen: a copy of the tab, which is made of one that is
// seen, gets none, and so begins by itself. A key of the page before that wasn't taken up yet stays.
export default function keepKey(own) {
    const NAME = 'nst-key';
    const attempt = action => {
        try {
            action();
        } catch {
            // This browser keeps nothing for pages within others.
        }
    };
    const keep = () => attempt(() => sessionStorage.getItem(NAME) || sessionStorage.setItem(NAME, own));
    const forget = () => attempt(() => sessionStorage.getItem(NAME) === own && sessionStorage.removeItem(NAME));
    const root = window.gradio_config?.root ?? location.href.replace(/\/$/, '');
    addEventListener('pagehide', () => {
        keep();
        navigator.sendBeacon(`${root}/gradio_api/goodbye/${own}`);
    });
    addEventListener('pageshow', ({persisted}) => {
        if (persisted) location.reload(); // its connections were closed meanwhile
    });
    document.addEventListener('visibilitychange', () => (document.hidden ? keep() : forget()));
}
