// Has each box checked as the server says, and the keyboard's place with the one that it was on, whenever a `gr.HTML` of
// boxes with `data-index` and `data-act` is written anew.
// Gradio 6.31 writes into the elements that are there: a box that somebody has clicked stays as it was clicked, and has
// the focus, though it is another one's by then.
export default function keepBoxes({element, watch}) {
    let had = null;
    element.addEventListener('focusin', ({target: {dataset}}) => {
        had = `[data-index="${dataset.index}"][data-act="${dataset.act}"]`;
    });
    watch('value', () => {
        for (const box of element.querySelectorAll('input')) box.checked = box.hasAttribute('checked');
        if (element.contains(document.activeElement)) element.querySelector(had)?.focus({preventScroll: true});
    });
}
