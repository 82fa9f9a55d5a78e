// Tells in the tab's title how far a run is, and that it is over, for whoever looks at another tab meanwhile; listens
// from when the page is loaded.
export default function tellInTitle() {
    const title = document.title;
    let isRunning = false;
    const tell = () => {
        const bar = document.querySelector('#status progress');
        const hasEnded = isRunning && !bar && document.hidden;
        isRunning = bar !== null;
        if (isRunning) document.title = `${Math.floor((100 * bar.value) / bar.max)} % · ${title}`;
        else if (hasEnded) document.title = `✓ ${title}`;
        else if (!document.hidden) document.title = title;
    };
    new MutationObserver(tell).observe(document.getElementById('show'), {
        childList: true,
        subtree: true,
        attributes: true,
    });
    document.addEventListener('visibilitychange', tell);
}
