// Shows and hides the losses and the layers' bars, by a button that may stand at several places, and remembers which;
// for the element with that button. They are shown where the page has `data-measures`.
export default function showMeasures({element, watch}) {
    const KEY = 'nst-measures';
    const page = document.documentElement;
    const attempt = action => {
        try {
            return action();
        } catch {
            return null; // this browser keeps nothing for pages within others
        }
    };
    const tell = () => {
        for (const button of document.querySelectorAll('.measures-switch button'))
            button.ariaExpanded = 'measures' in page.dataset;
    };
    page.toggleAttribute('data-measures', attempt(() => localStorage.getItem(KEY)) === 'true');
    element.addEventListener('click', ({target}) => {
        if (!target.closest('button')) return;
        const isShown = page.toggleAttribute('data-measures');
        attempt(() => localStorage.setItem(KEY, isShown));
        tell();
    });
    watch('value', tell);
    tell();
}
