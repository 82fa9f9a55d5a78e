// Says in the visitor's language what Gradio (6.31) says in English to each: the names of its buttons and of the parts of
// its sliders, which screen readers tell; and writes the ends of sliders as numbers are written there. `data-labels`
// has pairs: how a name begins in English, and ours; it is empty where the page is English.
export default function translateLabels({element}) {
    const NAMES = ['aria-label', 'title'];
    const pairs = () => JSON.parse(element.querySelector('[data-labels]').dataset.labels);
    let isDue = false;
    const translate = () => {
        isDue = false;
        const all = pairs();
        if (!all.length) return;
        for (const [english, ours] of all) {
            for (const name of NAMES) {
                for (const each of document.querySelectorAll(`[${name}^="${english}"]`)) {
                    each.setAttribute(name, ours + each.getAttribute(name).slice(english.length));
                }
            }
        }
        for (const end of document.querySelectorAll('.min_value, .max_value')) {
            const written = end.textContent.replace('.', ',');
            if (written !== end.textContent) end.textContent = written;
        }
    };
    new MutationObserver(() => {
        if (!isDue) requestAnimationFrame(translate);
        isDue = true;
    }).observe(document.body, {childList: true, subtree: true, attributeFilter: NAMES});
}
