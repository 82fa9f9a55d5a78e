// Keeps the keyboard's place on the page; listens from when the page is loaded.
// Who goes by the keyboard would begin anew at the top of the page whenever the element that has the focus is written
// anew, rests or goes: the focus returns to where it was, or comes to what took that place.
export default function keepFocus() {
    const instead = {
        show: ['#stop, #stylize:enabled'],
        sheet: ['#sketches button:enabled'],
        made: ['#undo-delete', '#results button'],
        deleted: ['#results button'],
        inside: ['#inside-stop, #rebuild'],
    };
    // The download rests while a file is made, and comes back; a list lets go once something is chosen, and Tab goes
    // on from there.
    const staying = '#download, [role=combobox]';
    let had = [];
    document.addEventListener('focusin', ({target}) => {
        const list = target.closest('#examples, #results, #sketches, #offered, #photos, #inside-rows');
        const place = target.closest('#show, #sheet, #made, #deleted, #inside');
        const {index, act} = target.dataset;
        const inList = list && `#${list.id} [data-index="${index}"]${act ? `[data-act="${act}"]` : ''}`;
        const own = target.id ? `#${target.id}` : inList;
        const others = target.matches(staying) ? [] : (instead[place?.id] ?? []);
        had = [own && `${own}:enabled`, ...others].filter(Boolean);
    });
    document.addEventListener('pointerdown', () => {
        had = [];
    });
    let waits = false;
    const giveBack = () => {
        waits = false;
        if (document.activeElement !== document.body) return;
        const found = had.map(selector => document.querySelector(selector)).find(Boolean);
        found?.focus({preventScroll: true});
    };
    new MutationObserver(() => {
        if (waits || document.activeElement !== document.body) return;
        waits = true;
        setTimeout(giveBack); // on its way to the next element, too, the focus is nowhere for a moment
    }).observe(document.body, {childList: true, subtree: true, attributeFilter: ['disabled']});
}
