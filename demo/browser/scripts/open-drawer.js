// Opens one drawer above the bar, and closes it; for the element of `drawers.py`. Escape closes it, too, and so does a
// touch on the picture, beside which it lies.
export default function openDrawer({element}) {
    const studio = element.closest('#studio');
    const show = name => {
        if (name) studio.dataset.drawer = name;
        else delete studio.dataset.drawer;
        for (const button of element.querySelectorAll('[data-drawer]')) {
            button.ariaExpanded = button.dataset.drawer === name;
        }
        for (const drawer of document.querySelectorAll('#choices, #gallery')) drawer.scrollTo(0, 0);
        if (!name) return;
        const stage = document.getElementById('stage');
        stage.scrollIntoView({block: 'nearest'});
        studio.style.setProperty('--above', `${stage.getBoundingClientRect().bottom}px`); // what it leaves free
    };
    element.addEventListener('click', ({target}) => {
        const name = target.closest('[data-drawer]')?.dataset.drawer;
        if (name) show(name === studio.dataset.drawer ? null : name);
    });
    document.addEventListener('keydown', ({key}) => {
        if (key === 'Escape' && studio.dataset.drawer) show(null);
    });
    document.addEventListener('click', ({target}) => {
        if (studio.dataset.drawer && target.closest('#stage, #stylize, #six, .sketch')) show(null);
    });
}
