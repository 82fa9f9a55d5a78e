// Shows which of the buttons with `data-index` was clicked last as the pressed one, before the server tells so.
export default function pressClicked({element}) {
    element.addEventListener('click', event => {
        const clicked = event.target.closest('button[data-index]');
        if (!clicked) return;
        for (const button of element.querySelectorAll('button[data-index]')) button.ariaPressed = button === clicked;
    });
}
