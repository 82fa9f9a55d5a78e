// Tells the server which of the buttons with `data-index` was clicked; on every `gr.HTML` of such buttons.
// A click on what is inside a button counts as the button's. In Python, Gradio offers the event `click` of a `gr.HTML`
// only where its script has the word in quotes.
export default function reportClicks({element, trigger}) {
    element.addEventListener('click', event => {
        const button = event.target.closest('button[data-index]');
        if (button) trigger('click', {index: Number(button.dataset.index)});
    });
}
