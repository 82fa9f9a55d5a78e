// Makes the handle between photo and picture a slider for keyboards and screen readers; listens from when the page is
// loaded. Gradio's handle knows the mouse alone: arrow keys move it as if the mouse did.
export default function compareByKeyboard() {
    const SHARE = 0.05; // of the width, for each press of a key
    const DIRECTIONS = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1};
    const find = () => document.querySelector('#comparison [data-testid=slider]');
    const tell = handle => {
        const frame = handle.parentElement.getBoundingClientRect();
        const {x, width} = handle.getBoundingClientRect();
        handle.ariaValueNow = Math.round((100 * (x + width / 2 - frame.x)) / frame.width);
    };
    new MutationObserver(() => {
        const handle = find();
        if (!handle || handle.tabIndex === 0) return;
        handle.tabIndex = 0;
        handle.role = 'slider';
        handle.ariaLabel = document.querySelector('#comparison label').innerText;
        tell(handle);
    }).observe(document.body, {childList: true, subtree: true});
    document.addEventListener('keydown', event => {
        const handle = find();
        const direction = DIRECTIONS[event.key];
        if (!direction || event.target !== handle) return;
        event.preventDefault();
        const {x, y, width, height} = handle.getBoundingClientRect();
        const from = {view: window, bubbles: true, clientX: x + width / 2, clientY: y + height / 2};
        const to = {...from, clientX: from.clientX + direction * SHARE * handle.parentElement.clientWidth};
        handle.dispatchEvent(new MouseEvent('mousedown', from));
        window.dispatchEvent(new MouseEvent('mousemove', to));
        window.dispatchEvent(new MouseEvent('mouseup', to));
        requestAnimationFrame(() => tell(handle));
    });
}
