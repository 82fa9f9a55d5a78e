// Shows in each slot why its last file wasn't taken, below the picture that stays; whenever the server has told so. The
// toast has read it out: screen readers tell it once more where the slot's controls are reached.
export default function showSlotErrors({element, watch}) {
    const write = (slot, error) => {
        const id = `${slot.id}-error`;
        let line = document.getElementById(id);
        if (!error) {
            line?.remove();
            for (const control of slot.querySelectorAll(`[aria-describedby="${id}"]`))
                control.removeAttribute('aria-describedby');
            return;
        }
        if (!line) {
            line = Object.assign(document.createElement('p'), {id, className: 'slot-error'});
            slot.append(line);
        }
        if (line.textContent !== error) line.textContent = error;
        for (const control of slot.querySelectorAll('.image-frame, button'))
            control.setAttribute('aria-describedby', id);
    };
    const show = () => {
        for (const told of element.querySelectorAll('[data-place]')) {
            const slot = document.getElementById(told.dataset.place);
            if (slot) write(slot, told.textContent);
        }
    };
    watch('value', show);
    new MutationObserver(show).observe(document.getElementById('pictures'), {childList: true, subtree: true});
}
