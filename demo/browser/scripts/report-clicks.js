// Tells the server which of the buttons or boxes with `data-index` was clicked, and what its `data-act` says; on every
// `gr.HTML` of such ones.
// A click on what is inside a button counts as the button's. In Python, Gradio offers the event `click` of a `gr.HTML`
// only where its script has the word in quotes.
export default function reportClicks({element, trigger}) {
    element.addEventListener('click', event => {
        const clicked = event.target.closest('button[data-index], input[data-index]');
        if (clicked) trigger('click', {index: Number(clicked.dataset.index), act: clicked.dataset.act ?? ''});
    });
}
