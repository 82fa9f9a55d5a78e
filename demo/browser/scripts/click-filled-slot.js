// Opens the choice of files by a click anywhere on a slot, and by the keyboard, also when there is a picture in it:
// Gradio's own button is there only while it is empty. Listens from when the targets for files are there.
export default function clickFilledSlot({element}) {
    const KEYS = ['Enter', ' '];
    const open = slot => {
        const input = slot.querySelector('input[type=file]');
        if (!input) return;
        input.value = ''; // the same file may be chosen again
        input.click();
    };
    const slotOf = target => !target.closest?.('button') && target.closest?.('#pictures > .block');
    document.addEventListener('click', ({target}) => {
        const slot = slotOf(target);
        if (slot) open(slot);
    });
    document.addEventListener('keydown', event => {
        if (!KEYS.includes(event.key) || !event.target.matches?.('#pictures .image-frame')) return;
        event.preventDefault();
        open(slotOf(event.target));
    });
    const mark = () => {
        const {another} = element.querySelector('.targets').dataset; // in the visitor's language, once that is known
        for (const frame of document.querySelectorAll('#pictures .image-frame')) {
            if (frame.title !== another) Object.assign(frame, {tabIndex: 0, role: 'button', title: another});
        }
    };
    new MutationObserver(mark).observe(document.body, {childList: true, subtree: true});
}
