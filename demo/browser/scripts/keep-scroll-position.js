// Keeps in place what a visitor looks at when a run ends; listens from when the page is loaded.
// In one column, the end of a run would take the picture out of sight of whoever has gone down to the dials, and what
// opens below it would push these away: the picture stays (`data-held`, see page.css) until one comes back to its
// place, and so do the dials.
export default function keepScrollPosition() {
    const [work, status, choices] = ['work', 'status', 'choices'].map(id => document.getElementById(id));
    const place = () => choices.getBoundingClientRect().top;
    const hasGoneDown = () => status.getBoundingClientRect().bottom < 0;
    let was = place();
    let isRunning = false;
    addEventListener(
        'scroll',
        () => {
            if (!hasGoneDown()) delete work.dataset.held;
            was = place();
        },
        {passive: true},
    );
    new MutationObserver(() => {
        const ran = isRunning;
        isRunning = document.getElementById('stop') !== null;
        if (ran && !isRunning && hasGoneDown()) work.dataset.held = '';
        if ('held' in work.dataset) scrollBy(0, place() - was);
        was = place();
    }).observe(work, {childList: true, subtree: true});
}
