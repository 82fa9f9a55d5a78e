// Tells by a notification of the system that a run is over, for whoever looks at another tab meanwhile; for the element of
// `notification.py`. A click on its button asks the browser, and nothing else does; another one takes the wish back.
export default function notifyWhenDone({element, watch}) {
    const NAME = 'nst-notify';
    const attempt = action => {
        try {
            return action();
        } catch {
            return null; // a browser that keeps nothing for pages, or tells of nothing without a service worker
        }
    };
    const isAllowed = () => Notification.permission === 'granted';
    const isWanted = () => isAllowed() && attempt(() => localStorage.getItem(NAME)) === 'yes';
    const show = () => {
        const button = element.querySelector('button');
        if (!button || !isSecureContext || !('Notification' in window)) return;
        button.hidden = Notification.permission === 'denied';
        button.ariaPressed = isWanted();
    };
    element.addEventListener('click', async ({target}) => {
        if (!target.closest('button')) return;
        const wish = !isWanted() && (await Notification.requestPermission()) === 'granted' ? 'yes' : 'no';
        attempt(() => localStorage.setItem(NAME, wish));
        show();
    });
    let isRunning = false;
    const look = () => {
        const hasEnded = isRunning && !document.querySelector('#status progress');
        isRunning = document.querySelector('#status progress') !== null;
        if (!hasEnded || !document.hidden || !('Notification' in window) || !isWanted()) return;
        const {title} = element.querySelector('button').dataset;
        const body = document.querySelector('#status p')?.textContent ?? '';
        const told = attempt(() => new Notification(title, {body, tag: NAME}));
        told?.addEventListener('click', () => {
            window.focus();
            told.close();
        });
    };
    new MutationObserver(look).observe(element.closest('#show'), {childList: true, subtree: true});
    watch('value', show);
    show();
}
